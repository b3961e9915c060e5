// Where a key lies in a table. Strangers choose the addresses that are counted, so nobody outside
// may know which of them fall together: the hash has a secret of the process. Answers never depend
// on it.
#pragma once

#include <cstdint>
#include <random>

#include "kizashi/base/random.hpp"
#include "kizashi/net/address.hpp"

namespace kizashi::telescope::internal {

inline std::uint64_t const hash_secret = [] {
  std::random_device device;
  return mix64(std::uint64_t{device()} << 32 | device());
}();

/// One multiplication to 128 bits whose halves are folded (the step of wyhash, Wang Yi 2019). Use
/// the low bits.
[[nodiscard]] inline auto hash64(std::uint64_t x) noexcept -> std::uint64_t {
  __extension__ using wide = unsigned __int128;
  auto const product = wide{x ^ hash_secret} * 0x9E3779B97F4A7C15U;
  return static_cast<std::uint64_t>(product >> 64) ^ static_cast<std::uint64_t>(product);
}

[[nodiscard]] inline auto hash_of(net::ipv4 a) noexcept -> std::uint64_t {
  return hash64(a.value());
}
[[nodiscard]] inline auto hash_of(net::ipv6 a) noexcept -> std::uint64_t {
  return hash64(hash64(a.high()) ^ a.low());
}

/// Whether a table of `places` should be larger for `members`. Emptier tables end a probe sooner
/// but fill the caches with nothing, which costs more.
[[nodiscard]] constexpr auto is_crowded(std::size_t members, std::size_t places) noexcept -> bool {
  return members * 8 > places * 5;
}
/// Places for a table of `members`, a power of two, at least `least`.
[[nodiscard]] constexpr auto places_for(std::size_t members, std::size_t least) noexcept
    -> std::size_t {
  auto places = least;
  while (is_crowded(members, places)) places *= 2;
  return places;
}

}  // namespace kizashi::telescope::internal
