#include "kizashi/app/engine_settings.hpp"

#include <algorithm>
#include <string>

#include <fmt/format.h>

#include "kizashi/engine/registry.hpp"

namespace kizashi::app {
namespace {

using text_list = std::vector<std::string>;
constexpr auto use_key = "engines.use";
constexpr auto options_key = "engines.options";

auto check_engine_name(std::string const& text) -> status {
  if (text == "all" || text == "none") return {};
  KIZASHI_TRY(engine::find_engine(text));
  return {};
}

auto check_engine_option(std::string const& text) -> status {
  KIZASHI_TRY(engine::choose_engines({}, {text}));
  return {};
}

}  // namespace

auto engine_keys() -> std::span<config_key const> {
  static config_key const keys[] = {
      {use_key,
       text_list{"all"},
       {},
       {},
       "The detection engines of a server: all, none, or names ('kizashi detect --list'). They "
       "look "
       "at who asked for what, learn for a day or more, and then tell what is new.",
       R"(["surge", "graph", "high_risk", "fuse"])",
       check_engine_name},
      {options_key,
       text_list{},
       {},
       {},
       "Options of these engines, as ENGINE.NAME=VALUE ('kizashi detect --list'). With other "
       "engines or options than before they begin to learn anew.",
       R"(["surge.false_alarms=0.5", "fuse.within=12h"])",
       check_engine_option}};
  return keys;
}

auto engines_of(config const& from) -> result<std::vector<engine::chosen_engine>> {
  auto names = from.get<text_list>(use_key);
  if (std::ranges::find(names, "none") != names.end()) {
    if (names.size() == 1) return std::vector<engine::chosen_engine>{};
    return fail(errc::parse_error,
                fmt::format("{} has none and others; expected one of the two", use_key));
  }
  if (std::ranges::find(names, "all") != names.end()) names.clear();
  return engine::choose_engines(names, from.get<text_list>(options_key));
}

auto engine_contradictions(config const& from, std::vector<config_mistake> const& known)
    -> std::vector<config_mistake> {
  for (auto const& each : known)
    if (each.key == use_key || each.key == options_key) return {};
  auto const chosen = engines_of(from);
  if (chosen) return {};
  auto const* const key = from.is_set(options_key) ? options_key : use_key;
  return {{key, from.origin_of(key),
           chosen.error().message.starts_with("engines.")
               ? chosen.error().message
               : fmt::format("{}: {}", key, chosen.error().message)}};
}

}  // namespace kizashi::app
