// kizashi fingerprints discover: relations between header fields that nobody has written down.
#include <algorithm>
#include <memory>
#include <optional>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "kizashi/app/command.hpp"
#include "kizashi/app/open_source.hpp"
#include "kizashi/app/progress_bar.hpp"
#include "kizashi/app/standard_input.hpp"
#include "kizashi/app/terminal.hpp"
#include "kizashi/app/text_layout.hpp"
#include "kizashi/app/text_sink.hpp"
#include "kizashi/base/output_file.hpp"
#include "kizashi/base/text.hpp"
#include "kizashi/net/decode.hpp"
#include "kizashi/recognise/discover/search.hpp"

namespace kizashi::app {
namespace {

namespace discover = recognise::discover;

constexpr auto fingerprints_discover_name = "kizashi fingerprints discover";

constexpr auto fingerprints_discover_examples =
    "Examples:\n"
    "  kizashi fingerprints discover --synth planted          a telescope that does not exist\n"
    "  kizashi fingerprints discover nights/ -o found.toml    a week, as a file of fingerprints\n"
    "  kizashi fingerprints check found.toml                  ... and how often it is wrong\n"
    "\n"
    "Looks for relations between header fields (IP ID, sequence number, window, ports, addresses)\n"
    "that packets of several sources have in common and others have not. What is proposed is a\n"
    "guess with numbers: read it, name it, then use it. docs/discover.md explains the way.";

struct discover_choice {
  std::vector<std::string> inputs;
  std::string scenario;
  std::string output;
  std::vector<std::string> darknet;
  std::size_t sources = 3;
  std::size_t sample = 65536;
  std::size_t packets = 16;
  bool is_json = false;
  bool is_quiet = false;
};

/// What was found and in what.
struct discovered {
  std::vector<discover::proposal> proposals;
  std::vector<capture::note> notes;
  std::uint64_t packets = 0;
  std::uint64_t usable = 0;
  std::uint64_t withheld = 0;
  bool is_partial = false;
};

auto read_all(capture::frame_source& source, discover_choice const& choice,
              discover::fingerprint_search& search, discovered& out) -> status {
  net::frame_block block;
  auto const batch = std::make_unique<net::packet_batch>();
  progress_bar bar{!choice.is_quiet};
  for (;;) {
    if (auto const given = source.next(block); !given) return given;
    if (block.frames.empty()) return {};
    net::decode(block, *batch);
    search.add(*batch);
    bar.show(search.packets(), source.position());
    if (is_stop_wanted()) {
      out.is_partial = true;
      return {};
    }
  }
}

/// Who invents a telescope has no addresses to keep.
auto make_guard(discover_choice const& choice) -> result<discover::address_guard> {
  if (!choice.scenario.empty()) return discover::address_guard{};
  std::vector<net::prefix> darknet;
  for (auto const& each : choice.darknet) {
    KIZASHI_TRY(auto const prefix, net::prefix::parse(each));
    darknet.push_back(prefix);
  }
  return discover::address_guard{darknet};
}

auto search_all(discover_choice const& choice) -> result<discovered> {
  discovered out;
  std::optional<stoppable_input> input;
  if (std::ranges::find(choice.inputs, "-") != choice.inputs.end()) input.emplace();
  KIZASHI_TRY(auto const source, open_source(choice.inputs, choice.scenario, out.notes));
  KIZASHI_TRY(auto const guard, make_guard(choice));
  discover::fingerprint_search search{{.sources = choice.sample,
                                       .packets_of_source = choice.packets,
                                       .least_sources = choice.sources,
                                       .guard = guard}};
  KIZASHI_TRY(read_all(*source, choice, search, out));
  for (auto& each : source->notes()) out.notes.push_back(std::move(each));
  for (auto const& each : out.notes) out.is_partial = out.is_partial || each.is_loss;
  if (input && input->was_stopped()) out.is_partial = true;
  out.packets = search.packets();
  out.usable = search.usable_packets();
  out.proposals = search.find();
  out.withheld = search.withheld();
  return out;
}

auto summary_of(discovered const& found) -> std::string {
  auto text = fmt::format(
      "# {} in {} packets, {} of them IPv4 with ports or an ICMP type{}.\n",
      found.proposals.empty() ? "Nothing was found" : counted(found.proposals.size(), "relation"),
      with_thousands(found.packets), with_thousands(found.usable),
      found.is_partial ? "; partial" : "");
  if (found.withheld > 0)
    text += fmt::format(
        "# Withheld: {}, as a constant could tell the darknet's addresses (docs/discover.md).\n",
        counted(found.withheld, "relation"));
  return text;
}

auto to_toml(discovered const& found) -> std::string {
  auto text = summary_of(found);
  for (auto const& each : found.proposals) text += "\n" + discover::to_toml(each);
  return text;
}

auto to_json(discovered const& found) -> std::string {
  auto all = nlohmann::ordered_json::array();
  for (auto const& each : found.proposals) {
    auto looks = nlohmann::ordered_json::array();
    for (auto const& look : each.looks)
      looks.push_back(
          {{"condition", look.condition}, {"share", look.share}, {"others", look.rest}});
    all.push_back({{"name", each.name},
                   {"type", discover::name_of(each.where)},
                   {"relation", each.relation},
                   {"is_same_per_source", !each.same.empty()},
                   {"match", each.match},
                   {"bits", each.bits},
                   {"sources", each.sources},
                   {"packets", each.packets},
                   {"sampled_sources", each.sampled_sources},
                   {"sampled_packets", each.sampled_packets},
                   {"others_packets", each.rest_packets},
                   {"others_matches", each.rest_matches},
                   {"surprise_bits", each.surprise},
                   {"verdict_packets", each.verdict_packets},
                   {"looks", std::move(looks)}});
  }
  nlohmann::ordered_json const whole{{"packets", found.packets},
                                     {"usable_packets", found.usable},
                                     {"is_partial", found.is_partial},
                                     {"withheld", found.withheld},
                                     {"proposals", std::move(all)}};
  return whole.dump(2) + "\n";
}

auto write(discovered const& found, discover_choice const& choice) -> status {
  auto const text = choice.is_json ? to_json(found) : to_toml(found);
  if (!choice.output.empty() && choice.output != "-") {
    KIZASHI_TRY(auto file, output_file::create(choice.output));
    KIZASHI_TRY(file.write(text));
    return file.commit();
  }
  standard_output out;
  KIZASHI_TRY(out.write(text));
  return out.flush();
}

auto check(discover_choice const& choice) -> status {
  if (choice.inputs.empty() == choice.scenario.empty())
    return fail(errc::parse_error,
                choice.inputs.empty()
                    ? "nothing to search; expected a file, a folder, a pattern, - or --synth "
                      "SCENARIO"
                    : "--synth stands alone: files and a scenario cannot be searched together");
  if (std::ranges::find(choice.inputs, "") != choice.inputs.end())
    return fail(errc::parse_error, "an input is empty; expected a file, a folder, a pattern or -");
  struct bound {
    char const* option;
    std::size_t value;
    std::size_t least;
    std::size_t most;
  };
  for (auto const& [option, value, least, most] :
       {bound{"--sources", choice.sources, 1, 1'000'000},
        bound{"--sample", choice.sample, 1, 1'000'000}, bound{"--packets", choice.packets, 6, 32}})
    if (value < least || value > most)
      return fail(errc::out_of_range,
                  fmt::format("{} is {}; expected {} to {}", option, value, least, most));
  return {};
}

auto run(discover_choice const& choice) -> int {
  if (auto const good = check(choice); !good)
    return say_usage(good.error(), fingerprints_discover_name);
  listen_for_stop();
  auto const found = search_all(choice);
  if (!found) return say_failure(found.error());
  if (auto const written = write(*found, choice); !written) return say_failure(written.error());
  for (auto const& each : found->notes) say_failure({errc::io_error, each.message});
  if (!found->is_partial) return exit_done;
  return say_failure({errc::io_error, "partial: not all packets of the input were searched"});
}

void add_options(CLI::App& command, discover_choice& choice) {
  command.add_option("input", choice.inputs, "Captures: files, folders, patterns in quotes, or -")
      ->type_name("FILE|DIR|GLOB|-");
  command.add_option("--synth", choice.scenario, "Search no file but a scenario, by name or .toml")
      ->type_name("SCENARIO");
  command
      .add_option("-o,--output", choice.output,
                  "Write the proposals there (default: standard output)")
      ->type_name("FILE");
  command
      .add_option("--darknet", choice.darknet,
                  "The telescope's prefixes: nothing that tells a part of them is proposed")
      ->type_name("PREFIX,...")
      ->delimiter(',');
  command
      .add_option("--sources", choice.sources,
                  "How many sources must have a relation in common (default: 3)")
      ->type_name("N");
  command
      .add_option("--sample", choice.sample,
                  "Sources to keep packets of, for each kind of packet (default: 65536)")
      ->type_name("N");
  command.add_option("--packets", choice.packets, "Packets to keep of each, 6 to 32 (default: 16)")
      ->type_name("N");
  command.add_flag("--json", choice.is_json, "JSON instead of TOML");
  command.add_flag("--no-progress", choice.is_quiet, "No progress bar, even on a terminal");
}

}  // namespace

void add_fingerprints_discover(CLI::App& fingerprints, int& exit_code) {
  auto* const command = fingerprints.add_subcommand(
      "discover", "Search captures for relations between header fields that nobody wrote down");
  command->footer(fingerprints_discover_examples);
  auto const choice = std::make_shared<discover_choice>();
  add_options(*command, *choice);
  command->callback([choice, &exit_code] { exit_code = run(*choice); });
}

}  // namespace kizashi::app
