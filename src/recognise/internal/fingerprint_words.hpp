// From the text of a condition to its words.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "kizashi/base/error.hpp"

namespace kizashi::recognise::internal {

struct token {
  enum class sort : std::uint8_t { name, number, text, sign, end };
  sort is = sort::end;
  std::string_view spelt;    ///< as it stands there
  std::string bytes;         ///< text: what it stands for
  std::uint32_t number = 0;  ///< number
  std::size_t at = 0;        ///< of its first character, counted from 1
};

/// "at character N: MESSAGE"
[[nodiscard]] auto fail_at(std::size_t at, std::string_view message) -> tl::unexpected<error>;
/// As a person reads it: "the end" or the word in its own spelling.
[[nodiscard]] auto shown(token const& each) -> std::string;

/// Cuts words off the front of a text, one ahead.
class token_stream {
public:
  explicit token_stream(std::string_view text) : text_{text} {}
  /// The first word; to be called once before all others.
  [[nodiscard]] auto begin() -> status { return next(); }
  [[nodiscard]] auto head() const noexcept -> token const& { return head_; }
  /// Steps over the word at the head.
  [[nodiscard]] auto next() -> status;
  [[nodiscard]] auto is_sign(std::string_view spelt) const noexcept -> bool {
    return head_.is == token::sort::sign && head_.spelt == spelt;
  }
  [[nodiscard]] auto is_name(std::string_view spelt) const noexcept -> bool {
    return head_.is == token::sort::name && head_.spelt == spelt;
  }
  /// Steps over `spelt` or fails.
  [[nodiscard]] auto expect_sign(std::string_view spelt) -> status;

private:
  [[nodiscard]] auto read_number() -> status;
  [[nodiscard]] auto read_text() -> status;
  [[nodiscard]] auto read_escape(std::string& out) -> status;
  [[nodiscard]] auto read_sign() -> status;

  std::string_view text_;
  std::size_t place_ = 0;
  token head_;
};

}  // namespace kizashi::recognise::internal
