// Whole numbers of either byte order from bytes that are known to be there.
#pragma once

#include <bit>
#include <cstdint>
#include <cstring>

namespace kizashi::capture::internal {

/// The number at `at`, whose bytes are in the order `Order`. The caller has checked that they are
/// there.
template <std::endian Order>
[[nodiscard]] inline auto load16(std::uint8_t const* at) noexcept -> std::uint16_t {
  std::uint16_t number = 0;
  std::memcpy(&number, at, sizeof number);
  return Order == std::endian::native ? number : __builtin_bswap16(number);
}
template <std::endian Order>
[[nodiscard]] inline auto load32(std::uint8_t const* at) noexcept -> std::uint32_t {
  std::uint32_t number = 0;
  std::memcpy(&number, at, sizeof number);
  return Order == std::endian::native ? number : __builtin_bswap32(number);
}
template <std::endian Order>
[[nodiscard]] inline auto load64(std::uint8_t const* at) noexcept -> std::uint64_t {
  std::uint64_t number = 0;
  std::memcpy(&number, at, sizeof number);
  return Order == std::endian::native ? number : __builtin_bswap64(number);
}

/// The same where the order is known only from the file.
[[nodiscard]] inline auto load16(std::uint8_t const* at, std::endian order) noexcept
    -> std::uint16_t {
  return order == std::endian::little ? load16<std::endian::little>(at)
                                      : load16<std::endian::big>(at);
}
[[nodiscard]] inline auto load32(std::uint8_t const* at, std::endian order) noexcept
    -> std::uint32_t {
  return order == std::endian::little ? load32<std::endian::little>(at)
                                      : load32<std::endian::big>(at);
}
[[nodiscard]] inline auto load64(std::uint8_t const* at, std::endian order) noexcept
    -> std::uint64_t {
  return order == std::endian::little ? load64<std::endian::little>(at)
                                      : load64<std::endian::big>(at);
}

}  // namespace kizashi::capture::internal
