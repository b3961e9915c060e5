// kizashi read: captures in, answers out.
#include <algorithm>
#include <iterator>
#include <memory>
#include <optional>

#include <fmt/format.h>

#include "kizashi/app/command.hpp"
#include "kizashi/app/conclude.hpp"
#include "kizashi/app/engine_option.hpp"
#include "kizashi/app/event_tables.hpp"
#include "kizashi/app/filter_option.hpp"
#include "kizashi/app/open_source.hpp"
#include "kizashi/app/place_file.hpp"
#include "kizashi/app/progress_bar.hpp"
#include "kizashi/app/report.hpp"
#include "kizashi/app/settings.hpp"
#include "kizashi/app/standard_input.hpp"
#include "kizashi/app/store_sink.hpp"
#include "kizashi/app/terminal.hpp"
#include "kizashi/app/window_tables.hpp"
#include "kizashi/pipeline/road.hpp"

namespace kizashi::app {
namespace {

/// What stood on the command line, not yet understood.
struct read_choice {
  std::vector<std::string> inputs;
  std::string scenario;
  std::vector<std::string> darknet;
  std::string config;
  std::string window;
  std::string lateness;
  std::string top;
  std::string threads;
  std::string memory;
  std::string place;
  std::string event_timeout;
  std::vector<std::string> fingerprints;
  std::vector<std::string> scanners;
  std::string labels;
  std::string truth;
  std::string csv;
  std::string store;
  std::string sensor;
  std::string filter;
  engine_choice detect;
  bool has_counts_only = false;
  bool has_window_sources = false;
  bool is_json = false;
  bool is_quiet = false;
};

constexpr auto read_examples =
    "Examples:\n"
    "  kizashi read night.pcap                            everything in the file\n"
    "  kizashi read captures/ 'more/*.pcapng.zst'         a folder and a pattern, merged by time\n"
    "  tcpdump -r old.pcap -w - | kizashi read -          from a pipe\n"
    "  kizashi read night.pcap --darknet 192.0.2.0/24     only packets to these addresses\n"
    "  kizashi read night.pcap --filter \"port 23\"         only packets for which this holds\n"
    "  kizashi read night.pcap --json --top 0 > all.json  every port and source\n"
    "  kizashi read night.pcap --csv tables/              tables for a spreadsheet\n"
    "  kizashi read night.pcap --scanners lists/          scanners of published lists by name\n"
    "  kizashi read night.pcap --store seen/              keep the packets in a store\n"
    "  kizashi read month/ --detect --top 20              what is new in it, by the engines\n"
    "  kizashi read --synth mixed                         a telescope that does not exist\n"
    "\n"
    "Reads pcap, pcapng and ERF, plain or compressed by gzip, zstd, bzip2 or xz. Numbers of "
    "different\n"
    "addresses are exact. schema/read.schema.json says how each number of --json is counted. A "
    "report\n"
    "over damaged captures, or one that Ctrl-C ended, is marked as partial; the exit code is then "
    "1.\n"
    "'kizashi config document' explains the configuration file.";

/// The file's values, and the options over them. What an option does wrong is wrong usage.
auto apply_options(read_choice const& choice, config& values) -> status {
  struct {
    std::string const& text;
    char const* key;
    char const* option;
  } const options[] = {
      {choice.window, "window.length", "--window"},
      {choice.lateness, "window.lateness", "--lateness"},
      {choice.top, "read.top", "--top"},
      {choice.threads, "read.threads", "--threads"},
      {choice.memory, "read.memory", "--memory"},
      {choice.place, "place.table", "--place"},
      {choice.event_timeout, "events.timeout", "--event-timeout"},
      {choice.labels, "recognise.labels", "--labels"},
  };
  for (auto const& each : options)
    if (!each.text.empty()) KIZASHI_TRY(values.set(each.key, each.text, each.option));
  struct {
    std::vector<std::string> const& texts;
    char const* key;
    char const* option;
  } const lists[] = {
      {choice.darknet, "darknet.prefixes", "--darknet"},
      {choice.fingerprints, "recognise.fingerprints", "--fingerprints"},
      {choice.scanners, "recognise.scanners", "--scanners"},
  };
  for (auto const& each : lists)
    if (!each.texts.empty())
      KIZASHI_TRY(values.set(each.key, fmt::format("{}", fmt::join(each.texts, ",")), each.option));
  return {};
}

/// The sinks of one run. Null: not wanted.
struct run_sinks {
  telescope::window_sink* windows = nullptr;
  event_tables* events = nullptr;
  pipeline::batch_sink* packets = nullptr;
};

auto travel(capture::frame_source& source, settings const& set, read_choice const& choice,
            run_sinks sinks, filter::packet_predicate const* filter, report const& out)
    -> pipeline::outcome {
  pipeline::road_options options;
  options.filter = filter;
  options.workers = set.threads;
  options.window_length = set.window_length;
  options.lateness = set.lateness;
  options.darknet = set.darknet;
  options.top_sources = set.top;
  options.set_memory = set.set_memory;
  options.places = out.places.is_empty() ? nullptr : &out.places;
  options.windows = sinks.windows;
  options.source_totals = choice.has_window_sources;
  if (sinks.events != nullptr) {
    auto& wanted = options.recognition.emplace();
    wanted.fingerprints = &out.found->tables->fingerprints;
    wanted.scanners = &out.found->tables->scanners;
    wanted.event_timeout = set.event_timeout;
    wanted.event_memory = set.event_memory;
    wanted.dos = set.dos;
    wanted.events = sinks.events;
    wanted.dos_events = sinks.events;
    wanted.packets = sinks.packets;
  }
  progress_bar bar{!choice.is_quiet};
  return pipeline::travel(source, options,
                          [&](std::uint64_t packets, capture::progress const& position) {
                            bar.show(packets, position);
                            return !is_stop_wanted();
                          });
}

void take_outcome(pipeline::outcome outcome, capture::frame_source const& source, report& out) {
  out.summary = std::move(outcome.summary);
  out.filtered = outcome.filtered;
  auto more = source.notes();
  std::move(more.begin(), more.end(), std::back_inserter(out.notes));
  out.is_partial = outcome.is_partial;
  for (auto const& each : out.notes) out.is_partial = out.is_partial || each.is_loss;
  if (!outcome.failure)
    out.stopped_by = outcome.failure.error().message;
  else if (outcome.is_partial)
    out.stopped_by = "stopped before the end; the numbers cover what was read until then";
}

/// Gives closed windows to all that want them.
class window_sinks final : public telescope::window_sink {
public:
  void add(telescope::window_sink& each) { all_.push_back(&each); }
  [[nodiscard]] auto is_wanted() const noexcept -> bool { return !all_.empty(); }
  [[nodiscard]] auto observe(telescope::window const& closed) -> status override {
    for (auto* const each : all_) KIZASHI_TRY(each->observe(closed));
    return {};
  }

private:
  std::vector<telescope::window_sink*> all_;
};

auto make_event_tables(read_choice const& choice, report const& out) -> result<event_tables> {
  event_tables::options wanted;
  wanted.keep = out.top;
  wanted.folder = choice.csv;
  wanted.is_for_store = !choice.store.empty();
  wanted.darknet_addresses = out.darknet_ipv4_addresses;
  wanted.tables = out.found->tables.get();
  return event_tables::create(wanted);
}

/// Waits until what was read is durable, and says what was stored. False: storing has failed, and
/// that is why the reading ended.
auto finish_store(store_sink& packets, read_choice const& choice, pipeline::outcome& outcome)
    -> bool {
  auto done = packets.finish(!outcome.is_partial);
  bool const is_stored = !!done;
  if (!is_stored && outcome.failure) {
    outcome.is_partial = true;
    outcome.failure = std::move(done);
  }
  if (!choice.is_quiet) fmt::print(stderr, "kizashi: {}\n", packets.describe());
  return is_stored;
}

/// Opens the source, travels it to its end and closes it; the windows' tables are written by the
/// way and the events' at the end. When one of those cannot be, the reading has ended there and the
/// report says why.
auto run_source(read_choice const& choice, settings const& set,
                filter::packet_predicate const* filter, report& out) -> status {
  std::optional<stoppable_input> input;
  if (std::ranges::find(choice.inputs, "-") != choice.inputs.end()) input.emplace();
  KIZASHI_TRY(auto const source, open_source(choice.inputs, choice.scenario, out.notes));
  std::optional<store_sink> store;
  auto const sensor = choice.sensor.empty() ? "local" : choice.sensor;
  if (!choice.store.empty()) {
    KIZASHI_TRY(store, store_sink::open(choice.store, sensor, out));
  }
  auto* const kept = store ? &*store : nullptr;
  KIZASHI_TRY(auto const engines, start_engines(choice.detect));
  std::optional<engine_packets> beside;
  if (engines) beside.emplace(*engines, sensor, kept);
  window_sinks windows;
  std::optional<window_tables> window_files;
  if (!choice.csv.empty()) {
    KIZASHI_TRY(window_files, window_tables::create(choice.csv, choice.has_window_sources));
    windows.add(*window_files);
  }
  if (kept != nullptr) windows.add(kept->found());
  std::optional<event_tables> events;
  if (out.found) {
    KIZASHI_TRY(events, make_event_tables(choice, out));
  }
  auto outcome = travel(*source, set, choice,
                        {windows.is_wanted() ? &windows : nullptr, events ? &*events : nullptr,
                         beside ? static_cast<pipeline::batch_sink*>(&*beside) : kept},
                        filter, out);
  bool const is_stored = kept != nullptr && finish_store(*kept, choice, outcome);
  if (window_files && !window_files->has_failed()) KIZASHI_TRY(window_files->commit());
  if (input && input->was_stopped()) outcome.is_partial = true;
  auto observed = std::move(outcome.observed);
  take_outcome(std::move(outcome), *source, out);
  if (!events) return {};
  events->give(*out.found);
  KIZASHI_TRY(conclude(observed, choice.csv, out));
  KIZASHI_TRY(events->write(*out.found));
  if (engines) {
    KIZASHI_TRY(out.detected, engines->finish());
  }
  if (!is_stored || events->has_failed()) return {};
  KIZASHI_TRY(kept->finish_observations(
      [&](store::observation_writer& to) { return events->give_to(to, *out.found); }));
  return out.detected ? kept->keep(out.detected->found) : status{};
}

auto write(report const& what, read_choice const& choice) -> status {
  if (!choice.csv.empty()) KIZASHI_TRY(write_csv(what, choice.csv));
  standard_output out;
  KIZASHI_TRY(choice.is_json ? write_json(what, out) : write_text(what, output_style(), out));
  return out.flush();
}

/// One line on standard error for who looks at the exit code only.
auto say_partial(report const& what) -> int {
  std::size_t losses = 0;
  for (auto const& each : what.notes) losses += each.is_loss ? 1 : 0;
  if (!what.stopped_by.empty())
    return say_failure({errc::io_error, fmt::format("partial: {}", what.stopped_by)});
  for (auto const& each : what.notes)
    if (each.is_loss)
      return say_failure({errc::io_error, losses == 1
                                              ? fmt::format("partial: {}", each.message)
                                              : fmt::format("partial: {} (and {} more, see the "
                                                            "notes)",
                                                            each.message, losses - 1)});
  return exit_failed;
}

/// None: all packets count.
auto predicate_of(read_choice const& choice, report& out)
    -> result<std::optional<filter::packet_predicate>> {
  using wanted_packets = std::optional<filter::packet_predicate>;
  KIZASHI_TRY(auto const wanted, wanted_filter(choice.filter, filter::target::packets));
  if (!wanted) return wanted_packets{};
  out.filter = to_text(*wanted);
  filter::name_context with{.places = &out.places,
                            .sensor = choice.sensor.empty() ? "local" : choice.sensor};
  if (out.found) {
    with.fingerprints = &out.found->tables->fingerprints;
    with.scanners = &out.found->tables->scanners;
  }
  KIZASHI_TRY(auto made, filter::packet_predicate::make(*wanted, with));
  return wanted_packets{std::move(made)};
}

auto read_with(read_choice const& choice, settings const& set) -> result<int> {
  report out;
  out.inputs = choice.inputs;
  if (!choice.scenario.empty()) out.inputs = {"synth:" + choice.scenario};
  out.top = set.top;
  out.has_darknet = !set.darknet.is_empty();
  out.darknet_ipv4_addresses = set.darknet.ipv4_size();
  KIZASHI_TRY(out.places, open_places(set.place_table, out.place_hint));
  if (!choice.has_counts_only) {
    KIZASHI_TRY(out.found, open_findings(set, choice.truth, out.notes));
  }
  KIZASHI_TRY(auto const wanted, predicate_of(choice, out));
  KIZASHI_TRY(run_source(choice, set, wanted ? &*wanted : nullptr, out));
  KIZASHI_TRY(write(out, choice));
  return out.is_partial ? say_partial(out) : exit_done;
}

/// The first option that could only be silently left out with --counts-only; null: none.
auto idle_option(read_choice const& choice) -> char const* {
  if (!choice.has_counts_only) return nullptr;
  if (!choice.event_timeout.empty()) return "--event-timeout";
  if (!choice.fingerprints.empty()) return "--fingerprints";
  if (!choice.scanners.empty()) return "--scanners";
  if (!choice.store.empty()) return "--store";
  if (!choice.labels.empty()) return "--labels";
  if (choice.detect.is_wanted) return "--detect";
  return choice.truth.empty() ? nullptr : "--truth";
}

auto run(read_choice const& choice) -> int {
  listen_for_stop();
  constexpr auto name = "kizashi read";
  if (choice.inputs.empty() == choice.scenario.empty())
    return say_usage({errc::parse_error, choice.inputs.empty()
                                             ? "nothing to read; expected a file, a folder, a "
                                               "pattern, - or --synth SCENARIO"
                                             : "--synth stands alone: files and a scenario cannot "
                                               "be read together"},
                     name);
  if (std::ranges::find(choice.inputs, "") != choice.inputs.end())
    return say_usage({errc::parse_error,
                      "an input is empty; expected a file, a folder, a pattern, - or --synth "
                      "SCENARIO; perhaps a variable of the shell is not set"},
                     name);
  if (choice.has_window_sources && choice.csv.empty())
    return say_usage(
        {errc::parse_error, "--window-sources is a table more; expected --csv DIR, where it goes"},
        name);
  if (auto const* const idle = idle_option(choice))
    return say_usage(
        {errc::parse_error, fmt::format("{} has no effect with --counts-only, which recognises "
                                        "nothing; expected one of the two",
                                        idle)},
        name);
  if (auto const engines = start_engines(choice.detect); !engines)
    return say_usage(engines.error(), name);
  auto const wanted = wanted_filter(choice.filter, filter::target::packets);
  if (!wanted) return say_usage(wanted.error(), name);
  if (*wanted && choice.has_counts_only && needs_recognition(**wanted))
    return say_usage({errc::parse_error,
                      "--filter asks what --counts-only does not recognise: type, class, tool, "
                      "fingerprint or scanner; expected one of the two"},
                     name);
  if (*wanted && !choice.store.empty())
    return say_usage({errc::parse_error,
                      "--filter and --store: a store keeps whole captures, so that reading one "
                      "again stores nothing twice; expected one of the two, and --filter where the "
                      "store is asked"},
                     name);
  if (!choice.sensor.empty() && choice.store.empty() && !choice.detect.is_wanted)
    return say_usage({errc::parse_error,
                      "--sensor names who saw what a store keeps and engines find; expected "
                      "--store DIR or --detect"},
                     name);
  auto values = load_config(config_path(choice.config));
  if (!values) return say_failure(values.error());
  if (auto const applied = apply_options(choice, *values); !applied)
    return say_usage(applied.error(), name);
  auto const set = settings_of(*values);
  if (!set) return say_usage(set.error(), name);
  auto const code = read_with(choice, *set);
  return code ? *code : say_failure(code.error());
}

/// What is recognised, and from what.
void add_recognition_options(CLI::App& command, read_choice& choice) {
  command
      .add_option(
          "--event-timeout", choice.event_timeout,
          "How long a source may be silent before its event ends, 1s to 24h (default: by the "
          "darknet's size, 624 s where it is not known)")
      ->type_name("DURATION");
  command
      .add_option("--fingerprints", choice.fingerprints,
                  "Fingerprints of tools and malware besides those of the program")
      ->type_name("FILE,...")
      ->allow_extra_args(false);
  command
      .add_option("--scanners", choice.scanners,
                  "Published lists of scanners besides that of the program")
      ->type_name("FILE|DIR,...")
      ->allow_extra_args(false);
  command
      .add_option(
          "--labels", choice.labels,
          "Sources that somebody has named, \"ADDRESS LABEL\" on each line; screening learns "
          "from them")
      ->type_name("FILE");
  command
      .add_option("--truth", choice.truth,
                  "The same form: what sources really are; the report says how right screening was")
      ->type_name("FILE");
  command.add_flag("--counts-only", choice.has_counts_only,
                   "Only count: no tools, classes, events or campaigns; what the configuration "
                   "says of them is left alone");
}

void add_options(CLI::App& command, read_choice& choice) {
  command.add_option("input", choice.inputs, "Captures: files, folders, patterns in quotes, or -")
      ->type_name("FILE|DIR|GLOB|-");
  command
      .add_option(
          "--darknet", choice.darknet,
          "Count only packets to these prefixes, separated by commas (default: all packets)")
      ->type_name("PREFIX,...")
      ->allow_extra_args(false);
  auto const ranged = [&](char const* option, std::string& text, char const* help, char const* key,
                          char const* type) {
    auto const keys = setting_keys();
    auto const row = std::ranges::find(keys, key, &config_key::name);
    command.add_option(option, text, fmt::format("{} ({})", help, describe_range(*row)))
        ->type_name(type);
  };
  ranged("--window", choice.window, "Length of a window", "window.length", "DURATION");
  ranged("--lateness", choice.lateness, "How late a packet may be and still be in its window",
         "window.lateness", "DURATION");
  ranged("--top", choice.top, "Rows of each list, 0 for all", "read.top", "N");
  ranged("--threads", choice.threads, "Threads that count, 0 for as many as there are processors",
         "read.threads", "N");
  command
      .add_option("--memory", choice.memory,
                  "Memory for exact numbers; what is more goes to temporary files (default 256MiB)")
      ->type_name("SIZE");
  add_filter_option(command, choice.filter);
  add_engine_options(command, choice.detect);
  command.add_flag("--json", choice.is_json, "One JSON document instead of the report");
  command
      .add_option("--store", choice.store,
                  "Keep the packets there, made when it is not there; packets that it has from the "
                  "same input are not stored again")
      ->type_name("DIR");
  command
      .add_option("--sensor", choice.sensor,
                  "Who saw the packets, for the store and the engines (default: local)")
      ->type_name("NAME");
  command
      .add_option(
          "--csv", choice.csv,
          "Write all tables as .csv there too; window_ports.csv has all ports of each window")
      ->type_name("DIR");
  command.add_flag("--window-sources", choice.has_window_sources,
                   "With --csv: window_sources.csv too, with all sources of each window");
  command
      .add_option("--place", choice.place,
                  "Table of countries and ASes (default: place.table beside the program)")
      ->type_name("FILE");
  command
      .add_option("--config", choice.config,
                  "Configuration (default: $KIZASHI_CONFIG, then kizashi.toml if it is there)")
      ->type_name("FILE");
  command
      .add_option(
          "--synth", choice.scenario,
          "Read no file but a scenario, by name or .toml ('kizashi synth --help' has names)")
      ->type_name("SCENARIO");
  command.add_flag("--no-progress", choice.is_quiet, "No progress bar, even on a terminal");
}

}  // namespace

void add_read(CLI::App& program, int& exit_code) {
  auto* const command =
      program.add_subcommand("read", "Read captures and say who sent what to where");
  command->footer(read_examples);
  auto const choice = std::make_shared<read_choice>();
  add_options(*command, *choice);
  add_recognition_options(*command, *choice);
  command->callback([choice, &exit_code] { exit_code = run(*choice); });
}

}  // namespace kizashi::app
