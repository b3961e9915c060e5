// kizashi config: checks a configuration file, prints one with every key.
#include <memory>

#include <fmt/format.h>

#include "kizashi/app/command.hpp"
#include "kizashi/app/settings.hpp"
#include "kizashi/app/text_sink.hpp"

namespace kizashi::app {
namespace {

auto check(std::string const& path) -> status {
  if (path.empty())
    return fail(errc::not_found,
                "no configuration to check: no file is named, $KIZASHI_CONFIG is not set and there "
                "is no kizashi.toml here");
  KIZASHI_TRY(auto const read, load_config(path));
  if (auto const fits = settings_of(read); !fits)
    return fail(fits.error().code, fmt::format("{}: {}", path, fits.error().message));
  standard_output out;
  KIZASHI_TRY(out.write(fmt::format("{}: in order, {} of {} keys set\n", path, read.count_set(),
                                    setting_keys().size())));
  return out.flush();
}

auto document() -> status {
  standard_output out;
  KIZASHI_TRY(out.write(
      "# Configuration of Kizashi, with every key at its default or with an example.\n"
      "# Kizashi reads the file that --config names, else $KIZASHI_CONFIG, else kizashi.toml in\n"
      "# the working directory. Options of the command line come before it.\n"));
  KIZASHI_TRY(out.write(document_config(setting_keys())));
  return out.flush();
}

}  // namespace

void add_config(CLI::App& program, int& exit_code) {
  auto* const command = program.add_subcommand("config", "Check or explain the configuration file");
  command->require_subcommand(1);
  command->footer(
      "Examples:\n"
      "  kizashi config document > kizashi.toml   a file with every key, explained\n"
      "  kizashi config check kizashi.toml        every mistake with its line");
  auto const path = std::make_shared<std::string>();
  auto* const checking = command->add_subcommand("check", "Say every mistake in a file");
  checking->add_option("file", *path, "The file; without it the one that would be read")
      ->type_name("FILE");
  checking->callback([path, &exit_code] {
    auto const done = check(config_path(*path));
    exit_code = done ? exit_done : say_failure(done.error());
  });
  command->add_subcommand("document", "Print a file with every key, its help and its default")
      ->callback([&exit_code] {
        auto const done = document();
        exit_code = done ? exit_done : say_failure(done.error());
      });
}

}  // namespace kizashi::app
