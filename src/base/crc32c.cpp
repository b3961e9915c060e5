#include "kizashi/base/crc32c.hpp"

#include <array>
#include <cstddef>
#include <cstring>

#ifdef __SSE4_2__
#include <nmmintrin.h>
#endif

namespace kizashi {
namespace {

constexpr auto table = [] {
  std::array<std::uint32_t, 256> made{};
  for (std::uint32_t i = 0; i < made.size(); ++i) {
    auto each = i;
    for (int bit = 0; bit < 8; ++bit) each = (each & 1) != 0 ? each >> 1 ^ 0x82F63B78U : each >> 1;
    made[i] = each;
  }
  return made;
}();

}  // namespace

auto crc32c_by_table(std::uint32_t before, std::span<std::uint8_t const> bytes) noexcept
    -> std::uint32_t {
  auto sum = ~before;
  for (auto const byte : bytes) sum = sum >> 8 ^ table[(sum ^ byte) & 0xFF];
  return ~sum;
}

auto crc32c(std::uint32_t before, std::span<std::uint8_t const> bytes) noexcept -> std::uint32_t {
#ifdef __SSE4_2__
  std::uint64_t sum = ~before;
  for (; bytes.size() >= sizeof(std::uint64_t); bytes = bytes.subspan(sizeof(std::uint64_t))) {
    std::uint64_t word;
    std::memcpy(&word, bytes.data(), sizeof(word));
    sum = _mm_crc32_u64(sum, word);
  }
  auto rest = static_cast<std::uint32_t>(sum);
  for (auto const byte : bytes) rest = _mm_crc32_u8(rest, byte);
  return ~rest;
#else
  return crc32c_by_table(before, bytes);
#endif
}

}  // namespace kizashi
