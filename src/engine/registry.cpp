#include "kizashi/engine/registry.hpp"

#include <algorithm>
#include <vector>

#include <fmt/format.h>

#include "kizashi/base/config.hpp"
#include "kizashi/engine/change/change.hpp"
#include "kizashi/engine/fuse/fuse.hpp"
#include "kizashi/engine/glasso/glasso.hpp"
#include "kizashi/engine/graph/graph.hpp"
#include "kizashi/engine/high_risk/high_risk.hpp"
#include "kizashi/engine/nmf/nmf.hpp"
#include "kizashi/engine/ntd/ntd.hpp"
#include "kizashi/engine/sensors/sensors.hpp"
#include "kizashi/engine/surge/surge.hpp"

namespace kizashi::engine {

auto all_engines() -> std::span<descriptor const* const> {
  // Those that hear come last.
  static std::vector<descriptor const*> const all{
      &change_descriptor(),    &surge_descriptor(),   &graph_descriptor(),
      &glasso_descriptor(),    &nmf_descriptor(),     &ntd_descriptor(),
      &high_risk_descriptor(), &sensors_descriptor(), &fuse_descriptor()};
  return all;
}

auto find_engine(std::string_view name) -> result<descriptor const*> {
  auto const all = all_engines();
  auto const at = std::ranges::find(all, name, &descriptor::name);
  if (at != all.end()) return *at;
  std::vector<std::string_view> names;
  for (auto const* each : all) names.push_back(each->name);
  auto const near = closest(name, names);
  return fail(errc::not_found,
              near.empty()
                  ? fmt::format("there is no engine {}; kizashi detect --list names all", name)
                  : fmt::format("there is no engine {}; {} perhaps", name, near));
}

}  // namespace kizashi::engine
