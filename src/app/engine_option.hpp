// The options of commands that run engines beside something else.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <CLI/CLI.hpp>

#include "kizashi/app/engine_run.hpp"

namespace kizashi::app {

/// As it stood on the command line.
struct engine_choice {
  bool is_wanted = false;
  std::vector<std::string> engines;  ///< empty: all
  std::vector<std::string> options;
};

/// --engine and --option, which may be repeated. `before`: what their help begins with.
void add_engine_choice(CLI::App& command, std::vector<std::string>& engines,
                       std::vector<std::string>& options, std::string_view before = {});
/// --detect, --engine and --option.
void add_engine_options(CLI::App& command, engine_choice& choice);
/// Null: no engines are wanted. Fails on engines and options that there are not, and on those that
/// stand without --detect.
[[nodiscard]] auto start_engines(engine_choice const& choice)
    -> result<std::unique_ptr<engine_run>>;

}  // namespace kizashi::app
