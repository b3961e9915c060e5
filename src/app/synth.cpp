// kizashi synth: a telescope that does not exist, as a capture file.
#include <array>
#include <filesystem>
#include <memory>
#include <optional>
#include <unistd.h>

#include <fmt/format.h>

#include "kizashi/app/command.hpp"
#include "kizashi/app/progress_bar.hpp"
#include "kizashi/app/terminal.hpp"
#include "kizashi/app/text_sink.hpp"
#include "kizashi/base/output_file.hpp"
#include "kizashi/base/text.hpp"
#include "kizashi/capture/pcap_writer.hpp"
#include "kizashi/capture/synth/actor_manual.hpp"
#include "kizashi/capture/synth/synthetic_source.hpp"
#include "kizashi/capture/synth/tally.hpp"
#include "kizashi/capture/synth/truth_writer.hpp"

namespace kizashi::app {
namespace {

namespace synth = capture::synth;

/// What stood on the command line, not yet understood.
struct synth_choice {
  std::string scenario;
  std::string output;
  std::string truth;
  std::string expected;
  std::string window = "60s";
  std::string seed;
  std::string length;
  std::string packets;
  double scale = 1;
  bool is_list = false;
  bool is_kinds = false;
  bool is_show = false;
  bool is_quiet = false;
};

constexpr auto synth_name = "kizashi synth";

constexpr auto synth_examples =
    "Examples:\n"
    "  kizashi synth --list                               the scenarios that ship\n"
    "  kizashi synth mixed -o mixed.pcap                  an hour with everything in it\n"
    "  kizashi synth mixed --show > mine.toml             a scenario to change\n"
    "  kizashi synth ./mine.toml -o mine.pcap             ... and to play\n"
    "  kizashi synth quiet -o - | kizashi read -          through a pipe\n"
    "  kizashi synth outbreak -o o.pcap --truth o.truth   with each packet's actor\n"
    "  kizashi synth nicter-hour --rate-scale 0.01 -o small.pcap\n"
    "  kizashi synth speed --packets 100000000 --duration 200min -o big.pcap\n"
    "\n"
    "The same scenario and seed give the same bytes on every machine. The packets are written to a "
    "file\n"
    "and nowhere else: no command of Kizashi sends a packet. src/capture/synth/README.md explains "
    "the\n"
    "format of scenarios and of the truth file; --kinds lists what actors can be.";

auto read_changes(synth_choice const& choice) -> result<synth::scenario_changes> {
  synth::scenario_changes changes;
  changes.scale = choice.scale;
  auto const explained = [](char const* option, std::string const& text, error const& what) {
    return fail(what.code, fmt::format("{} is {}: {}", option, text, what.message));
  };
  if (!choice.seed.empty()) {
    auto const seed = parse_unsigned(choice.seed, 9'223'372'036'854'775'807);
    if (!seed) return explained("--seed", choice.seed, seed.error());
    changes.seed = *seed;
  }
  if (!choice.packets.empty()) {
    auto const packets = parse_unsigned(choice.packets, ~std::uint64_t{0});
    if (!packets) return explained("--packets", choice.packets, packets.error());
    changes.packets = *packets;
  }
  if (!choice.length.empty()) {
    auto const length = parse_duration(choice.length);
    if (!length) return explained("--duration", choice.length, length.error());
    changes.length = *length;
  }
  KIZASHI_TRY(synth::check_changes(changes));
  return changes;
}

/// Whether both names lead to one file that would be written twice. Devices take what comes.
auto is_same_file(std::string const& one, std::string const& other) -> bool {
  if (one == "-" || other == "-") return one == other;
  std::error_code ignored;
  if (std::filesystem::is_character_file(one, ignored)) return false;
  return std::filesystem::weakly_canonical(one, ignored) ==
         std::filesystem::weakly_canonical(other, ignored);
}

auto check_outputs(synth_choice const& choice) -> status {
  struct output {
    char const* option;
    std::string const& file;
  };
  std::array const all{output{"--output", choice.output}, output{"--truth", choice.truth},
                       output{"--expected", choice.expected}};
  for (auto one = all.begin(); one != all.end(); ++one)
    for (auto other = one + 1; other != all.end(); ++other)
      if (!one->file.empty() && !other->file.empty() && is_same_file(one->file, other->file))
        return fail(errc::out_of_range,
                    fmt::format("{} and {} are both {}; expected different files", one->option,
                                other->option, other->file));
  if (choice.truth == "-" && ::isatty(STDOUT_FILENO) == 1)
    return fail(errc::unsupported,
                "--truth is -, but standard output is a terminal and the truth is no text; send it "
                "to a file with > or to another program with |");
  return {};
}

/// Everything that is written, opened before the first packet so that a mistake shows early.
struct outputs {
  std::unique_ptr<capture::pcap_writer> capture;
  std::unique_ptr<synth::truth_writer> truth;
  std::unique_ptr<output_file> expected;
  std::unique_ptr<synth::tally> tally;
};

/// "-" is standard output.
auto open_output(std::string const& file) -> result<output_file> {
  return file == "-" ? output_file::standard_output() : output_file::create(file);
}

auto open_outputs(synth_choice const& choice, duration window, synth::scenario const& scene)
    -> result<outputs> {
  outputs out;
  if (!choice.output.empty()) {
    KIZASHI_TRY(auto file, capture::pcap_writer::create(choice.output, net::link_type::ethernet,
                                                        capture::pcap_resolution::microseconds));
    out.capture = std::make_unique<capture::pcap_writer>(std::move(file));
  }
  if (!choice.truth.empty()) {
    KIZASHI_TRY(auto file, open_output(choice.truth));
    KIZASHI_TRY(auto truth, synth::truth_writer::create(std::move(file), scene));
    out.truth = std::make_unique<synth::truth_writer>(std::move(truth));
  }
  if (!choice.expected.empty()) {
    KIZASHI_TRY(auto file, open_output(choice.expected));
    out.expected = std::make_unique<output_file>(std::move(file));
    out.tally = std::make_unique<synth::tally>(scene, window);
  }
  return out;
}

auto close_outputs(outputs& out) -> status {
  if (out.capture != nullptr) KIZASHI_TRY(out.capture->close());
  if (out.truth != nullptr) KIZASHI_TRY(out.truth->commit());
  if (out.expected == nullptr) return {};
  KIZASHI_TRY(out.expected->write(out.tally->to_json()));
  return out.expected->commit();
}

/// Plays the source into the outputs and answers the number of packets.
auto play(synth::synthetic_source& source, outputs& out, bool is_quiet) -> result<std::uint64_t> {
  progress_bar bar{!is_quiet};
  net::frame_block block;
  std::uint64_t packets = 0;
  source.set_observer(out.tally.get());
  for (;;) {
    KIZASHI_TRY(source.next(block));
    if (block.frames.empty()) break;
    if (out.capture != nullptr) KIZASHI_TRY(out.capture->write(block));
    if (out.truth != nullptr) KIZASHI_TRY(out.truth->write(source.actors_of_block()));
    packets += block.frames.size();
    bar.show(packets, source.position());
    if (is_stop_wanted())
      return fail(errc::io_error,
                  fmt::format("stopped after {} packets; files are as they were before",
                              with_thousands(packets)));
  }
  KIZASHI_TRY(close_outputs(out));
  return packets;
}

void say_done(synth_choice const& choice, synth::scenario const& scene, std::uint64_t packets) {
  if (choice.is_quiet) return;
  fmt::print(stderr, "{}: {} packets in {}, seed {}\n", scene.name, with_thousands(packets),
             to_string(scene.length), scene.seed);
  if (packets == 0)
    fmt::print(stderr,
               "no packet came: the rates are too low for this length; choose a larger "
               "--rate-scale, a longer --duration, or --packets\n");
  if (!choice.output.empty() && choice.output != "-")
    fmt::print(stderr, "next: kizashi read {}\n", choice.output);
}

auto list_scenarios() -> status {
  standard_output out;
  for (auto const& each : synth::list_scenarios()) {
    KIZASHI_TRY(auto const scene, synth::parse_scenario(each.text, each.name));
    KIZASHI_TRY(out.write(fmt::format("{:<12} {}\n", each.name, scene.description)));
  }
  return out.flush();
}

auto list_kinds() -> status {
  standard_output out;
  KIZASHI_TRY(
      out.write(fmt::format("{:<14} keys: {}\n", "every actor", synth::common_actor_keys())));
  for (auto const& each : synth::actor_manual())
    KIZASHI_TRY(out.write(
        fmt::format("{:<14} {}\n{:<14} keys: {}\n", each.name, each.help, "", each.keys)));
  return out.flush();
}

auto show_scenario(std::string const& scenario) -> status {
  KIZASHI_TRY(auto const text, synth::read_scenario_text(scenario));
  standard_output out;
  KIZASHI_TRY(out.write(text));
  return out.flush();
}

auto invent(synth_choice const& choice, synth::scenario_changes const& changes, duration window)
    -> status {
  KIZASHI_TRY(auto scene, synth::load_scenario(choice.scenario));
  KIZASHI_TRY(scene, synth::change_scenario(std::move(scene), changes));
  KIZASHI_TRY(auto const source, synth::synthetic_source::create(std::move(scene)));
  KIZASHI_TRY(auto out, open_outputs(choice, window, source->played()));
  KIZASHI_TRY(auto const packets, play(*source, out, choice.is_quiet));
  say_done(choice, source->played(), packets);
  return {};
}

auto run(synth_choice const& choice) -> int {
  auto const finish = [](status const& done) {
    return done ? exit_done : say_failure(done.error());
  };
  if (choice.is_list) return finish(list_scenarios());
  if (choice.is_kinds) return finish(list_kinds());
  if (choice.scenario.empty())
    return say_usage(
        {errc::parse_error, "no scenario is named; 'kizashi synth --list' shows which there are"},
        synth_name);
  if (choice.is_show) return finish(show_scenario(choice.scenario));
  if (choice.output.empty() && choice.truth.empty() && choice.expected.empty())
    return say_usage(
        {errc::parse_error,
         fmt::format("nothing to write; expected --output FILE, such as -o {}.pcap, or --truth or "
                     "--expected",
                     choice.scenario.find('/') == std::string::npos ? choice.scenario : "night")},
        synth_name);
  if (auto const good = check_outputs(choice); !good) return say_usage(good.error(), synth_name);
  auto const changes = read_changes(choice);
  if (!changes) return say_usage(changes.error(), synth_name);
  auto const window = parse_duration(choice.window);
  if (!window || *window < std::chrono::seconds{1})
    return say_usage({errc::out_of_range,
                      fmt::format("--window is {}; expected a length of time from 1s, such as 60s",
                                  choice.window)},
                     synth_name);
  listen_for_stop();
  return finish(invent(choice, *changes, *window));
}

void add_options(CLI::App& command, synth_choice& choice) {
  command.add_option("scenario", choice.scenario, "Name of a scenario, or a .toml file")
      ->type_name("SCENARIO");
  command
      .add_option("-o,--output", choice.output,
                  "Write the packets there as pcap with microseconds; here and below - is "
                  "standard output")
      ->type_name("FILE");
  command.add_option("--truth", choice.truth, "Write there which actor each packet is from")
      ->type_name("FILE");
  command
      .add_option("--expected", choice.expected,
                  "Write there the counts that 'kizashi read --json --top 0' must show, counted "
                  "from the plan")
      ->type_name("FILE");
  command.add_option("--window", choice.window, "Length of a window in --expected (default: 60s)")
      ->type_name("DURATION");
  command.add_option("--seed", choice.seed, "Another seed than the scenario's")->type_name("N");
  command
      .add_option("--duration", choice.length,
                  "Another length; actors without a stop of their own last as long")
      ->type_name("DURATION");
  command
      .add_option("--packets", choice.packets,
                  "So many packets in all, shared out among the actors as their rates are")
      ->type_name("N");
  command.add_option("--rate-scale", choice.scale, "Factor for all rates (default: 1)")
      ->type_name("X");
  command.add_flag("--list", choice.is_list, "Name the scenarios that ship and leave");
  command.add_flag("--kinds", choice.is_kinds, "Name the kinds of actors and their keys and leave");
  command.add_flag("--show", choice.is_show, "Print the scenario's TOML and leave");
  command.add_flag("--no-progress", choice.is_quiet, "No progress bar and no summary");
}

}  // namespace

void add_synth(CLI::App& program, int& exit_code) {
  auto* const command = program.add_subcommand(
      "synth", "Invent a telescope's capture from a scenario; nothing is ever sent");
  command->footer(synth_examples);
  auto const choice = std::make_shared<synth_choice>();
  add_options(*command, *choice);
  command->callback([choice, &exit_code] { exit_code = run(*choice); });
}

}  // namespace kizashi::app
