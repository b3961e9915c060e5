#include "kizashi/app/settings.hpp"

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <thread>

#include <fmt/format.h>

#include "kizashi/app/engine_settings.hpp"
#include "kizashi/app/keep_rules.hpp"
#include "kizashi/app/report_settings.hpp"
#include "kizashi/app/serve_settings.hpp"
#include "kizashi/base/input_file.hpp"
#include "kizashi/base/text.hpp"

namespace kizashi::app {
namespace {

using namespace std::chrono_literals;
using text_list = std::vector<std::string>;

auto check_prefix(std::string const& text) -> status {
  KIZASHI_TRY(net::prefix::parse(text));
  return {};
}

auto check_path(std::string const& text) -> status {
  if (text.empty()) return fail(errc::parse_error, "the name of the file is empty");
  return {};
}

auto check_keep_rule(std::string const& text) -> status {
  KIZASHI_TRY(parse_keep_rule(text));
  return {};
}

auto check_minute(std::string const& text) -> status {
  KIZASHI_TRY(parse_time_of_day(text));
  return {};
}

auto check_memory(std::string const& text) -> status {
  KIZASHI_TRY(parse_memory(text));
  return {};
}

/// A configuration file is written by hand; one above this is something else.
constexpr std::size_t config_limit = std::size_t{1} << 20;

}  // namespace

auto parse_time_of_day(std::string_view text) -> result<std::optional<duration>> {
  if (text == "never") return std::optional<duration>{};
  auto const parts = split(text, ':');
  bool const is_whole =
      std::ranges::all_of(parts, [](std::string_view each) { return each.size() == 2; });
  if (is_whole && (parts.size() == 2 || parts.size() == 3)) {
    auto const hours = parse_unsigned(parts[0], 23), minutes = parse_unsigned(parts[1], 59);
    auto const seconds = parse_unsigned(parts.size() == 3 ? parts[2] : "0", 59);
    if (hours && minutes && seconds)
      return duration{std::chrono::seconds{(*hours * 60 + *minutes) * 60 + *seconds}};
  }
  return fail(
      errc::parse_error,
      fmt::format("\"{}\" is no time of a day; expected one such as 03:40, or never", text));
}

auto parse_memory(std::string_view text) -> result<std::size_t> {
  constexpr std::uint64_t least = std::uint64_t{1} << 20;
  constexpr std::uint64_t most = std::uint64_t{1} << 40;
  struct {
    std::string_view name;
    unsigned power;
  } const units[] = {{"KiB", 10}, {"MiB", 20}, {"GiB", 30}};
  auto const digits = std::min(text.find_first_not_of("0123456789"), text.size());
  for (auto const& unit : units) {
    auto const number = parse_unsigned(text.substr(0, digits), most);
    if (!number || text.substr(digits) != unit.name) continue;
    if (*number <= most >> unit.power && *number << unit.power >= least)
      return static_cast<std::size_t>(*number << unit.power);
    return fail(errc::out_of_range,
                fmt::format("{} is out of range; expected 1MiB to 1024GiB", text));
  }
  return fail(errc::parse_error,
              fmt::format("\"{}\" is not an amount of memory; expected a whole number with KiB, "
                          "MiB or GiB, such as 256MiB, 1MiB to 1024GiB",
                          text));
}

namespace {

// Long on purpose: a table of keys.
auto own_keys() -> std::span<config_key const> {
  static config_key const keys[] = {
      {"darknet.prefixes",
       text_list{},
       {},
       {},
       "The unused addresses of the telescope. Only packets to them count; without prefixes all "
       "packets do. Option --darknet.",
       R"(["192.0.2.0/24", "2001:db8::/32"])",
       check_prefix},
      {"window.length",
       duration{60s},
       duration{1s},
       duration{24h},
       "The interval of event time in which packets are counted together. Option --window.",
       {},
       nullptr},
      {"window.lateness",
       duration{10s},
       duration{0s},
       duration{24h},
       "How much later than the latest packet's time a packet may come and still be counted in its "
       "window; not more than window.length. Packets that come even later are in all totals, in no "
       "window, and counted as late. Option --lateness.",
       {},
       nullptr},
      {"read.top",
       std::uint64_t{10},
       std::uint64_t{0},
       std::uint64_t{1'000'000'000},
       "Rows of each list in a report; 0: all. Option --top.",
       {},
       nullptr,
       {},
       on_reload::unused},
      {"read.threads",
       std::uint64_t{0},
       std::uint64_t{0},
       std::uint64_t{64},
       "Threads that count; 0: as many as the machine has processors. The report does not depend "
       "on "
       "it. Option --threads.",
       {},
       nullptr},
      {"read.memory",
       std::string{"256MiB"},
       {},
       {},
       "How much memory the exact sets of addresses may take, all threads together, before they go "
       "to temporary files in $TMPDIR or /tmp: 1MiB to 1024GiB. The report does not depend on it. "
       "Option --memory.",
       R"("256MiB")",
       check_memory},
      {"place.table",
       std::string{},
       {},
       {},
       "The file with country and AS of every address, made by 'kizashi place compile'. When it is "
       "not set: place.table beside the program, then share/kizashi/place.table of its "
       "installation. Option --place.",
       R"("place.table")",
       nullptr},
      {"recognise.fingerprints",
       text_list{},
       {},
       {},
       "Files with fingerprints besides those of the program; one with the name of another "
       "replaces "
       "it. 'kizashi fingerprints check' says what is wrong with one. Option --fingerprints.",
       R"(["our.fingerprints.toml"])",
       check_path},
      {"recognise.scanners",
       text_list{},
       {},
       {},
       "Files, or folders of files, with addresses of scanners that say who they are: MISP warning "
       "lists, Maltrail, CSV, plain text; 'kizashi scanners --help' tells more. The program's own "
       "list is always read. Option --scanners.",
       R"(["lists/"])",
       check_path},
      {"recognise.labels",
       std::string{},
       {},
       {},
       "A file of sources that somebody has named, \"ADDRESS LABEL\" on each line: screening "
       "learns "
       "rules from them (docs/screening.md). Option --labels.",
       R"("labels.txt")",
       nullptr,
       {},
       on_reload::unused},
      {"events.timeout", duration{0s}, duration{1s}, duration{24h},
       "How long a source may be silent before its scan event ends. When it is not set: by the "
       "size of the darknet, 624 s when that is not known (docs/events.md). Option "
       "--event-timeout.",
       R"("624s")", nullptr, "by the size of the darknet"},
      {"events.memory",
       std::string{"1GiB"},
       {},
       {},
       "How much memory live sources and their open events may take, all threads together: 1MiB to "
       "1024GiB. When they need more, the events that were silent longest end early and are "
       "counted as cut.",
       R"("1GiB")",
       check_memory},
      {"events.dos_packets",
       std::uint64_t{25},
       std::uint64_t{1},
       std::uint64_t{1'000'000'000},
       "Answers of a victim that make a denial-of-service event (docs/dos.md).",
       {},
       nullptr},
      {"events.dos_duration",
       duration{60s},
       duration{0s},
       duration{24h},
       "The least time between its first and its last answer.",
       {},
       nullptr},
      {"events.dos_per_minute",
       std::uint64_t{30},
       std::uint64_t{1},
       std::uint64_t{1'000'000'000},
       "The least number of its answers in any minute.",
       {},
       nullptr},
      {"events.dos_timeout",
       duration{300s},
       duration{1s},
       duration{24h},
       "How long a victim may be silent before its event ends.",
       {},
       nullptr},
      {"store.keep",
       text_list{},
       {},
       {},
       "How much of a store is kept, by table: its name and days, or a size on the disk in MiB, "
       "GiB or "
       "TiB. Whole days go, the oldest first, when 'kizashi store vacuum' runs or a server keeps "
       "house; rollups stay unless they are named. Without a rule everything is kept. Option "
       "--keep.",
       R"(["packets 90d", "packets 200GiB"])",
       check_keep_rule,
       {},
       on_reload::live},
      {"store.vacuum_at",
       std::string{"03:40"},
       {},
       {},
       "When a server keeps house, once a day, by UTC: what store.keep does not keep goes, parts "
       "of "
       "closed days are put together, rows of the audit log beyond access.audit_keep go. "
       "\"never\": "
       "'kizashi store vacuum' does it while no server runs.",
       R"("03:40")",
       check_minute,
       {},
       on_reload::live},
  };
  return keys;
}

}  // namespace

auto setting_keys() -> std::span<config_key const> {
  static auto const all = [] {
    std::vector<config_key> out;
    for (auto const keys : {own_keys(), report_keys(), serve_keys(), engine_keys()})
      out.insert(out.end(), keys.begin(), keys.end());
    return out;
  }();
  return all;
}

namespace {

/// What own keys contradict; nothing where one of them is wrong by itself.
auto own_contradictions(config const& from, std::vector<config_mistake> const& known)
    -> std::vector<config_mistake> {
  auto const length = from.get<duration>("window.length");
  auto const lateness = from.get<duration>("window.lateness");
  bool const is_wrong = std::ranges::any_of(
      known, [](config_mistake const& each) { return each.key == "window.length"; });
  if (lateness <= length || !from.is_set("window.lateness") || is_wrong) return {};
  return {{"window.lateness", from.origin_of("window.lateness"),
           fmt::format("the lateness is {}; expected at most the window's length, {}",
                       to_string(lateness), to_string(length))}};
}

}  // namespace

auto mistakes_of(config_draft const& read) -> std::vector<config_mistake> {
  auto out = read.mistakes;
  for (auto& each : own_contradictions(read.values, read.mistakes)) out.push_back(std::move(each));
  for (auto& each : engine_contradictions(read.values, read.mistakes))
    out.push_back(std::move(each));
  for (auto& each : serve_contradictions(read.values, read.mistakes))
    out.push_back(std::move(each));
  return out;
}

auto settings_of(config const& from) -> result<settings> {
  settings out;
  auto const& prefixes = from.get<text_list>("darknet.prefixes");
  std::vector<net::prefix> darknet;
  for (auto const& each : prefixes) {
    KIZASHI_TRY(auto const parsed, net::prefix::parse(each));
    darknet.push_back(parsed);
  }
  out.darknet = net::prefix_set{darknet};
  out.window_length = from.get<duration>("window.length");
  out.lateness = from.get<duration>("window.lateness");
  if (auto const wrong = own_contradictions(from, {}); !wrong.empty())
    return fail(errc::out_of_range, to_text(wrong));
  out.lateness = std::min(out.lateness, out.window_length);
  out.top = static_cast<std::size_t>(from.get<std::uint64_t>("read.top"));
  auto const threads = static_cast<unsigned>(from.get<std::uint64_t>("read.threads"));
  out.threads = threads != 0 ? threads : std::clamp(std::thread::hardware_concurrency(), 1U, 64U);
  KIZASHI_TRY(out.set_memory, parse_memory(from.get<std::string>("read.memory")));
  out.place_table = from.get<std::string>("place.table");
  out.fingerprints = from.get<text_list>("recognise.fingerprints");
  out.scanners = from.get<text_list>("recognise.scanners");
  out.labels = from.get<std::string>("recognise.labels");
  out.event_timeout = from.get<duration>("events.timeout");
  if (!from.is_set("events.timeout"))
    out.event_timeout = telescope::event_timeout(out.darknet.ipv4_size());
  KIZASHI_TRY(out.event_memory, parse_memory(from.get<std::string>("events.memory")));
  out.dos.least_packets = from.get<std::uint64_t>("events.dos_packets");
  out.dos.least_duration = from.get<duration>("events.dos_duration");
  out.dos.least_per_minute = from.get<std::uint64_t>("events.dos_per_minute");
  out.dos.timeout = from.get<duration>("events.dos_timeout");
  return out;
}

auto config_path(std::string const& option) -> std::string {
  if (!option.empty()) return option;
  if (auto const* const set = std::getenv("KIZASHI_CONFIG"); set != nullptr && *set != '\0')
    return set;
  std::error_code ignored;
  return std::filesystem::exists("kizashi.toml", ignored) ? "kizashi.toml" : "";
}

auto load_draft(std::string const& path) -> result<config_draft> {
  if (path.empty()) return config_draft{config{setting_keys()}, {}};
  KIZASHI_TRY(auto const text, read_whole_file(path, "read the configuration", config_limit));
  return config::draft(setting_keys(), text, path);
}

auto load_config(std::string const& path) -> result<config> {
  KIZASHI_TRY(auto read, load_draft(path));
  if (!read.mistakes.empty()) return fail(errc::parse_error, to_text(std::move(read.mistakes)));
  return std::move(read.values);
}

}  // namespace kizashi::app
