// kizashi store info: what a store holds.
#include <algorithm>
#include <memory>
#include <string>

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "kizashi/app/command.hpp"
#include "kizashi/app/json_document.hpp"
#include "kizashi/app/open_store.hpp"
#include "kizashi/app/report.hpp"
#include "kizashi/app/store_commands.hpp"
#include "kizashi/app/terminal.hpp"
#include "kizashi/app/text_layout.hpp"
#include "kizashi/app/text_sink.hpp"
#include "kizashi/base/text.hpp"
#include "kizashi/store/inventory.hpp"
#include "kizashi/store/sketch/sketches.hpp"

namespace kizashi::app {
namespace {

constexpr auto store_info_name = "kizashi store info";

struct info_choice {
  std::string store;
  bool is_json = false;
};

auto write_text(info_choice const& choice, store::inventory const& found,
                store::sketch_totals const& sketches, store::engine_capabilities const& has)
    -> status {
  standard_output out;
  auto bytes = sketches.bytes;
  text_table table{{{"table"},
                    {"rows", true},
                    {"size", true},
                    {"parts", true},
                    {"days", true},
                    {"first"},
                    {"last"}}};
  for (auto const& each : found.tables) {
    bytes += each.bytes + each.archived_bytes;
    table.add({each.name, with_thousands(each.rows), short_bytes(each.bytes),
               with_thousands(each.parts), each.days == 0 ? "-" : with_thousands(each.days),
               each.first_day.empty() ? "-" : each.first_day,
               each.last_day.empty() ? "-" : each.last_day});
  }
  KIZASHI_TRY(
      out.write(fmt::format("{}: {} in tables of version {}, engine {}\n", printable(choice.store),
                            short_bytes(bytes), found.version, has.version)));
  KIZASHI_TRY(out.write(fmt::format(
      "sensors: {}\n\n",
      found.sensors.empty() ? "none" : printable(fmt::to_string(fmt::join(found.sensors, ", "))))));
  KIZASHI_TRY(table.write(output_style(), out));
  for (auto const& each : found.tables)
    if (each.archived_files > 0)
      KIZASHI_TRY(out.write(fmt::format(
          "  archived: {} of {} in {}, {}\n", counted(each.archived_rows, "row"), each.name,
          counted(each.archived_files, "file"), short_bytes(each.archived_bytes))));
  KIZASHI_TRY(out.write(fmt::format(
      "  sketches: {}, {}{}\n", counted(sketches.days, "day"), short_bytes(sketches.bytes),
      sketches.missing > 0 ? fmt::format("; {} without one, 'kizashi store vacuum' makes them",
                                         counted(sketches.missing, "day"))
                           : "")));
  return out.flush();
}

auto write_json(info_choice const& choice, store::inventory const& found,
                store::sketch_totals const& sketches, store::engine_capabilities const& has)
    -> status {
  standard_output out;
  json_document document{out};
  KIZASHI_TRY(document.member("schema", "kizashi-store-info/1"));
  KIZASHI_TRY(document.member("store", choice.store));
  KIZASHI_TRY(document.member("version", found.version));
  KIZASHI_TRY(document.member("engine", has.version));
  KIZASHI_TRY(document.member("sensors", found.sensors));
  KIZASHI_TRY(document.list("tables", found.tables, found.tables.size(),
                            [](store::table_inventory const& each) {
                              return json{{"table", each.name},
                                          {"rows", each.rows},
                                          {"bytes", each.bytes},
                                          {"parts", each.parts},
                                          {"days", each.days},
                                          {"first_day", name_json(each.first_day)},
                                          {"last_day", name_json(each.last_day)},
                                          {"archived_rows", each.archived_rows},
                                          {"archived_bytes", each.archived_bytes},
                                          {"archived_files", each.archived_files}};
                            }));
  KIZASHI_TRY(document.member("sketches", json{{"days", sketches.days},
                                               {"missing_days", sketches.missing},
                                               {"bytes", sketches.bytes}}));
  KIZASHI_TRY(document.close());
  return out.flush();
}

auto show(info_choice const& choice) -> status {
  KIZASHI_TRY(auto const opened, open_store_to_ask(choice.store, store_info_name));
  KIZASHI_TRY(auto const found, store::take_inventory(*opened, folder_of(choice.store)));
  auto const& has = opened->capabilities();
  KIZASHI_TRY(auto const sketches, store::take_sketch_totals(folder_of(choice.store)));
  return choice.is_json ? write_json(choice, found, sketches, has)
                        : write_text(choice, found, sketches, has);
}

}  // namespace

void add_store_info(CLI::App& store, int& exit_code) {
  auto* const command =
      store.add_subcommand("info", "Show what a store holds: tables, days, sizes");
  auto const choice = std::make_shared<info_choice>();
  add_store_option(*command, choice->store);
  command->add_flag("--json", choice->is_json, "The same as a JSON document");
  command->callback([choice, &exit_code] {
    auto const shown = show(*choice);
    exit_code =
        shown || shown.error().code == errc::interrupted ? exit_done : say_failure(shown.error());
  });
}

}  // namespace kizashi::app
