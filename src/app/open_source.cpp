#include "kizashi/app/open_source.hpp"

#include <utility>

#include "kizashi/capture/inputs.hpp"
#include "kizashi/capture/synth/synthetic_source.hpp"

namespace kizashi::app {

auto open_source(std::vector<std::string> const& inputs, std::string const& scenario,
                 std::vector<capture::note>& notes)
    -> result<std::unique_ptr<capture::frame_source>> {
  if (scenario.empty()) {
    KIZASHI_TRY(auto found, capture::find_captures(inputs));
    notes = std::move(found.notes);
    return capture::open_captures(std::move(found.paths));
  }
  KIZASHI_TRY(auto scene, capture::synth::load_scenario(scenario));
  KIZASHI_TRY(auto source, capture::synth::synthetic_source::create(std::move(scene)));
  return source;
}

}  // namespace kizashi::app
