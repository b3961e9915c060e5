// kizashi store check: whether all is there and can be read.
#include <algorithm>
#include <memory>
#include <string>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "kizashi/app/command.hpp"
#include "kizashi/app/json_document.hpp"
#include "kizashi/app/open_store.hpp"
#include "kizashi/app/report.hpp"
#include "kizashi/app/step_line.hpp"
#include "kizashi/app/store_commands.hpp"
#include "kizashi/app/terminal.hpp"
#include "kizashi/app/text_layout.hpp"
#include "kizashi/app/text_sink.hpp"
#include "kizashi/base/text.hpp"
#include "kizashi/store/house/check.hpp"

namespace kizashi::app {
namespace {

constexpr auto store_check_name = "kizashi store check";

constexpr auto store_check_examples =
    "Examples:\n"
    "  kizashi store check --store seen               read everything, name what is damaged\n"
    "  kizashi store check --store seen --isolate     ... and take it out of the answers\n"
    "\n"
    "Every part of every table and every file of the archive is read to its end and held against\n"
    "the sums that were kept when it was written; the ledger and the rollups are compared with "
    "the\n"
    "packets. Nothing is changed without --isolate. A part that is isolated lies in the folder\n"
    "'detached' of its table, a file has the ending .damaged; from then on every command that "
    "asks\n"
    "the store says what is missing. Exit codes: 0 all is well, 1 something is damaged or missing.";

struct check_choice {
  std::string store;
  bool isolates = false;
  bool is_json = false;
};

auto is_loss(store::defect const& each) -> bool {
  return each.what != store::defect::kind::notice;
}

auto defect_json(store::defect const& each) -> json {
  constexpr std::string_view kinds[] = {"part", "file", "isolated", "balance", "notice", "sketch"};
  return {{"kind", kinds[static_cast<std::size_t>(each.what)]},
          {"table", each.table},
          {"day", name_json(each.day)},
          {"name", name_json(each.name)},
          {"message", each.why}};
}

auto write_json(check_choice const& choice, store::check_result const& found) -> status {
  standard_output out;
  json_document document{out};
  KIZASHI_TRY(document.member("schema", "kizashi-store-check/1"));
  KIZASHI_TRY(document.member("store", choice.store));
  KIZASHI_TRY(document.member("whole", found.is_whole));
  KIZASHI_TRY(document.member("parts", found.parts));
  KIZASHI_TRY(document.member("files", found.files));
  KIZASHI_TRY(document.member("rows", found.rows));
  KIZASHI_TRY(document.list("defects", found.defects, found.defects.size(), defect_json));
  KIZASHI_TRY(document.close());
  return out.flush();
}

auto write_text(store::check_result const& found) -> status {
  standard_output out;
  for (auto const& each : found.defects)
    KIZASHI_TRY(out.write(fmt::format("{}\n", describe(each))));
  auto const losses = static_cast<std::uint64_t>(std::ranges::count_if(found.defects, is_loss));
  KIZASHI_TRY(out.write(fmt::format("{} read in {}{}: {}\n", counted(found.rows, "row"),
                                    counted(found.parts, "part"),
                                    found.files > 0 ? " and " + counted(found.files, "file") : "",
                                    !found.is_whole ? "stopped"
                                    : losses > 0    ? counted(losses, "defect")
                                                    : "all is well")));
  return out.flush();
}

auto isolate_all(store::engine& in, check_choice const& choice, store::check_result const& found)
    -> status {
  standard_output out;
  for (auto const& each : found.defects) {
    using kind = store::defect::kind;
    if (each.what != kind::part && each.what != kind::file && each.what != kind::sketch) continue;
    KIZASHI_TRY(auto const where, store::isolate(in, folder_of(choice.store), each));
    KIZASHI_TRY(out.write(fmt::format("isolated: {}\n", printable(where.string()))));
  }
  return out.flush();
}

auto check(check_choice const& choice) -> result<bool> {
  KIZASHI_TRY(auto const opened, open_store_to_keep(choice.store, store_check_name));
  step_line line;
  KIZASHI_TRY(auto const found, store::check_store(
                                    *opened, folder_of(choice.store),
                                    [&](auto step) { line.show(step); }, is_stop_wanted));
  line.clear();
  KIZASHI_TRY(choice.is_json ? write_json(choice, found) : write_text(found));
  if (choice.isolates) KIZASHI_TRY(isolate_all(*opened, choice, found));
  return found.is_whole && std::ranges::none_of(found.defects, is_loss);
}

auto run(check_choice const& choice) -> int {
  listen_for_stop();
  auto const is_well = check(choice);
  if (!is_well && is_well.error().code != errc::interrupted) return say_failure(is_well.error());
  return is_well && *is_well ? exit_done : exit_failed;
}

}  // namespace

void add_store_check(CLI::App& store, int& exit_code) {
  auto* const command =
      store.add_subcommand("check", "Read everything, and name what is damaged or missing");
  command->footer(store_check_examples);
  auto const choice = std::make_shared<check_choice>();
  add_store_option(*command, choice->store);
  command->add_flag("--isolate", choice->isolates, "Take what is damaged out of the answers");
  auto* const as_json = command->add_flag("--json", choice->is_json, "The same as a JSON document");
  as_json->excludes("--isolate");
  command->callback([choice, &exit_code] { exit_code = run(*choice); });
}

}  // namespace kizashi::app
