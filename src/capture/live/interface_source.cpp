#include "kizashi/capture/live/interface_source.hpp"

#include <algorithm>
#include <bit>
#include <chrono>
#include <net/if.h>
#include <utility>

#include <fmt/format.h>

#include "kizashi/base/text.hpp"
#include "kizashi/capture/live/internal/pcap_source.hpp"
#include "kizashi/capture/live/internal/ring_source.hpp"

namespace kizashi::capture::live {
namespace {

using namespace std::chrono_literals;

/// What libpcap is given where there was no memory for the ring: what it takes by itself.
constexpr std::size_t fall_back_bytes = std::size_t{2} << 20;

auto check_ring(interface_options const& options) -> status {
  auto const block = options.block_bytes;
  if (block < 4096 || block > (std::size_t{16} << 20) || !std::has_single_bit(block))
    return fail(errc::out_of_range,
                fmt::format("a ring's block has {} bytes; expected a power of two from 4,096 to "
                            "16,777,216",
                            with_thousands(block)));
  if (options.ring_bytes % block != 0 || options.ring_bytes / block < 2 ||
      options.ring_bytes > (std::size_t{4} << 30) - block)
    return fail(errc::out_of_range,
                fmt::format("a ring has {} bytes; expected a multiple of its block's {}, at least "
                            "two of them and less than 4 GiB",
                            with_thousands(options.ring_bytes), with_thousands(block)));
  if (options.block_timeout < 1ms || options.block_timeout > 10s)
    return fail(errc::out_of_range, fmt::format("a ring's block is handed over after {}; expected "
                                                "1ms to 10s",
                                                to_string(options.block_timeout)));
  return {};
}

auto check(interface_options const& options) -> status {
  if (options.interface.empty() || options.interface.size() >= IFNAMSIZ)
    return fail(errc::out_of_range,
                fmt::format("\"{}\" is no name of an interface; expected 1 to {} characters",
                            options.interface, IFNAMSIZ - 1));
  if (options.snap_length < 64 || options.snap_length > 262'144)
    return fail(errc::out_of_range,
                fmt::format("the snap length is {}; expected 64 to 262,144 bytes",
                            with_thousands(options.snap_length)));
  return check_ring(options);
}

/// Whether libpcap may do what the ring could not.
auto may_fall_back(interface_options const& options, error const& why) -> bool {
  return options.method == capture_method::automatic &&
         (why.code == errc::unsupported || why.code == errc::limit_reached);
}

}  // namespace

auto open_interface(interface_options const& options) -> result<std::unique_ptr<live_source>> {
  KIZASHI_TRY(check(options));
  if (options.method == capture_method::libpcap) return internal::pcap_source::open(options, {});
  auto ring = internal::ring_source::open(options, nullptr);
  if (ring) return std::move(*ring);
  if (!may_fall_back(options, ring.error())) return tl::unexpected<error>{std::move(ring).error()};
  auto modest = options;
  modest.ring_bytes = std::min(modest.ring_bytes, fall_back_bytes);
  return internal::pcap_source::open(
      modest, fmt::format("{}; libpcap is used instead", ring.error().message));
}

auto open_interface_shared(interface_options const& options, unsigned rings, ring_share share)
    -> result<std::vector<std::unique_ptr<live_source>>> {
  if (rings < 1 || rings > 64)
    return fail(errc::out_of_range, fmt::format("{} rings; expected 1 to 64", rings));
  std::vector<std::unique_ptr<live_source>> made;
  if (rings == 1) {
    KIZASHI_TRY(auto only, open_interface(options));
    made.push_back(std::move(only));
    return made;
  }
  if (options.method == capture_method::libpcap)
    return fail(errc::unsupported,
                fmt::format("{}: libpcap cannot share an interface between {} readers; expected 1",
                            options.interface, rings));
  KIZASHI_TRY(check(options));
  auto const group = std::make_shared<internal::ring_group>();
  group->share = share;
  for (unsigned i = 0; i < rings; ++i) {
    KIZASHI_TRY(auto each, internal::ring_source::open(options, group));
    made.push_back(std::move(each));
  }
  return made;
}

}  // namespace kizashi::capture::live
