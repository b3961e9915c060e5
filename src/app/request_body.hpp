// The body of a request, member by member: each with its kind, and all mistakes told at once.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "kizashi/answer/json_document.hpp"
#include "kizashi/api/problem.hpp"

namespace kizashi::app {

class request_body {
public:
  /// A body that is no object of JSON is a mistake.
  explicit request_body(std::string_view text);

  /// A text; one that is not there is a mistake when it is needed.
  [[nodiscard]] auto text(std::string_view name, bool is_needed) -> std::optional<std::string>;
  [[nodiscard]] auto flag(std::string_view name) -> std::optional<bool>;
  [[nodiscard]] auto texts(std::string_view name) -> std::optional<std::vector<std::string>>;
  /// Whether there is such a member, with a value.
  [[nodiscard]] auto has(std::string_view name) -> bool { return find(name) != nullptr; }
  /// Something that was wrong with a member that has the right kind.
  void complain(std::string_view name, std::string expected);
  /// Answers 400 with all mistakes, members that nobody asked for included; nothing when there are
  /// none.
  [[nodiscard]] auto refusal() -> std::optional<api::http::response>;

private:
  [[nodiscard]] auto find(std::string_view name) -> answer::json const*;

  answer::json body_;
  std::vector<std::string> asked_;
  std::vector<api::mistake> mistakes_;
};

}  // namespace kizashi::app
