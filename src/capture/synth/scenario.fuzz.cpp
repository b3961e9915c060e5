// Any text is a scenario or a list of mistakes, and what is a scenario can be changed and played.
#include "kizashi/capture/synth/scenario.hpp"

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "kizashi/capture/synth/synthetic_source.hpp"
#include "kizashi/capture/synth/truth_writer.hpp"

namespace synth = kizashi::capture::synth;

namespace {

/// Small enough to be played in a moment: the rest is the reader's business alone.
auto is_small(synth::scenario const& scene) -> bool {
  std::uint64_t sources = 0;
  for (auto const& each : scene.actors) {
    sources += each.sources;
    if (each.packets > 100'000) return false;
  }
  return sources <= 2000 && scene.actors.size() <= 50 && scene.length <= std::chrono::hours{1};
}

void play(synth::scenario scene) {
  synth::scenario_changes changes;
  changes.packets = 300;
  auto changed = synth::change_scenario(std::move(scene), changes);
  if (!changed) return;
  auto const source = synth::synthetic_source::create(std::move(*changed));
  if (!source) return;
  kizashi::net::frame_block block;
  auto before = kizashi::timestamp{0};
  do {
    if (!(*source)->next(block)) std::abort();
    for (auto const& each : block.frames) {
      if (each.time < before) std::abort();
      before = each.time;
    }
  } while (!block.frames.empty());
}

}  // namespace

extern "C" auto LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) -> int {
  auto const scene =
      synth::parse_scenario({reinterpret_cast<char const*>(data), size}, "scenario.toml");
  if (!scene) {
    if (scene.error().message.empty()) std::abort();
    return 0;
  }
  if (synth::truth_header(*scene).find('\n') + 1 != synth::truth_header(*scene).size())
    std::abort();
  if (is_small(*scene)) play(*scene);
  return 0;
}
