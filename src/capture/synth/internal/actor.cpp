#include "kizashi/capture/synth/internal/actor.hpp"

#include <algorithm>

namespace kizashi::capture::synth {

source_group::source_group(actor_spec const& spec, std::uint64_t seed)
    : seed_{mix64(seed ^ 0x50)}, addresses_{draw_ipv4(spec.pool, spec.sources, seed_)} {
  KIZASHI_ASSERT(!addresses_.empty());
  if (spec.zipf > 0) choice_ = weighted_choice{zipf_weights(size(), spec.zipf)};
}

port_group::port_group(actor_spec const& spec)
    : tail_{static_cast<std::uint32_t>(std::min(spec.tail * 4294967296.0, 4294967295.0))} {
  std::vector<std::uint64_t> weights;
  for (auto const& each : spec.ports) {
    if (each.weight == 0) continue;
    ports_.push_back(each.port);
    weights.push_back(each.weight);
  }
  if (!weights.empty()) choice_ = weighted_choice{weights};
}

auto mix_choice(actor_spec const& spec) -> weighted_choice {
  std::vector<std::uint64_t> weights;
  for (auto const& each : spec.mix) weights.push_back(each.weight);
  return weighted_choice{weights};
}

auto make_actor(actor_spec const& spec, stage const& on, std::uint64_t seed)
    -> std::unique_ptr<actor> {
  auto const& kind = spec.kind;
  if (kind == "outbreak" || kind == "botnet") return make_crowd(spec, on, seed);
  if (kind == "backscatter") return make_backscatter(spec, on, seed);
  if (kind == "ipv6") return make_ipv6(spec, on, seed);
  if (kind == "amplification" || kind == "misconfigured" || kind == "noise")
    return make_stray(spec, on, seed);
  return make_scanner(spec, on, seed);
}

}  // namespace kizashi::capture::synth
