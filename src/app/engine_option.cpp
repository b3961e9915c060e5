#include "kizashi/app/engine_option.hpp"

#include <cctype>

#include <fmt/format.h>

namespace kizashi::app {

void add_engine_choice(CLI::App& command, std::vector<std::string>& engines,
                       std::vector<std::string>& options, std::string_view before) {
  auto const help = [&](std::string_view text) {
    auto out = fmt::format("{}{}", before, text);
    if (!before.empty()) out[before.size()] = static_cast<char>(std::tolower(text[0]));
    return out;
  };
  command
      .add_option("--engine", engines, help("Only these engines; may be repeated (default: all)"))
      ->type_name("NAME")
      ->delimiter(',')
      ->allow_extra_args(false);
  command.add_option("--option", options, help("An option of an engine; may be repeated"))
      ->type_name("ENGINE.NAME=VALUE")
      ->allow_extra_args(false);
}

void add_engine_options(CLI::App& command, engine_choice& choice) {
  command.add_flag("--detect", choice.is_wanted,
                   "Run the detection engines too ('kizashi detect --list'); most of them learn "
                   "for a day before they judge");
  add_engine_choice(command, choice.engines, choice.options, "With --detect: ");
}

auto start_engines(engine_choice const& choice) -> result<std::unique_ptr<engine_run>> {
  if (!choice.is_wanted && !(choice.engines.empty() && choice.options.empty()))
    return fail(errc::parse_error,
                "--engine and --option are for the engines of --detect; expected --detect, too");
  if (!choice.is_wanted) return std::unique_ptr<engine_run>{};
  KIZASHI_TRY(auto chosen, engine::choose_engines(choice.engines, choice.options));
  return engine_run::make(std::move(chosen));
}

}  // namespace kizashi::app
