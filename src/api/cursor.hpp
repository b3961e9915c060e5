// Places in a list of rows, for who wants the next page: opaque outside, checked inside.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "kizashi/base/error.hpp"

namespace kizashi::api {

/// The key of the last row of a page, for one operation and one question.
struct cursor {
  std::uint64_t question = 0;  ///< a digest of what was asked: a cursor is for that alone
  std::vector<std::uint64_t> key;
  friend auto operator==(cursor const&, cursor const&) -> bool = default;
};

inline constexpr std::size_t most_key_words = 12;

/// Letters, digits, "-" and "_".
[[nodiscard]] auto to_text(cursor const& of) -> std::string;
/// Fails on everything that `to_text` does not write.
[[nodiscard]] auto parse_cursor(std::string_view text) -> result<cursor>;
/// A digest of `parts`, in their order.
[[nodiscard]] auto digest_of(std::vector<std::string> const& parts) -> std::uint64_t;

}  // namespace kizashi::api
