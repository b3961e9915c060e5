// What a report says, in English and Japanese: sentences, numbers, names of countries. The texts
// are in `words/`.
#pragma once

#include <array>
#include <cstdint>
#include <initializer_list>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "kizashi/base/error.hpp"

namespace kizashi::paper {

enum class language : std::uint8_t { english, japanese };
inline constexpr std::array languages{language::english, language::japanese};
/// "en", "ja" (ISO 639-1).
[[nodiscard]] auto code_of(language each) noexcept -> std::string_view;
/// Fails with what is expected.
[[nodiscard]] auto parse_language(std::string_view code) -> result<language>;

class words {
public:
  explicit words(language of);

  using value = std::pair<std::string_view, std::string>;
  /// The text of `key` with {NAME} replaced by each value. A key that is not there is a bug.
  [[nodiscard]] auto say(std::string_view key, std::span<value const> values) const -> std::string;
  [[nodiscard]] auto say(std::string_view key, std::initializer_list<value> values = {}) const
      -> std::string {
    return say(key, std::span{values.begin(), values.size()});
  }
  /// Whether there is a text of that key.
  [[nodiscard]] auto has(std::string_view key) const -> bool;
  /// The name of a country by its code (ISO 3166-1 alpha-2); what is not known stays as it is.
  [[nodiscard]] auto country(std::string_view code) const -> std::string;
  /// Three digits: "1.23 M"; in Japanese by ten thousands: "123万".
  [[nodiscard]] auto count(double number) const -> std::string;
  /// The same of different sources: from a thousand on they are estimated, "≈ 1.23 M".
  [[nodiscard]] auto sources(std::uint64_t number) const -> std::string;

  [[nodiscard]] auto of() const noexcept -> language { return of_; }

private:
  language of_;
};

/// "12.3 %" of 0.123; "<0.1 %" of less than half of that; "0 %" of nothing.
[[nodiscard]] auto percent(double part) -> std::string;
/// "2.1" of 2.1.
[[nodiscard]] auto times(double factor) -> std::string;

}  // namespace kizashi::paper
