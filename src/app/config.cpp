// kizashi config: checks a configuration file, says what holds, prints one with every key.
#include <memory>

#include <fmt/format.h>

#include "kizashi/app/command.hpp"
#include "kizashi/app/json_document.hpp"
#include "kizashi/app/report.hpp"
#include "kizashi/app/settings.hpp"
#include "kizashi/app/terminal.hpp"
#include "kizashi/app/text_layout.hpp"
#include "kizashi/app/text_sink.hpp"

namespace kizashi::app {
namespace {

auto check(std::string const& path) -> status {
  if (path.empty())
    return fail(errc::not_found,
                "no configuration to check: no file is named, $KIZASHI_CONFIG is not set and there "
                "is no kizashi.toml here");
  KIZASHI_TRY(auto const draft, load_draft(path));
  if (auto wrong = mistakes_of(draft); !wrong.empty())
    return fail(errc::parse_error, to_text(std::move(wrong)));
  auto const& read = draft.values;
  standard_output out;
  KIZASHI_TRY(out.write(fmt::format("{}: in order, {} of {} keys set\n", path, read.count_set(),
                                    setting_keys().size())));
  return out.flush();
}

struct show_choice {
  std::string file;
  bool is_set_only = false;
  bool is_json = false;
};

auto write_values_text(config const& values, bool is_set_only, text_sink& out) -> status {
  text_table table{{{"key"}, {"value"}, {"from"}}};
  for (auto const& each : values.entries()) {
    auto const origin = values.origin_of(each.name).to_string();
    if (is_set_only && origin.empty()) continue;
    table.add({each.name, printable(each.value), origin.empty() ? "default" : printable(origin)});
  }
  return table.write(uncut_style(), out);
}

auto write_values_json(config const& values, bool is_set_only, text_sink& out) -> status {
  json_document document{out};
  KIZASHI_TRY(document.member("schema", "kizashi-config/1"));
  std::vector<config::entry> shown_entries;
  for (auto& each : values.entries())
    if (!is_set_only || values.is_set(each.name)) shown_entries.push_back(std::move(each));
  constexpr std::string_view reloads[] = {"restart", "live", "unused"};
  KIZASHI_TRY(
      document.list("keys", shown_entries, shown_entries.size(), [&](config::entry const& each) {
        auto const at = values.origin_of(each.name);
        return json{{"key", each.name},
                    {"value", each.value},
                    {"origin", at.file.empty() ? "default" : "file"},
                    {"file", name_json(at.file)},
                    {"line", at.file.empty() ? json(nullptr) : json(at.line)},
                    {"column", at.file.empty() ? json(nullptr) : json(at.column)},
                    {"reload", reloads[static_cast<std::size_t>(each.key->reload)]}};
      }));
  return document.close();
}

/// The values that hold: those of the file, else the defaults. No key holds a secret: passwords and
/// tokens are in the catalogue, private keys in files that are named.
auto show_values(show_choice const& choice) -> status {
  KIZASHI_TRY(auto const draft, load_draft(config_path(choice.file)));
  if (auto wrong = mistakes_of(draft); !wrong.empty())
    return fail(errc::parse_error, to_text(std::move(wrong)));
  standard_output out;
  KIZASHI_TRY(choice.is_json ? write_values_json(draft.values, choice.is_set_only, out)
                             : write_values_text(draft.values, choice.is_set_only, out));
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
      "  kizashi config check kizashi.toml        every mistake with its line\n"
      "  kizashi config show kizashi.toml         every value that holds, and where it is from");
  auto const path = std::make_shared<std::string>();
  auto* const checking = command->add_subcommand("check", "Say every mistake in a file");
  checking->add_option("file", *path, "The file; without it the one that would be read")
      ->type_name("FILE");
  checking->callback([path, &exit_code] {
    auto const done = check(config_path(*path));
    exit_code = done ? exit_done : say_failure(done.error());
  });
  auto const choice = std::make_shared<show_choice>();
  auto* const showing = command->add_subcommand("show", "Print every value and where it is from");
  showing->add_option("file", choice->file, "The file; without it the one that would be read")
      ->type_name("FILE");
  showing->add_flag("--set", choice->is_set_only, "Only what the file sets");
  showing->add_flag("--json", choice->is_json, "The same as a JSON document");
  showing->callback([choice, &exit_code] {
    auto const done = show_values(*choice);
    exit_code = done ? exit_done : say_failure(done.error());
  });
  command->add_subcommand("document", "Print a file with every key, its help and its default")
      ->callback([&exit_code] {
        auto const done = document();
        exit_code = done ? exit_done : say_failure(done.error());
      });
}

}  // namespace kizashi::app
