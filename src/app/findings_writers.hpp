// The parts of a report that tell what was recognised, in its three forms. `what.found` is there.
#pragma once

#include <filesystem>

#include "kizashi/app/json_document.hpp"
#include "kizashi/app/report.hpp"

namespace kizashi::app {

/// Members of the document of `write_json`.
[[nodiscard]] auto write_findings_json(report const& what, json_document& out) -> status;
/// What is concluded of a source; null when it is none of the shown ones.
[[nodiscard]] auto source_json(findings const& found, net::address address) -> json;

/// tools.csv, classes.csv, known_scanners.csv, campaigns.csv, coordinated.csv and screening.csv.
/// Besides these: events.csv and dos_victims.csv (event_tables.hpp), profiles.csv (conclude.hpp).
[[nodiscard]] auto write_findings_csv(report const& what, std::filesystem::path const& folder)
    -> status;

}  // namespace kizashi::app
