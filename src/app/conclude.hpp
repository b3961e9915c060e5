// From what the road observed to what a report says of it.
#pragma once

#include <filesystem>
#include <vector>

#include "kizashi/app/report.hpp"
#include "kizashi/app/settings.hpp"
#include "kizashi/pipeline/road.hpp"

namespace kizashi::app {

/// Findings that are empty but for the tables: the shipped ones and those that `set` names, and the
/// truth by which screening is judged (a file; empty: none). What a person should know of the files
/// becomes notes. Fails when a file cannot be used.
[[nodiscard]] auto open_findings(settings const& set, std::string const& truth,
                                 std::vector<capture::note>& notes) -> result<findings>;

/// Draws the conclusions into `out.found`. With a `folder`, profiles.csv is written there: each
/// source with what is concluded of it.
[[nodiscard]] auto conclude(pipeline::observations const& observed,
                            std::filesystem::path const& folder, report& out) -> status;

}  // namespace kizashi::app
