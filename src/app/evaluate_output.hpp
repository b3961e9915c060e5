// How an evaluation of the engines is written.
#pragma once

#include "kizashi/app/text_sink.hpp"
#include "kizashi/engine/evaluation/evaluation.hpp"

namespace kizashi::app {

[[nodiscard]] auto write_evaluation_text(engine::evaluation const& what, text_sink& out) -> status;
[[nodiscard]] auto write_evaluation_json(engine::evaluation const& what, text_sink& out) -> status;
/// One page that needs nothing else: scores, outbreaks, and when each was told.
[[nodiscard]] auto write_evaluation_html(engine::evaluation const& what, text_sink& out) -> status;

}  // namespace kizashi::app
