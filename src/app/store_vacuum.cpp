// kizashi store vacuum: what is older than it is to be goes, what is left is put together.
#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "kizashi/app/command.hpp"
#include "kizashi/app/keep_rules.hpp"
#include "kizashi/app/open_store.hpp"
#include "kizashi/app/report.hpp"
#include "kizashi/app/settings.hpp"
#include "kizashi/app/step_line.hpp"
#include "kizashi/app/store_commands.hpp"
#include "kizashi/app/terminal.hpp"
#include "kizashi/app/text_layout.hpp"
#include "kizashi/app/text_sink.hpp"
#include "kizashi/base/text.hpp"
#include "kizashi/store/house/archive.hpp"
#include "kizashi/store/house/retention.hpp"
#include "kizashi/store/house/tidy.hpp"

namespace kizashi::app {
namespace {

constexpr auto store_vacuum_name = "kizashi store vacuum";

constexpr auto store_vacuum_examples =
    "Examples:\n"
    "  kizashi store vacuum --store seen              as store.keep of the configuration says\n"
    "  kizashi store vacuum --store seen --keep \"packets 90d\" --keep \"packets 200GiB\"\n"
    "  kizashi store vacuum --store seen --keep \"packets6 2d\" --dry-run\n"
    "\n"
    "A rule has the name of a table and how much of it is kept: days (90d: the newest 90 by UTC, "
    "today\n"
    "among them) or size on the disk (MiB, GiB, TiB; files of the archive count, and the newest "
    "day\n"
    "stays). Whole days go, the oldest first, with their files; rollups stay unless a rule names\n"
    "them. What was dropped stays known: reading its capture again stores none of it. Then parts "
    "of\n"
    "closed days are put together, and what interrupted commands left is taken away. Without "
    "rules\n"
    "nothing is dropped.";

struct vacuum_choice {
  std::string store;
  std::string config;
  std::vector<std::string> rules;
  std::string today;
  bool is_dry = false;
};

auto rules_of(vacuum_choice const& choice) -> result<std::vector<store::retention_rule>> {
  KIZASHI_TRY(auto set, load_config(config_path(choice.config)));
  auto texts = set.get<std::vector<std::string>>("store.keep");
  if (!choice.rules.empty()) texts = choice.rules;
  std::vector<store::retention_rule> rules;
  for (auto const& text : texts) {
    KIZASHI_TRY(auto const rule, parse_keep_rule(text));
    rules.push_back(rule);
  }
  return rules;
}

/// Days of packets that a reading has not finished must not go: docs/keeping-house.md.
auto refuse_unfinished(store::engine& in, std::filesystem::path const& folder,
                       std::vector<store::outdated_day> const& days) -> status {
  auto const is_of_packets = [](store::outdated_day const& day) {
    return day.what.table == "packets" || day.what.table == "packets6";
  };
  if (std::ranges::none_of(days, is_of_packets)) return {};
  return store::refuse_unfinished(in, folder);
}

auto drop_days(store::engine& in, vacuum_choice const& choice, step_line& line,
               standard_output& out) -> status {
  auto const folder = folder_of(choice.store);
  KIZASHI_TRY(auto const rules, rules_of(choice));
  KIZASHI_TRY(auto const days,
              store::outdated_days(in, folder, rules,
                                   choice.today.empty() ? today_in_utc() : choice.today));
  KIZASHI_TRY(refuse_unfinished(in, folder, days));
  for (auto const& day : days) {
    if (is_stop_wanted()) return fail(errc::interrupted, "stopped");
    line.show(fmt::format("dropping {} of {}", day.what.day, day.what.table));
    if (!choice.is_dry) KIZASHI_TRY(store::drop_day(in, folder, day));
    line.clear();
    KIZASHI_TRY(out.write(
        fmt::format("{}: {} of {}, {}, {}\n", choice.is_dry ? "would drop" : "dropped",
                    counted(day.what.rows, "row"),
                    day.what.table + " of " + day.what.day + (day.is_archived ? " (archived)" : ""),
                    short_bytes(day.what.bytes), day.why)));
    KIZASHI_TRY(out.flush());
  }
  return {};
}

auto made_sketches(std::uint64_t count) -> std::string {
  if (count == 0) return {};
  return fmt::format("; {} {} made", with_thousands(count), count == 1 ? "sketch" : "sketches");
}

auto vacuum(vacuum_choice const& choice) -> status {
  KIZASHI_TRY(auto const opened, open_store_to_keep(choice.store, store_vacuum_name));
  standard_output out;
  step_line line;
  KIZASHI_TRY(drop_days(*opened, choice, line, out));
  if (choice.is_dry) return out.flush();
  KIZASHI_TRY(auto const tidied, store::tidy(
                                     *opened, folder_of(choice.store),
                                     [&](auto step) { line.show(step); }, is_stop_wanted));
  line.clear();
  KIZASHI_TRY(out.write(
      fmt::format("{} put together on {}; {} removed, {}{}\n", counted(tidied.merged_parts, "part"),
                  counted(tidied.merged_days, "day"), counted(tidied.removed, "leftover"),
                  short_bytes(tidied.removed_bytes), made_sketches(tidied.sketches))));
  return out.flush();
}

auto run(vacuum_choice const& choice) -> int {
  if (!choice.today.empty())
    if (auto const good = store::check_day(choice.today); !good)
      return say_usage({good.error().code, "--today: " + good.error().message}, store_vacuum_name);
  for (auto const& text : choice.rules)
    if (auto const good = parse_keep_rule(text); !good)
      return say_usage({good.error().code, "--keep: " + good.error().message}, store_vacuum_name);
  listen_for_stop();
  auto const done = vacuum(choice);
  if (done) return exit_done;
  if (done.error().code == errc::interrupted && is_stop_wanted())
    return say_failure({errc::io_error, "stopped; what was named above is done"});
  return done.error().code == errc::interrupted ? exit_done : say_failure(done.error());
}

}  // namespace

void add_store_vacuum(CLI::App& store, int& exit_code) {
  auto* const command =
      store.add_subcommand("vacuum", "Drop days that are not to be kept, and tidy up");
  command->footer(store_vacuum_examples);
  auto const choice = std::make_shared<vacuum_choice>();
  add_store_option(*command, choice->store);
  command
      ->add_option("--keep", choice->rules,
                   "How much of a table is kept, instead of store.keep; may be given again")
      ->type_name("\"TABLE AGE|SIZE\"")
      ->expected(1)
      ->take_all();
  command
      ->add_option("--today", choice->today, "The day from which ages are counted (default: today)")
      ->type_name("DAY");
  command->add_option("--config", choice->config, "The configuration file")->type_name("FILE");
  command->add_flag("--dry-run", choice->is_dry, "Only say what would be dropped");
  command->callback([choice, &exit_code] { exit_code = run(*choice); });
}

}  // namespace kizashi::app
