// The kinds of actors: one row each, from which the parser, the messages and the manual come.
#pragma once

#include <span>
#include <string_view>

namespace kizashi::capture::synth {

struct kind_row {
  std::string_view name;
  std::string_view help;
  /// Keys that this kind understands besides those of every actor, separated by spaces.
  std::string_view keys;
};

/// All kinds in the order of the manual.
[[nodiscard]] auto actor_manual() -> std::span<kind_row const>;
/// The row of a kind, or null.
[[nodiscard]] auto find_kind(std::string_view name) -> kind_row const*;
/// Keys that every actor may have, separated by spaces.
[[nodiscard]] auto common_actor_keys() -> std::string_view;

/// What a TCP SYN may look like; what a flood's victim may answer; which services are looked for.
/// Separated by spaces.
[[nodiscard]] auto tool_names() -> std::string_view;
[[nodiscard]] auto answer_names() -> std::string_view;
[[nodiscard]] auto service_names() -> std::string_view;

}  // namespace kizashi::capture::synth
