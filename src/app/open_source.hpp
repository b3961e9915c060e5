// Where a command that reads packets takes them from: captures, or a telescope that does not exist.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "kizashi/capture/frame_source.hpp"

namespace kizashi::app {

/// Files, folders and patterns, or, when `scenario` is not empty, that scenario. What was odd about
/// the inputs is added to `notes`.
[[nodiscard]] auto open_source(std::vector<std::string> const& inputs, std::string const& scenario,
                               std::vector<capture::note>& notes)
    -> result<std::unique_ptr<capture::frame_source>>;

}  // namespace kizashi::app
