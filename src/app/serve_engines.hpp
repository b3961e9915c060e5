// The detection engines of a server: their findings go into the store and to those who listen.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "kizashi/answer/json_document.hpp"
#include "kizashi/base/metrics.hpp"
#include "kizashi/live/event_log.hpp"
#include "kizashi/pipeline/live/analysis.hpp"
#include "kizashi/store/engine_findings.hpp"

namespace kizashi::app {

/// Findings of a server's engines, on their way.
class serve_findings final : public pipeline::finding_outlet {
public:
  serve_findings(std::shared_ptr<store::engine> into, live::event_log& events)
      : stored_{std::move(into)}, events_{events} {}

  /// Listeners hear of all but shortages: those say that engines still learn, and the status does,
  /// too.
  void tell(engine::finding const& found, std::uint64_t number) override;
  [[nodiscard]] auto flush() -> status override { return stored_.flush(); }

private:
  store::engine_finding_writer stored_;
  live::event_log& events_;
};

/// Of the engines of the server with that data directory. Their findings are numbered on from those
/// that the store has, so that what is told later replaces what was told of the same id.
[[nodiscard]] auto analysis_options_of(std::vector<engine::chosen_engine> engines,
                                       std::filesystem::path const& data, store::engine& store)
    -> result<pipeline::analysis_options>;
/// How the engines are, for the status; null where there are none.
[[nodiscard]] auto engines_json(pipeline::analysis const* engines) -> answer::json;
/// What is not as it should be.
[[nodiscard]] auto degradations(pipeline::analysis_counts const& counts)
    -> std::vector<std::string>;
/// `engines` lives as long as `to`.
void register_metrics(metrics& to, pipeline::analysis const& engines);

}  // namespace kizashi::app
