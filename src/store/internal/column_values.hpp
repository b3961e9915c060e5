// Values as the tables of what was found have them: `windows`, `events`, `attacks`, `findings`.
#pragma once

#include <cstdint>

#include "kizashi/base/time.hpp"
#include "kizashi/net/address.hpp"
#include "kizashi/store/native_block.hpp"

namespace kizashi::store::internal {

/// Whole microseconds since 1970; 0: not known.
[[nodiscard]] inline auto column_time(timestamp time) noexcept -> std::uint64_t {
  return time.nanoseconds() < 0 ? 0 : static_cast<std::uint64_t>(time.nanoseconds()) / 1000;
}

/// In network order; IPv4 as ::ffff:a.b.c.d (RFC 4291, 2.5.5.2).
[[nodiscard]] inline auto column_address(net::address const& a) noexcept
    -> native_block::address16 {
  native_block::address16 out{};
  if (!a.is_ipv6()) {
    out[10] = out[11] = 0xFF;
    for (unsigned i = 0; i < 4; ++i)
      out[12 + i] = static_cast<std::uint8_t>(a.as_ipv4().value() >> (24 - 8 * i));
    return out;
  }
  for (unsigned i = 0; i < 8; ++i) {
    out[i] = static_cast<std::uint8_t>(a.as_ipv6().high() >> (56 - 8 * i));
    out[8 + i] = static_cast<std::uint8_t>(a.as_ipv6().low() >> (56 - 8 * i));
  }
  return out;
}

}  // namespace kizashi::store::internal
