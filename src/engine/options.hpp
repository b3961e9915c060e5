// Options of engines: a table each, from which the reader, its messages, the manual and forms come.
//
//   inline constexpr option_spec table[] = {
//       {"surge.unit", duration{10min}, duration{1min}, duration{24h}, "Interval of counting."}};
//   option_set set{table};
//   KIZASHI_TRY(set.set("surge.unit", "1h"));
//   set.get<duration>("surge.unit");
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "kizashi/base/config.hpp"
#include "kizashi/base/error.hpp"
#include "kizashi/base/time.hpp"

namespace kizashi::engine {

/// A switch, a whole number, a number, a length of time, or one of a few words.
using option_value = std::variant<bool, std::uint64_t, double, duration, std::string_view>;

struct option_spec {
  std::string_view name;  ///< "ENGINE.NAME"
  option_value standard;  ///< the default; it also says of which kind the option is
  option_value least;     ///< numbers and lengths of time: the range, both ends included
  option_value most;
  std::string_view help;
  std::span<std::string_view const> words = {};  ///< of an option that is one of them
  on_reload reload = on_reload::restart;
};

/// Values of all options of a table, which must outlive it.
class option_set {
public:
  /// Every option at its default.
  explicit option_set(std::span<option_spec const> table);

  /// Fails with `not_found` when the table has no such name, and on what is not of the kind or
  /// outside of the range; "nan" and "inf" are no numbers. The message says what was expected.
  [[nodiscard]] auto set(std::string_view name, std::string_view text) -> status;

  /// `T`: the kind of the option in the table, which has the name.
  template <class T>
  [[nodiscard]] auto get(std::string_view name) const -> T {
    return std::get<T>(values_[index_of(name)]);
  }
  [[nodiscard]] auto has(std::string_view name) const noexcept -> bool;
  [[nodiscard]] auto table() const noexcept -> std::span<option_spec const> { return table_; }
  /// The value as `set` reads it.
  [[nodiscard]] auto text_of(std::string_view name) const -> std::string;

private:
  [[nodiscard]] auto index_of(std::string_view name) const -> std::size_t;

  std::span<option_spec const> table_;
  std::vector<option_value> values_;
};

/// "1min to 1d; default 10min", "compatible or calibrated; default calibrated".
[[nodiscard]] auto describe_range(option_spec const& each) -> std::string;
/// "bool", "whole number", "number", "duration", "word".
[[nodiscard]] auto kind_of(option_spec const& each) -> std::string_view;
[[nodiscard]] auto to_text(option_value const& value) -> std::string;

}  // namespace kizashi::engine
