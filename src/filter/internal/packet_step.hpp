// A filter on packets, compiled: steps that each look at one column of a block of rows.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "kizashi/filter/expression.hpp"
#include "kizashi/filter/packet_predicate.hpp"
#include "kizashi/net/prefix_set.hpp"

namespace kizashi::filter::internal {

/// Rows that have a field at all.
struct packet_guard {
  std::uint16_t mask = 0;  ///< of these attributes
  std::uint16_t want = 0;  ///< these are set and the others are not
  /// One of the two; 0: any.
  std::array<std::uint8_t, 2> protocols{};
};

struct packet_step {
  enum class form : std::uint8_t { all, any, negation, never, guard, numbers, bits, addresses };
  form is = form::never;
  field column = field::port;
  packet_guard guard;
  /// Numbers: ascending, apart, within what the column can hold.
  std::vector<number_range> ranges;
  /// Of 16 bits and less, where there are many ranges: bit n says whether n is in one.
  std::vector<std::uint64_t> table;
  std::uint64_t any_bit = 0;
  bool wants_no_bit = false;
  net::prefix_set prefixes;
  std::vector<number_range> ipv4;  ///< where they are few
  bool has_many = false;           ///< `prefixes` instead of `ipv4`
  bool has_ipv6 = false;
  std::vector<packet_step> children;
};

[[nodiscard]] auto compile(expression const& of, name_context const& with) -> result<packet_step>;

/// Rows of a batch that are looked at together: so many that a loop over a column is worth it, so
/// few that their answers stay in the first-level cache.
inline constexpr std::size_t block_rows = 256;
using block_mask = std::array<std::uint8_t, block_rows>;

class packet_block {
public:
  packet_block(net::packet_batch const& batch, recognise::tag_columns const* tags,
               recognise::place_table const* places) noexcept
      : batch_{batch}, tags_{tags}, places_{places} {}

  void move_to(std::size_t begin, std::size_t count) noexcept {
    begin_ = begin;
    count_ = count;
    is_placed_.fill(0);
  }
  /// Writes 0 or 1 for each row; those of rows that are not in `wanted` mean nothing.
  void test(packet_step const& step, block_mask const& wanted, block_mask& out) noexcept;

private:
  void test_all(packet_step const& step, block_mask const& wanted, block_mask& out) noexcept;
  void test_any(packet_step const& step, block_mask const& wanted, block_mask& out) noexcept;
  void test_numbers(packet_step const& step, block_mask const& wanted, block_mask& out) noexcept;
  void test_bits(packet_step const& step, block_mask& out) const noexcept;
  void test_addresses(packet_step const& step, block_mask const& wanted,
                      block_mask& out) const noexcept;
  void test_places(packet_step const& step, block_mask const& wanted, block_mask& out) noexcept;
  void apply(packet_guard const& guard, block_mask& out) const noexcept;
  template <class T>
  void test_column(T const& column, packet_step const& step, block_mask& out) const noexcept;

  net::packet_batch const& batch_;
  recognise::tag_columns const* tags_;
  recognise::place_table const* places_;
  std::size_t begin_ = 0;
  std::size_t count_ = 0;
  std::array<recognise::place, block_rows> place_of_;
  block_mask is_placed_{};
};

}  // namespace kizashi::filter::internal
