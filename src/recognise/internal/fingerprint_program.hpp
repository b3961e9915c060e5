// All fingerprints of a table as one program: equal conditions and equal parts of expressions stand
// in it once, and of each chunk of 64 rows only those are computed that some fingerprint still
// needs.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "kizashi/net/frame_block.hpp"
#include "kizashi/net/packet_batch.hpp"
#include "kizashi/recognise/internal/fingerprint_expression.hpp"
#include "kizashi/recognise/tag_columns.hpp"

namespace kizashi::recognise::internal {

/// What one fingerprint tests: conditions that must all hold, and perhaps a key.
struct fingerprint_test {
  std::vector<condition> match;
  std::optional<expression> same;
};

/// How much of a payload `payload contains` looks through.
inline constexpr std::size_t longest_search = 2048;
/// Limits that keep what is computed per row in bounds, whatever the tables say.
inline constexpr std::size_t most_conditions = 16;  ///< of one fingerprint
inline constexpr std::size_t most_values = 256;     ///< different parts of all expressions

class fingerprint_program {
public:
  fingerprint_program() = default;
  /// At most `most_fingerprints` tests, `most_keys` of them with a key. Fails when the expressions
  /// have too many different parts.
  [[nodiscard]] static auto build(std::span<fingerprint_test const> tests)
      -> result<fingerprint_program>;

  /// See `fingerprint_table::match`.
  void run(net::packet_batch const& batch, net::frame_block const& frames, tag_columns& to) const;

private:
  /// A part of an expression. `right` may be a number itself: then nothing is computed for it.
  struct value {
    operation does = operation::number;
    std::uint32_t number = 0;  ///< a number, or a `field`
    std::uint16_t left = 0;
    std::uint16_t right = 0;
    friend auto operator==(value const&, value const&) -> bool = default;
  };
  /// A condition that is computed at most once a chunk.
  struct test {
    condition::form is = condition::form::word;
    word kind = word::ip;
    comparison how = comparison::equal;
    bool is_negated = false;
    bool is_field = false;   ///< ranges: of a field that has a column
    std::uint16_t left = 0;  ///< values
    std::uint16_t right = 0;
    std::uint32_t offset = 0;
    std::vector<value_range> ranges;
    std::string bytes;
    std::vector<std::uint16_t> needs;  ///< values to be computed first, in this order
  };
  struct entry {
    std::uint8_t number = 0;  ///< bit of the mask, or number of the key
    bool is_key = false;
    std::uint16_t key = 0;  ///< value
    std::vector<std::uint16_t> needs;
    std::vector<std::uint16_t> tests;  ///< cheap and rare ones first
  };
  /// Entries that begin with the same word: skipped together.
  struct group {
    std::uint16_t first = 0;  ///< test
    std::vector<entry> entries;
  };
  struct chunk;
  class builder;

  std::vector<value> values_;
  std::vector<test> tests_;
  std::vector<group> groups_;
};

}  // namespace kizashi::recognise::internal
