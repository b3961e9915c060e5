// kizashi detect: engines over captures, a store or a scenario.
#include <iterator>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "kizashi/app/command.hpp"
#include "kizashi/app/conclude.hpp"
#include "kizashi/app/detect_output.hpp"
#include "kizashi/app/engine_option.hpp"
#include "kizashi/app/engine_run.hpp"
#include "kizashi/app/open_source.hpp"
#include "kizashi/app/open_store.hpp"
#include "kizashi/app/progress_bar.hpp"
#include "kizashi/app/settings.hpp"
#include "kizashi/app/store_question.hpp"
#include "kizashi/app/terminal.hpp"
#include "kizashi/app/text_layout.hpp"
#include "kizashi/app/text_sink.hpp"
#include "kizashi/pipeline/road.hpp"
#include "kizashi/store/packet_reader.hpp"
#include "kizashi/store/schema.hpp"

namespace kizashi::app {
namespace {

constexpr auto detect_name = "kizashi detect";

constexpr auto detect_examples =
    "Examples:\n"
    "  kizashi detect captures/                                all engines over captures\n"
    "  kizashi detect --store seen --from 2026-07-01 --json    over what a store holds\n"
    "  kizashi detect --store seen --keep                      and keep the findings there\n"
    "  kizashi detect --synth three-days --engine surge        one engine over a scenario\n"
    "  kizashi detect night.pcap --engine change --option change.mode=compatible\n"
    "  kizashi detect --list                                   the engines and their options\n"
    "\n"
    "Engines look at who asked for which port in intervals of event time. Most of them learn for a "
    "day\n"
    "before they judge, and say so when there was not enough. The same packets give the same "
    "findings.\n"
    "docs/engines has a page for each engine.";

struct detect_choice {
  std::vector<std::string> inputs;
  std::string scenario;
  std::string store;
  std::string sensor;
  std::string from;
  std::string to;
  std::vector<std::string> engines;
  std::vector<std::string> options;
  std::vector<std::string> darknet;
  std::string config;
  std::size_t top = 50;
  bool is_kept = false;
  bool is_list = false;
  bool is_json = false;
  bool is_quiet = false;
};

/// What captures gave, and whether all of it.
auto detect_in_captures(detect_choice const& choice, settings const& set, engine_run& to)
    -> result<bool> {
  std::vector<capture::note> notes;
  KIZASHI_TRY(auto const tables, open_findings(set, "", notes));
  KIZASHI_TRY(auto const source, open_source(choice.inputs, choice.scenario, notes));
  engine_packets packets{to, choice.sensor.empty() ? "local" : choice.sensor};
  pipeline::road_options options;
  options.workers = set.threads;
  options.window_length = set.window_length;
  options.lateness = set.lateness;
  options.darknet = set.darknet;
  options.run_totals = false;
  auto& wanted = options.recognition.emplace();
  wanted.fingerprints = &tables.tables->fingerprints;
  wanted.scanners = &tables.tables->scanners;
  wanted.event_timeout = set.event_timeout;
  wanted.event_memory = set.event_memory;
  wanted.dos = set.dos;
  wanted.packets = &packets;
  progress_bar bar{!choice.is_quiet};
  auto const outcome = pipeline::travel(
      *source, options, [&](std::uint64_t count, capture::progress const& position) {
        bar.show(count, position);
        return !is_stop_wanted();
      });
  bar.clear();
  auto more = source->notes();
  std::move(more.begin(), more.end(), std::back_inserter(notes));
  bool is_partial = outcome.is_partial;
  for (auto const& each : notes) {
    is_partial = is_partial || each.is_loss;
    if (!choice.is_quiet) fmt::print(stderr, "kizashi: {}\n", each.message);
  }
  KIZASHI_TRY(outcome.failure);
  return is_partial;
}

auto detect_in_store(detect_choice const& choice, std::shared_ptr<store::engine> const& opened,
                     engine::gatherer& to) -> status {
  store::packet_selection wanted;
  wanted.sensor = choice.sensor;
  if (!choice.from.empty()) {
    KIZASHI_TRY(wanted.from, parse_time(choice.from));
  }
  if (!choice.to.empty()) {
    KIZASHI_TRY(wanted.to, parse_time(choice.to));
  }
  KIZASHI_TRY(auto const names, store::stored_names(*opened, "sensor", {{}, is_stop_wanted}));
  KIZASHI_TRY(auto const chosen, store::chosen_packets::find(*opened, wanted, {}, is_stop_wanted));
  progress_bar bar{!choice.is_quiet};
  std::uint64_t seen = 0;
  auto const done = store::read_packets(
      *opened, chosen, {},
      [&](store::stored_packets& in) -> status {
        auto const size = in.packets.size();
        for (std::size_t begin = 0; begin < size;) {  // stretches of one sensor
          auto end = begin + 1;
          while (end < size && in.sensor[end] == in.sensor[begin]) ++end;
          auto const name = names.find(in.sensor[begin]);
          KIZASHI_TRY(
              to.take(in.packets, in.tags, name == names.end() ? "" : name->second, begin, end));
          begin = end;
        }
        seen += size;
        bar.show(seen, {seen, chosen.packets()});
        return {};
      },
      is_stop_wanted);
  bar.clear();
  return done;
}

/// Findings go into a store that this process owns; without --keep whoever owns it is asked.
auto open_store_of(detect_choice const& choice) -> result<std::shared_ptr<store::engine>> {
  if (!choice.is_kept) return open_store_to_ask(choice.store, detect_name);
  KIZASHI_TRY(expect_store(choice.store));
  return open_with_door(choice.store, detect_name);
}

auto detect_with(detect_choice const& choice, settings const& set) -> result<int> {
  KIZASHI_TRY(auto chosen, engine::choose_engines(choice.engines, choice.options));
  KIZASHI_TRY(auto const run, engine_run::make(std::move(chosen)));
  std::shared_ptr<store::engine> opened;
  bool is_partial = false;
  if (choice.store.empty()) {
    KIZASHI_TRY(is_partial, detect_in_captures(choice, set, *run));
  } else {
    KIZASHI_TRY(opened, open_store_of(choice));
    KIZASHI_TRY(detect_in_store(choice, opened, run->windows()));
  }
  KIZASHI_TRY(auto out, run->finish());
  out.is_partial = is_partial;
  if (choice.is_kept) {
    KIZASHI_TRY(auto const kept, keep_in_store(opened, out.found));
    if (!choice.is_quiet)
      fmt::print(stderr, "kizashi: {} kept in {}\n", counted(kept, "finding"), choice.store);
  }
  standard_output to;
  KIZASHI_TRY(choice.is_json ? write_detect_json(out, to) : write_detect_text(out, choice.top, to));
  KIZASHI_TRY(to.flush());
  return out.is_partial ? exit_failed : exit_done;
}

auto list_engines(detect_choice const& choice) -> int {
  standard_output to;
  auto done = choice.is_json ? write_engine_json(to) : write_engine_list(to);
  if (done) done = to.flush();
  return done ? exit_done : say_unanswered(done.error());
}

/// What is wrong with the words alone.
auto check_detect(detect_choice const& choice) -> status {
  auto const ways = (choice.inputs.empty() ? 0 : 1) + (choice.scenario.empty() ? 0 : 1) +
                    (choice.store.empty() ? 0 : 1);
  if (ways != 1)
    return fail(errc::parse_error,
                ways == 0 ? "nothing to look at; expected captures, --store DIR or --synth SCENARIO"
                          : "captures, --store and --synth stand alone; expected one of them");
  if (choice.store.empty() && choice.is_kept)
    return fail(errc::parse_error, "--keep puts findings into a store; expected --store DIR");
  if (choice.store.empty() && !(choice.from.empty() && choice.to.empty()))
    return fail(errc::parse_error, "--from and --to choose from a store; expected --store DIR");
  if (!choice.store.empty() && !choice.darknet.empty())
    return fail(errc::parse_error,
                "--darknet is for captures; a store has only packets to its darknet");
  KIZASHI_TRY(engine::choose_engines(choice.engines, choice.options));
  for (auto const* time : {&choice.from, &choice.to})
    if (!time->empty()) KIZASHI_TRY(parse_time(*time));
  return {};
}

auto run_detect(detect_choice const& choice) -> int {
  listen_for_stop();
  if (choice.is_list) return list_engines(choice);
  if (auto const good = check_detect(choice); !good) return say_usage(good.error(), detect_name);
  auto values = load_config(config_path(choice.config));
  if (!values) return say_failure(values.error());
  if (!choice.darknet.empty()) {
    auto const applied = values->set(
        "darknet.prefixes", fmt::format("{}", fmt::join(choice.darknet, ",")), "--darknet");
    if (!applied) return say_usage(applied.error(), detect_name);
  }
  auto const set = settings_of(*values);
  if (!set) return say_usage(set.error(), detect_name);
  auto const code = detect_with(choice, *set);
  return code ? *code : say_unanswered(code.error());
}

}  // namespace

void add_detect(CLI::App& program, int& exit_code) {
  auto* const command =
      program.add_subcommand("detect", "Find what is new: engines over captures or a store");
  command->footer(detect_examples);
  auto const choice = std::make_shared<detect_choice>();
  command->add_option("input", choice->inputs, "Captures: files, folders, patterns in quotes")
      ->type_name("FILE|DIR|GLOB");
  command->add_option("--synth", choice->scenario, "A scenario instead, by name or .toml")
      ->type_name("SCENARIO");
  command->add_option("--store", choice->store, "The packets of a store instead")->type_name("DIR");
  command
      ->add_option("--sensor", choice->sensor,
                   "Of a store: only packets of this sensor; of captures: its name (local)")
      ->type_name("NAME");
  command->add_option("--from", choice->from, "Of a store: only packets since then (UTC)")
      ->type_name("TIME");
  command->add_option("--to", choice->to, "Of a store: only packets before then")
      ->type_name("TIME");
  add_engine_choice(*command, choice->engines, choice->options);
  command->add_option("--darknet", choice->darknet, "Count only packets to these prefixes")
      ->type_name("PREFIX,...")
      ->allow_extra_args(false);
  command->add_option("--config", choice->config, "Configuration, as for 'kizashi read'")
      ->type_name("FILE");
  command->add_option("--top", choice->top, "Findings that are shown, 0 for all (default 50)")
      ->type_name("N");
  command->add_flag("--keep", choice->is_kept, "Keep the findings in that store, too");
  command->add_flag("--list", choice->is_list, "Show the engines and their options");
  command->add_flag("--json", choice->is_json, "One JSON document with all findings");
  command->add_flag("--no-progress", choice->is_quiet, "No progress bar, even on a terminal");
  command->callback([choice, &exit_code] { exit_code = run_detect(*choice); });
}

}  // namespace kizashi::app
