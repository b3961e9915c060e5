#include "kizashi/app/open_source.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

#include "kizashi/capture/inputs.hpp"
#include "kizashi/capture/synth/synthetic_source.hpp"

namespace kizashi::app {

auto open_source(std::vector<std::string> const& inputs, std::string const& scenario,
                 std::vector<capture::note>& notes)
    -> result<std::unique_ptr<capture::frame_source>> {
  if (scenario.empty()) {
    KIZASHI_TRY(auto found, capture::find_captures(inputs));
    std::move(found.notes.begin(), found.notes.end(), std::back_inserter(notes));
    return capture::open_captures(std::move(found.paths));
  }
  KIZASHI_TRY(auto scene, capture::synth::load_scenario(scenario));
  KIZASHI_TRY(auto source, capture::synth::synthetic_source::create(std::move(scene)));
  return source;
}

}  // namespace kizashi::app
