// A packet as the search sees it: the bytes of its header's words in a row, so that "the third byte
// of the destination" is a column.
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "kizashi/net/packet_batch.hpp"

namespace kizashi::recognise::discover {

/// A word of the header. In the order of elimination: what a sender is told (addresses, ports)
/// stands before what it computes from that, so that a relation is solved for the latter.
enum class word : std::uint8_t {
  destination,
  source,
  destination_port,
  source_port,
  sequence,
  acknowledgement,
  window,
  ip_id,
  mss,
  ip_length,
};
inline constexpr std::size_t words = 10;
inline constexpr std::array<std::uint8_t, words> word_sizes{4, 4, 2, 2, 4, 4, 2, 2, 2, 2};
inline constexpr std::array<std::uint8_t, words> word_begins{0, 4, 8, 10, 12, 16, 20, 22, 24, 26};
inline constexpr std::size_t columns = 28;

[[nodiscard]] constexpr auto size_of(word w) noexcept -> std::size_t {
  return word_sizes[static_cast<std::size_t>(w)];
}
/// The column of a word's first (highest) byte.
[[nodiscard]] constexpr auto begin_of(word w) noexcept -> std::size_t {
  return word_begins[static_cast<std::size_t>(w)];
}
/// The word that a column belongs to.
[[nodiscard]] constexpr auto word_of(std::size_t column) noexcept -> word {
  std::size_t w = 0;
  while (w + 1 < words && word_begins[w + 1] <= column) ++w;
  return static_cast<word>(w);
}

/// Packets of different kinds are searched apart: what is a mark in one is ordinary in another.
enum class scope : std::uint8_t { tcp_syn, tcp_other, udp, icmp };
inline constexpr std::size_t scopes = 4;
[[nodiscard]] auto name_of(scope each) noexcept -> std::string_view;  // "tcp-syn"

struct sample_row {
  std::array<std::uint8_t, columns> bytes{};  ///< words in the order of `word`, high bytes first
  std::uint32_t options = 0;                  ///< as in `packet_batch::tcp_options`
  std::uint8_t ttl = 0;
  bool dont_fragment = false;

  /// The XOR of the bytes whose columns are set in `mask`.
  [[nodiscard]] auto fold(std::uint32_t mask) const noexcept -> std::uint8_t {
    std::uint8_t sum = 0;
    for (; mask != 0; mask &= mask - 1) sum ^= bytes[static_cast<unsigned>(std::countr_zero(mask))];
    return sum;
  }
  /// `size` bytes from a column on as a number.
  [[nodiscard]] auto number(std::size_t column, std::size_t size) const noexcept -> std::uint32_t {
    std::uint32_t value = 0;
    for (std::size_t i = 0; i < size; ++i) value = value << 8 | bytes[column + i];
    return value;
  }
  [[nodiscard]] auto value(word w) const noexcept -> std::uint32_t {
    return number(begin_of(w), size_of(w));
  }
  void set(word w, std::uint32_t value) noexcept {
    for (auto i = size_of(w); i > 0; --i, value >>= 8)
      bytes[begin_of(w) + i - 1] = static_cast<std::uint8_t>(value);
  }
};

/// Whether the search looks at a row of a batch (IPv4 with readable ports or ICMP type), and where.
struct chosen_row {
  bool is_chosen = false;
  scope where = scope::tcp_syn;
};
[[nodiscard]] auto choose(net::packet_batch const& batch, std::size_t row) noexcept -> chosen_row;
[[nodiscard]] auto take_row(net::packet_batch const& batch, std::size_t row) noexcept -> sample_row;

}  // namespace kizashi::recognise::discover
