// Finding scenarios, and changing them before they are played.
#include "kizashi/capture/synth/scenario.hpp"

#include <algorithm>
#include <cerrno>
#include <fcntl.h>
#include <unistd.h>

#include <fmt/format.h>

#include "kizashi/base/file_descriptor.hpp"
#include "kizashi/capture/synth/internal/shipped.hpp"

namespace kizashi::capture::synth {

namespace {

constexpr std::size_t longest_text = std::size_t{8} << 20;

auto read_file(std::string const& path) -> result<std::string> {
  file_descriptor const file{::open(path.c_str(), O_RDONLY | O_CLOEXEC)};
  if (!file.is_open()) return system_failure(path, "open", errno);
  std::string text;
  char piece[65536];
  for (;;) {
    auto const got = ::read(file.get(), piece, sizeof piece);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return system_failure(path, "read", errno);
    if (got == 0) return text;
    text.append(piece, static_cast<std::size_t>(got));
    if (text.size() > longest_text)
      return fail(
          errc::limit_reached,
          fmt::format("{}: longer than {} bytes; expected a scenario in TOML", path, longest_text));
  }
}

auto is_path(std::string_view text) -> bool {
  return text.find('/') != std::string_view::npos || text.ends_with(".toml");
}

auto active_seconds(actor_spec const& spec, duration whole) -> double {
  auto const stop = spec.stop == duration{} ? whole : std::min(spec.stop, whole);
  return std::max(0.0, static_cast<double>((stop - spec.start).count()) * 1e-9);
}

}  // namespace

auto list_scenarios() -> std::vector<shipped_scenario> {
  auto const all = shipped_scenarios();
  std::vector<shipped_scenario> answer(all.begin(), all.end());
  std::sort(answer.begin(), answer.end(), [](auto a, auto b) { return a.name < b.name; });
  return answer;
}

auto read_scenario_text(std::string_view name_or_path) -> result<std::string> {
  if (is_path(name_or_path)) return read_file(std::string{name_or_path});
  std::string names;
  for (auto const& each : list_scenarios()) {
    if (each.name == name_or_path) return std::string{each.text};
    names += (names.empty() ? "" : ", ") + std::string{each.name};
  }
  return fail(errc::not_found, fmt::format("scenario {} is not known; expected one of {}, or the "
                                           "path of a TOML file (with a / or ending "
                                           "in .toml)",
                                           name_or_path, names));
}

auto load_scenario(std::string_view name_or_path) -> result<scenario> {
  KIZASHI_TRY(auto const text, read_scenario_text(name_or_path));
  return parse_scenario(text, name_or_path);
}

auto check_changes(scenario_changes const& changes) -> status {
  constexpr duration longest = std::chrono::hours{24 * 366};
  if (!(changes.scale > 0 && changes.scale <= 1e6))
    return fail(
        errc::out_of_range,
        fmt::format("--rate-scale is {}; expected more than 0 and up to 1,000,000", changes.scale));
  if (changes.length && (*changes.length < std::chrono::seconds{1} || *changes.length > longest ||
                         changes.length->count() % 1'000'000'000 != 0))
    return fail(errc::out_of_range,
                fmt::format("--duration is {}; expected whole seconds from 1s to {}",
                            to_string(*changes.length), to_string(longest)));
  if (changes.packets && (*changes.packets == 0 || *changes.packets > most_packets))
    return fail(errc::out_of_range,
                fmt::format("--packets is {}; expected 1 to {}", *changes.packets, most_packets));
  return {};
}

auto change_scenario(scenario base, scenario_changes const& changes) -> result<scenario> {
  KIZASHI_TRY(check_changes(changes));
  if (changes.seed) base.seed = *changes.seed;
  auto const old_length = base.length;
  if (changes.length) base.length = *changes.length;
  if (changes.packets) base.packets = *changes.packets;
  for (auto& each : base.actors) {
    auto const before = active_seconds(each, old_length);
    auto const after = active_seconds(each, base.length);
    auto const factor = changes.scale * (before > 0 ? after / before : 0);
    each.packets = static_cast<std::uint64_t>(static_cast<double>(each.packets) * factor + 0.5);
    each.rate *= changes.scale;
    if (each.rate > highest_rate || each.packets > most_packets)
      return fail(errc::limit_reached, fmt::format("actor {} would send {} packets per second; "
                                                   "expected at most {}; choose a smaller factor",
                                                   each.name, each.rate, highest_rate));
  }
  return base;
}

}  // namespace kizashi::capture::synth
