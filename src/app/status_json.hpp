// How a server's status writes what more than one of its parts has.
#pragma once

#include <chrono>
#include <optional>
#include <string>

#include "kizashi/answer/json_document.hpp"
#include "kizashi/answer/words.hpp"
#include "kizashi/base/time.hpp"

namespace kizashi::app {

[[nodiscard]] inline auto as_seconds(duration length) -> double {
  return std::chrono::duration<double>{length}.count();
}

/// null: nothing. What names of files brought in is fit for a terminal.
[[nodiscard]] inline auto optional_text(std::optional<std::string> const& text) -> answer::json {
  return text ? answer::json(answer::printable(*text)) : answer::json(nullptr);
}

}  // namespace kizashi::app
