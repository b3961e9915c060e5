// A filter's text as tokens with their places.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "kizashi/filter/expression.hpp"

namespace kizashi::filter::internal {

enum class token_kind : std::uint8_t {
  word,    ///< a field, a value, or and, or, not, in: letters, digits and _ . : / + -
  quoted,  ///< "text", without its quotes and backslashes
  equal,
  unequal,
  less,
  less_or_equal,
  greater,
  greater_or_equal,
  negation,  ///< !
  all,       ///< &&
  any,       ///< ||
  open,
  close,
  open_set,
  close_set,
  comma,
  range,  ///< ..
  end,
};

struct token {
  token_kind is = token_kind::end;
  std::string text;  ///< as it came; of quoted what is between the quotes
  position at;
};

/// The last is `end`. Fails on other characters, open quotes and texts that are too long.
[[nodiscard]] auto tokens_of(std::string_view text) -> result<std::vector<token>>;

/// How a message names it: `"prot"`, "the end of the filter".
[[nodiscard]] auto describe(token const& each) -> std::string;
/// At most so many bytes of a text from outside, without control characters.
[[nodiscard]] auto shortened(std::string_view text) -> std::string;
[[nodiscard]] auto is_word_character(char each) noexcept -> bool;

}  // namespace kizashi::filter::internal
