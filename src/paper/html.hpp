// A report as one HTML file that needs nothing else: its style is in it, its plots are SVG with a
// table beside each, its fonts are those of the system, and it has no script. It is made for A4.
#pragma once

#include <string>

#include "kizashi/answer/json_document.hpp"
#include "kizashi/paper/words.hpp"

namespace kizashi::paper {

/// `report`: a document "kizashi-report/1" (`make_document`). Equal documents give equal files.
[[nodiscard]] auto html_of(answer::json const& report, language in) -> std::string;

}  // namespace kizashi::paper
