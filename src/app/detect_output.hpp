// How findings of the engines are written.
#pragma once

#include <cstddef>

#include "kizashi/app/engine_run.hpp"
#include "kizashi/app/json_document.hpp"
#include "kizashi/app/report_page.hpp"
#include "kizashi/app/text_sink.hpp"

namespace kizashi::app {

[[nodiscard]] auto write_detect_json(detect_report const& what, text_sink& out) -> status;
/// The same as a part of the documents of others: packets, late, engines and findings.
[[nodiscard]] auto detected_json(detect_report const& what) -> json;
/// Likewise, for people.
[[nodiscard]] auto write_detected_text(detect_report const& what, report_page& page) -> status;
/// At most `top` findings, 0: all.
[[nodiscard]] auto write_detect_text(detect_report const& what, std::size_t top, text_sink& out)
    -> status;

/// The engines with their options, for people and as JSON.
[[nodiscard]] auto write_engine_list(text_sink& out) -> status;
[[nodiscard]] auto write_engine_json(text_sink& out) -> status;

}  // namespace kizashi::app
