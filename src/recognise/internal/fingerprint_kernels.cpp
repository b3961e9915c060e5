#include "kizashi/recognise/internal/fingerprint_kernels.hpp"

#include <bit>
#include <cstring>
#if defined(__SSE4_1__)
#include <smmintrin.h>
#endif

// Sanitizers have to be there before the function that chooses the version runs, and are not.
#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__) && !defined(KIZASHI_SANITIZED)
#define KIZASHI_TWO_VERSIONS __attribute__((target_clones("avx2", "default")))
#else
#define KIZASHI_TWO_VERSIONS
#endif

namespace kizashi::recognise::internal {
namespace {

using bytes_of_chunk = std::uint8_t[chunk_rows];

#if defined(__SSE4_1__)
[[gnu::always_inline]] inline auto load(void const* from) noexcept -> __m128i {
  return _mm_loadu_si128(static_cast<__m128i const*>(from));
}

/// Bit i from byte i, each 0 or 1.
[[gnu::always_inline]] inline auto to_bits(bytes_of_chunk const& flags) noexcept -> std::uint64_t {
  std::uint64_t answer = 0;
  for (unsigned i = 0; i < 4; ++i) {
    auto const highest = _mm_slli_epi16(load(flags + 16 * i), 7);
    answer |= static_cast<std::uint64_t>(_mm_movemask_epi8(highest)) << (16 * i);
  }
  return answer;
}

/// All bits of each lane whose value lies between `low` and `low + length`. There is no unsigned
/// comparison: a number is at most `length` when it is the smaller one of both.
[[gnu::always_inline]] inline auto lanes_in(std::uint8_t, __m128i x, value_range by) noexcept
    -> __m128i {
  x = _mm_sub_epi8(x, _mm_set1_epi8(static_cast<char>(by.low)));
  return _mm_cmpeq_epi8(x, _mm_min_epu8(x, _mm_set1_epi8(static_cast<char>(by.high - by.low))));
}
[[gnu::always_inline]] inline auto lanes_in(std::uint16_t, __m128i x, value_range by) noexcept
    -> __m128i {
  x = _mm_sub_epi16(x, _mm_set1_epi16(static_cast<short>(by.low)));
  return _mm_cmpeq_epi16(x, _mm_min_epu16(x, _mm_set1_epi16(static_cast<short>(by.high - by.low))));
}
[[gnu::always_inline]] inline auto lanes_in(std::uint32_t, __m128i x, value_range by) noexcept
    -> __m128i {
  x = _mm_sub_epi32(x, _mm_set1_epi32(static_cast<int>(by.low)));
  return _mm_cmpeq_epi32(x, _mm_min_epu32(x, _mm_set1_epi32(static_cast<int>(by.high - by.low))));
}

[[gnu::always_inline]] inline auto lanes_equal(std::uint8_t, __m128i x, std::uint32_t to) noexcept
    -> __m128i {
  return _mm_cmpeq_epi8(x, _mm_set1_epi8(static_cast<char>(to)));
}
[[gnu::always_inline]] inline auto lanes_equal(std::uint16_t, __m128i x, std::uint32_t to) noexcept
    -> __m128i {
  return _mm_cmpeq_epi16(x, _mm_set1_epi16(static_cast<short>(to)));
}
[[gnu::always_inline]] inline auto lanes_equal(std::uint32_t, __m128i x, std::uint32_t to) noexcept
    -> __m128i {
  return _mm_cmpeq_epi32(x, _mm_set1_epi32(static_cast<int>(to)));
}

/// 16 rows at a time: their lanes stay in registers.
template <class T, class Lanes>
[[gnu::always_inline]] inline auto gather(T const* column, std::span<value_range const> ranges,
                                          Lanes const& lanes_of) noexcept -> std::uint64_t {
  constexpr std::size_t lanes = sizeof(__m128i) / sizeof(T);
  std::uint64_t answer = 0;
  for (unsigned first = 0; first < chunk_rows; first += 16) {
    __m128i hits[sizeof(T)]{};
    for (auto const& each : ranges)
      for (std::size_t i = 0; i < sizeof(T); ++i)
        hits[i] = _mm_or_si128(hits[i], lanes_of(load(column + first + i * lanes), each));
    // Lanes are all ones or zero, so that packing with signs keeps them.
    if constexpr (sizeof(T) == 4) {
      hits[0] = _mm_packs_epi32(hits[0], hits[1]);
      hits[1] = _mm_packs_epi32(hits[2], hits[3]);
    }
    if constexpr (sizeof(T) >= 2) hits[0] = _mm_packs_epi16(hits[0], hits[1]);
    answer |= static_cast<std::uint64_t>(_mm_movemask_epi8(hits[0])) << first;
  }
  return answer;
}

template <class T>
[[gnu::always_inline]] inline auto in_ranges(T const* column,
                                             std::span<value_range const> ranges) noexcept
    -> std::uint64_t {
  auto is_single = true;
  for (auto const& each : ranges) is_single = is_single && each.low == each.high;
  if (is_single)
    return gather(column, ranges,
                  [](__m128i x, value_range const& by) { return lanes_equal(T{}, x, by.low); });
  return gather(column, ranges,
                [](__m128i x, value_range const& by) { return lanes_in(T{}, x, by); });
}
#else
/// Bit i from byte i, each 0 or 1. Eight bytes at a time: the multiplication moves them beside each
/// other into the highest byte.
inline auto to_bits(bytes_of_chunk const& flags) noexcept -> std::uint64_t {
  static_assert(std::endian::native == std::endian::little);
  std::uint64_t answer = 0;
  for (unsigned i = 0; i < 8; ++i) {
    std::uint64_t eight = 0;
    std::memcpy(&eight, flags + 8 * i, 8);
    answer |= (eight * 0x0102040810204080U >> 56) << (8 * i);
  }
  return answer;
}

/// One comparison a row: from the low end upwards in unsigned numbers.
template <class T>
inline auto in_ranges(T const* column, std::span<value_range const> ranges) noexcept
    -> std::uint64_t {
  bytes_of_chunk flags{};
  for (auto const& each : ranges) {
    auto const low = static_cast<T>(each.low);
    auto const length = static_cast<T>(each.high - each.low);
    for (std::size_t i = 0; i < chunk_rows; ++i)
      flags[i] |= static_cast<std::uint8_t>(static_cast<T>(column[i] - low) <= length ? 1 : 0);
  }
  return to_bits(flags);
}
#endif

template <class Compare>
[[gnu::always_inline]] inline auto compared(std::uint32_t const* left, std::uint32_t const* right,
                                            Compare const& how) noexcept -> std::uint64_t {
  alignas(64) bytes_of_chunk flags;
  for (std::size_t i = 0; i < chunk_rows; ++i)
    flags[i] = static_cast<std::uint8_t>(how(left[i], right[i]) ? 1 : 0);
  return to_bits(flags);
}

template <class Right, class Combine>
[[gnu::always_inline]] inline void combined(std::uint32_t const* left, Right const& right,
                                            std::uint32_t* out, Combine const& how) noexcept {
  for (std::size_t i = 0; i < chunk_rows; ++i) out[i] = how(left[i], right(i));
}

template <class Right>
[[gnu::always_inline]] inline void combine_any(operation does, std::uint32_t const* left,
                                               Right const& right, std::uint32_t* out) noexcept {
  using u32 = std::uint32_t;
  switch (does) {
    case operation::add:
      return combined(left, right, out, [](u32 a, u32 b) { return a + b; });
    case operation::subtract:
      return combined(left, right, out, [](u32 a, u32 b) { return a - b; });
    case operation::shift_left:
      return combined(left, right, out, [](u32 a, u32 b) { return b < 32 ? a << (b & 31U) : 0U; });
    case operation::shift_right:
      return combined(left, right, out, [](u32 a, u32 b) { return b < 32 ? a >> (b & 31U) : 0U; });
    case operation::bit_and:
      return combined(left, right, out, [](u32 a, u32 b) { return a & b; });
    case operation::bit_xor:
      return combined(left, right, out, [](u32 a, u32 b) { return a ^ b; });
    case operation::bit_or:
      return combined(left, right, out, [](u32 a, u32 b) { return a | b; });
    default:
      break;  // no operator with two sides
  }
}

}  // namespace

auto rows_in(std::uint8_t const* column, std::span<value_range const> ranges) noexcept
    -> std::uint64_t {
  return in_ranges(column, ranges);
}
auto rows_in(std::uint16_t const* column, std::span<value_range const> ranges) noexcept
    -> std::uint64_t {
  return in_ranges(column, ranges);
}
auto rows_in(std::uint32_t const* column, std::span<value_range const> ranges) noexcept
    -> std::uint64_t {
  return in_ranges(column, ranges);
}

KIZASHI_TWO_VERSIONS auto rows_with(std::uint16_t const* column, std::uint16_t bits) noexcept
    -> std::uint64_t {
  alignas(64) bytes_of_chunk flags;
  for (std::size_t i = 0; i < chunk_rows; ++i)
    flags[i] = static_cast<std::uint8_t>((column[i] & bits) != 0 ? 1 : 0);
  return to_bits(flags);
}

KIZASHI_TWO_VERSIONS auto rows_where(comparison how, std::uint32_t const* left,
                                     std::uint32_t const* right) noexcept -> std::uint64_t {
  using u32 = std::uint32_t;
  switch (how) {
    case comparison::equal:
      return compared(left, right, [](u32 a, u32 b) { return a == b; });
    case comparison::unequal:
      return compared(left, right, [](u32 a, u32 b) { return a != b; });
    case comparison::less:
      return compared(left, right, [](u32 a, u32 b) { return a < b; });
    case comparison::less_or_equal:
      break;
  }
  return compared(left, right, [](u32 a, u32 b) { return a <= b; });
}

KIZASHI_TWO_VERSIONS void widen(std::uint8_t const* column, std::uint32_t* out) noexcept {
  for (std::size_t i = 0; i < chunk_rows; ++i) out[i] = column[i];
}
KIZASHI_TWO_VERSIONS void widen(std::uint16_t const* column, std::uint32_t* out) noexcept {
  for (std::size_t i = 0; i < chunk_rows; ++i) out[i] = column[i];
}
KIZASHI_TWO_VERSIONS void widen_bit(std::uint16_t const* column, std::uint16_t bits,
                                    std::uint32_t* out) noexcept {
  for (std::size_t i = 0; i < chunk_rows; ++i) out[i] = (column[i] & bits) != 0 ? 1 : 0;
}
KIZASHI_TWO_VERSIONS void fill(std::uint32_t value, std::uint32_t* out) noexcept {
  for (std::size_t i = 0; i < chunk_rows; ++i) out[i] = value;
}

KIZASHI_TWO_VERSIONS void combine(operation does, std::uint32_t const* left,
                                  std::uint32_t const* right, std::uint32_t* out) noexcept {
  combine_any(
      does, left, [right](std::size_t i) { return right[i]; }, out);
}
KIZASHI_TWO_VERSIONS void combine(operation does, std::uint32_t const* left, std::uint32_t right,
                                  std::uint32_t* out) noexcept {
  combine_any(
      does, left, [right](std::size_t) { return right; }, out);
}

KIZASHI_TWO_VERSIONS void swap_bytes(operation does, std::uint32_t const* in,
                                     std::uint32_t* out) noexcept {
  if (does == operation::swap32) {
    for (std::size_t i = 0; i < chunk_rows; ++i) out[i] = __builtin_bswap32(in[i]);
  } else {
    for (std::size_t i = 0; i < chunk_rows; ++i)
      out[i] = (in[i] >> 8 & 0xFFU) | (in[i] & 0xFFU) << 8;
  }
}

KIZASHI_TWO_VERSIONS void mark(std::uint64_t rows, std::uint64_t bit,
                               std::uint64_t* masks) noexcept {
  if (std::popcount(rows) > 16) {
    for (std::size_t i = 0; i < chunk_rows; ++i) masks[i] |= (rows >> i & 1) != 0 ? bit : 0;
    return;
  }
  for (; rows != 0; rows &= rows - 1) masks[std::countr_zero(rows)] |= bit;
}

KIZASHI_TWO_VERSIONS void scramble(std::uint32_t const* in, std::uint32_t* out) noexcept {
  for (std::size_t i = 0; i < chunk_rows; ++i) out[i] = in[i] * 0x9E3779B1U;
}

}  // namespace kizashi::recognise::internal
