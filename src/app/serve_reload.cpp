#include "kizashi/app/serve_reload.hpp"

#include <map>

namespace kizashi::app {
namespace {

/// The keys of one kind whose values differ.
auto changes_of(config const& before, config const& after, on_reload kind)
    -> std::vector<config_change> {
  std::map<std::string, config_change> found;
  auto const take = [&](config const& of, std::string config_change::*side) {
    for (auto& each : of.entries()) {
      if (each.key->reload != kind) continue;
      auto& change = found[each.name];
      change.name = each.name;
      change.*side = std::move(each.value);
    }
  };
  take(before, &config_change::before);
  take(after, &config_change::after);
  std::vector<config_change> out;
  for (auto& [name, each] : found)
    if (each.before != each.after) out.push_back(std::move(each));
  return out;
}

}  // namespace

auto plan_reload(config const& started, config const& current, config const& wanted)
    -> reload_plan {
  return {changes_of(current, wanted, on_reload::live),
          changes_of(started, wanted, on_reload::restart)};
}

}  // namespace kizashi::app
