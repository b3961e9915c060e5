#include "kizashi/capture/live/internal/growing_capture.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "kizashi/base/text.hpp"
#include "kizashi/capture/internal/unpacker.hpp"

namespace kizashi::capture::live::internal {
namespace {

namespace reading = capture::internal;

constexpr std::size_t chunk = std::size_t{256} << 10;

}  // namespace

growing_capture::growing_capture(std::unique_ptr<byte_supply> supply)
    : supply_{std::move(supply)} {}

auto growing_capture::next(net::frame_block& out) -> result<flow> {
  if (is_ended_) return flow::ended;
  if (cutter_ == nullptr) {
    KIZASHI_TRY(auto const known, recognise());
    if (known != flow::frames) return known;
  }
  while (!is_ended_) {
    auto& bytes = out.storage;
    bytes.append(carry_);
    carry_.clear();
    supplied came{1, false};
    if (!is_full_) {
      auto read = read_more(bytes);
      if (!read) {
        note_damage(read.error().message);
        is_ended_ = true;
        break;
      }
      came = *read;
    }
    cut_into(out);
    if (!out.frames.empty()) return flow::frames;
    out.clear();
    if (came.bytes > 0) continue;
    if (!came.is_over) return flow::idle;
    if (!is_ended_) end();
  }
  out.clear();
  return flow::ended;
}

/// `frames`: the format is known.
auto growing_capture::recognise() -> result<flow> {
  while (carry_.size() < reading::head_for_marks) {
    auto const have = carry_.size();
    carry_.resize(reading::head_for_marks);
    auto const came = supply_->read({carry_.data() + have, reading::head_for_marks - have});
    carry_.resize(have + (came ? came->bytes : 0));
    if (!came) return tl::unexpected<error>{came.error()};
    if (came->bytes == 0 && !came->is_over) return flow::idle;
    if (came->bytes == 0) break;
  }
  if (carry_.empty()) {
    is_ended_ = true;
    return fail(errc::parse_error,
                fmt::format("{}: it is empty; expected a capture", supply_->name()));
  }
  auto found = reading::recognise_pcap(carry_);
  if (!found)
    return fail(found.error().code, fmt::format("{}: {}", supply_->name(), found.error().message));
  if (found->cutter == nullptr) *found = reading::recognise_pcapng(carry_);
  if (found->cutter == nullptr) {
    auto const packed = reading::make_unpacker(carry_);
    auto const kind = packed && *packed != nullptr ? std::string{(*packed)->kind()} : "";
    return fail(
        errc::unsupported,
        kind.empty()
            ? fmt::format(
                  "{}: it begins with the bytes {:02x}; expected pcap or pcapng", supply_->name(),
                  fmt::join(std::span{carry_.data(), std::min<std::size_t>(carry_.size(), 8)}, " "))
            : fmt::format("{}: it is packed with {}; what is read as it comes must be "
                          "unpacked before",
                          supply_->name(), kind));
  }
  cutter_ = std::move(found->cutter);
  offset_ = found->header_size;
  auto const rest = carry_.size() - found->header_size;
  std::copy(carry_.data() + found->header_size, carry_.data() + carry_.size(), carry_.data());
  carry_.resize(rest);
  return flow::frames;
}

auto growing_capture::read_more(net::byte_buffer& bytes) -> result<supplied> {
  auto const have = bytes.size();
  bytes.resize(have + chunk);
  auto came = supply_->read({bytes.data() + have, chunk});
  bytes.resize(have + (came ? came->bytes : 0));
  if (!came || skip_ == 0) return came;
  // Then nothing was carried: what has to be skipped lies at the front.
  auto const dropped = static_cast<std::size_t>(std::min<std::uint64_t>(skip_, bytes.size()));
  std::copy(bytes.data() + dropped, bytes.data() + bytes.size(), bytes.data());
  bytes.resize(bytes.size() - dropped);
  offset_ += dropped;
  skip_ -= dropped;
  return came;
}

void growing_capture::cut_into(net::frame_block& out) {
  if (skip_ > 0) return;
  last_ = cutter_->cut_from(out.storage, out.frames);
  offset_ += last_.used;
  skip_ = last_.skip;
  is_full_ = last_.damage.empty() && last_.wanted == 0 && last_.used < out.storage.size();
  if (!last_.damage.empty()) {
    note_damage(last_.damage);
    is_ended_ = true;
    return;
  }
  carry_.append(std::span<std::uint8_t const>{out.storage}.subspan(last_.used));
}

void growing_capture::end() {
  is_ended_ = true;
  if (skip_ > 0) {
    note_damage(
        fmt::format("the capture ends inside {}; {} more bytes were expected", last_.part, skip_));
  } else if (!carry_.empty()) {
    note_damage(fmt::format("the capture ends inside {}; {} bytes came, {} were expected",
                            last_.part, carry_.size(), last_.wanted));
  }
  if (auto const count = cutter_->untimed(); count > 0)
    notes_.push_back({fmt::format("{}: {} frame{} no time or an impossible one", supply_->name(),
                                  with_thousands(count), count == 1 ? " has" : "s have"),
                      false});
}

void growing_capture::note_damage(std::string_view what) {
  notes_.push_back(
      {fmt::format("{}: offset {}: {}; the rest is not read", supply_->name(), offset_, what),
       true});
}

}  // namespace kizashi::capture::live::internal
