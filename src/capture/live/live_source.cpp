#include "kizashi/capture/live/live_source.hpp"

#include <algorithm>
#include <chrono>

#include <fmt/format.h>

namespace kizashi::capture::live {
namespace {

/// How soon `next` sees that it shall stop.
constexpr duration look_up = std::chrono::milliseconds{100};

}  // namespace

void source_statistics::add(source_statistics const& other) noexcept {
  received += other.received;
  received_bytes += other.received_bytes;
  kernel_dropped += other.kernel_dropped;
  own_dropped += other.own_dropped;
  filtered += other.filtered;
  cut += other.cut;
  freezes += other.freezes;
  reopened += other.reopened;
  late_by = std::max(late_by, other.late_by);
  latest_by = std::max(latest_by, other.latest_by);
}

auto live_source::receive(net::frame_block& out, duration patience) -> result<arrival> {
  out.clear();
  if (is_stopped()) return arrival{flow::ended, {}};
  auto came = do_receive(out, std::max(patience, duration{}));
  if (!came) out.clear();
  KIZASHI_ASSERT(!came || (came->state == flow::frames) == !out.frames.empty());
  return came;
}

auto live_source::next(net::frame_block& out) -> status {
  while (true) {
    KIZASHI_TRY(auto const came, receive(out, look_up));
    if (came.state != flow::idle) return {};
  }
}

auto live_source::reopen() -> status {
  return fail(errc::unsupported, fmt::format("{}: cannot be opened again", name()));
}

}  // namespace kizashi::capture::live
