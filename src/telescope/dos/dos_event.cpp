#include "kizashi/telescope/dos/dos_event.hpp"

#include <algorithm>
#include <tuple>

namespace kizashi::telescope {

auto name_of(scaling each) noexcept -> std::string_view {
  constexpr std::array<std::string_view, 4> names{"done", "no-darknet", "few-packets",
                                                  "not-uniform"};
  return names[static_cast<std::size_t>(each)];
}

auto name_of(answer_kind each) noexcept -> std::string_view {
  constexpr std::array<std::string_view, answer_kinds> names{"syn-ack", "rst", "icmp", "udp"};
  return names[static_cast<std::size_t>(each)];
}

attacked_ports::attacked_ports(std::span<attacked_port const> from) noexcept
    : size_{static_cast<std::uint8_t>(std::min(from.size(), most))} {
  std::copy_n(from.begin(), size_, ports_.begin());
}

auto is_before(dos_event const& a, dos_event const& b) noexcept -> bool {
  return std::tie(a.last, a.first, a.victim) < std::tie(b.last, b.first, b.victim);
}

auto attack_rate(std::uint64_t per_minute, std::uint64_t addresses) noexcept -> double {
  return static_cast<double>(per_minute) / 60 * (0x1p32 / static_cast<double>(addresses));
}

}  // namespace kizashi::telescope
