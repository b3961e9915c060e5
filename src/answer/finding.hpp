// Findings of the engines and the engines themselves, as the command line and the API say them.
#pragma once

#include <string>
#include <string_view>

#include "kizashi/answer/json_document.hpp"
#include "kizashi/engine/engine.hpp"
#include "kizashi/engine/finding.hpp"
#include "kizashi/store/stored_findings.hpp"

namespace kizashi::answer {

/// One finding with everything. `title` and `method` (the page of the documentation) are null where
/// this program does not have its engine. Destinations are never in it.
[[nodiscard]] auto finding_json(engine::finding const& each) -> json;
/// The same without the series, and with no more sources than a list has.
[[nodiscard]] auto finding_row_json(engine::finding const& each) -> json;

/// Reads "tcp/23", "icmp/8.0", "47/0": what `engine::service::to_string` writes. Fails with what
/// was expected.
[[nodiscard]] auto parse_service(std::string_view text) -> result<engine::service>;

/// "id,engine,...": the names of what `finding_csv_line` has.
[[nodiscard]] auto finding_csv_head() -> std::string;
/// Without evidence, series and sources; services, engines and sensors with blanks between.
[[nodiscard]] auto finding_csv_line(engine::finding const& each) -> std::string;

/// An engine with its options: name, default, what is expected, help.
[[nodiscard]] auto engine_json(engine::descriptor const& about) -> json;

}  // namespace kizashi::answer
