// kizashi store archive: closed days into files that any tool reads.
#include <memory>
#include <optional>
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

namespace kizashi::app {
namespace {

constexpr auto store_archive_name = "kizashi store archive";

constexpr auto store_archive_examples =
    "Examples:\n"
    "  kizashi store archive --store seen --before 2026-06-01\n"
    "  kizashi store archive --store seen --keep 30d             the newest 30 days stay\n"
    "  kizashi store archive --store seen --keep 30d --dry-run   what would be archived\n"
    "  duckdb -c \"select count(*) from 'seen/archive/packets/*.parquet'\"\n"
    "\n"
    "Each day of packets and packets6 before DAY becomes one Parquet file (zstd, in the order of\n"
    "source and time) in DIR/archive/TABLE, which any tool can read, and leaves the table. It "
    "stays\n"
    "part of every question. The file is read back and compared, row by row, before anything is\n"
    "dropped; interrupted anywhere, nothing is lost and nothing there twice, and the same command\n"
    "goes on. The rollups stay as they are. Destinations are in the files: they are as "
    "confidential\n"
    "as the store.";

struct archive_choice {
  std::string store;
  std::optional<std::string> before;
  std::optional<std::string> keep;
  std::string today;
  std::string memory = "2GiB";
  bool is_dry = false;
};

/// The first day that stays.
auto first_kept(archive_choice const& choice) -> result<std::string> {
  if (choice.before.has_value() == choice.keep.has_value())
    return fail(errc::parse_error, "expected one of --before DAY and --keep DAYS");
  if (!choice.today.empty() && !choice.keep)
    return fail(errc::parse_error, "--today is what --keep counts from; expected --keep as well");
  if (choice.before) {
    auto const good = store::check_day(*choice.before);
    if (good) return *choice.before;
    return fail(good.error().code, "--before: " + good.error().message);
  }
  auto const days = parse_days(*choice.keep);
  if (!days) return fail(days.error().code, "--keep: " + days.error().message);
  auto first = first_of_days(choice.today.empty() ? today_in_utc() : choice.today, *days);
  if (!first && !choice.today.empty())
    return fail(first.error().code, "--today: " + first.error().message);
  return first;
}

auto say_would(std::vector<store::stored_day> const& days, text_sink& out) -> status {
  for (auto const& day : days)
    KIZASHI_TRY(out.write(fmt::format("would archive: {} of {} of {}, {} in the table\n",
                                      counted(day.rows, "packet"), day.table, day.day,
                                      short_bytes(day.bytes))));
  return {};
}

auto archive(archive_choice const& choice, std::string const& before) -> status {
  store::ask_limits limits;
  KIZASHI_TRY(limits.memory, parse_memory(choice.memory));
  KIZASHI_TRY(auto const opened, open_store_to_keep(choice.store, store_archive_name));
  auto const folder = folder_of(choice.store);
  KIZASHI_TRY(store::refuse_unfinished(*opened, folder));
  KIZASHI_TRY(auto days, store::days_before(*opened, before));
  standard_output out;
  if (days.empty())
    KIZASHI_TRY(
        out.write(fmt::format("nothing to do: no packets before {} are in the tables\n", before)));
  if (choice.is_dry) {
    KIZASHI_TRY(say_would(days, out));
    return out.flush();
  }
  step_line line;
  std::uint64_t done = 0;
  for (auto const& day : days) {
    line.show(fmt::format("{} of {}, {} of {}", day.day, day.table, done + 1, days.size()));
    KIZASHI_TRY(auto const moved, store::archive_day(*opened, folder, day, limits, is_stop_wanted));
    ++done;
    line.clear();
    KIZASHI_TRY(out.write(fmt::format(
        "{}: {} of {}, {}\n", printable(store::archive_file(choice.store, moved).string()),
        counted(moved.rows, "packet"), moved.day, short_bytes(moved.bytes))));
    KIZASHI_TRY(out.flush());
  }
  return out.flush();
}

auto run(archive_choice const& choice) -> int {
  auto const before = first_kept(choice);
  if (!before) return say_usage(before.error(), store_archive_name);
  listen_for_stop();
  auto const done = archive(choice, *before);
  if (done) return exit_done;
  if (done.error().code == errc::interrupted && is_stop_wanted())
    return say_failure({errc::io_error,
                        "stopped; the days named above are archived, the others are as they were"});
  return done.error().code == errc::interrupted ? exit_done : say_failure(done.error());
}

}  // namespace

void add_store_archive(CLI::App& store, int& exit_code) {
  auto* const command =
      store.add_subcommand("archive", "Move closed days of packets into Parquet files");
  command->footer(store_archive_examples);
  auto const choice = std::make_shared<archive_choice>();
  add_store_option(*command, choice->store);
  command->add_option("--before", choice->before, "The first day that stays, such as 2026-06-01")
      ->type_name("DAY");
  command
      ->add_option("--keep", choice->keep,
                   "Instead: how many days stay, such as 30d: the newest by UTC, today among them")
      ->type_name("DAYS");
  command->add_option("--today", choice->today, "The day from which --keep counts (default: today)")
      ->type_name("DAY");
  command->add_flag("--dry-run", choice->is_dry, "Only say what would be archived");
  command
      ->add_option("--memory", choice->memory,
                   "What it may take; beyond a quarter of it sorting goes to the disk (default "
                   "2GiB)")
      ->type_name("SIZE");
  command->callback([choice, &exit_code] { exit_code = run(*choice); });
}

}  // namespace kizashi::app
