// One JSON document, member by member, lists row by row: memory does not grow with the lists.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "kizashi/answer/text_sink.hpp"
#include "kizashi/base/time.hpp"

namespace kizashi::answer {

// Keys stay in the order in which they are written.
using json = nlohmann::ordered_json;

/// Names of files may hold bytes that are no UTF-8: they become U+FFFD.
[[nodiscard]] inline auto text_of(json const& value) -> std::string {
  return value.dump(-1, ' ', false, json::error_handler_t::replace);
}
[[nodiscard]] inline auto time_json(timestamp time) -> json {
  return time.is_known() ? json(time.to_string()) : json(nullptr);
}
/// null for an empty text.
[[nodiscard]] inline auto name_json(std::string_view name) -> json {
  return name.empty() ? json(nullptr) : json(std::string{name});
}

class json_document {
public:
  explicit json_document(text_sink& out) : out_{out} {}

  [[nodiscard]] auto member(char const* name, json const& value) -> status {
    return out_.write(fmt::format("{}\"{}\":{}", next_separator(), name, text_of(value)));
  }
  /// The first `count` of `rows`, each through `to_json`.
  template <class Rows, class ToJson>
  [[nodiscard]] auto list(char const* name, Rows const& rows, std::size_t count, ToJson to_json)
      -> status {
    KIZASHI_TRY(out_.write(fmt::format("{}\"{}\":[", next_separator(), name)));
    for (std::size_t i = 0; i < count; ++i)
      KIZASHI_TRY(out_.write(fmt::format("{}\n{}", i == 0 ? "" : ",", text_of(to_json(rows[i])))));
    return out_.write("]");
  }
  [[nodiscard]] auto close() -> status { return out_.write("\n}\n"); }

private:
  auto next_separator() -> char const* {
    auto const* const separator = is_first_ ? "{\n" : ",\n";
    is_first_ = false;
    return separator;
  }
  text_sink& out_;
  bool is_first_ = true;
};

}  // namespace kizashi::answer
