// Packets of a live road, counted into the windows of the engines.
#pragma once

#include <string>
#include <utility>

#include "kizashi/engine/gatherer.hpp"
#include "kizashi/pipeline/live/analysis.hpp"
#include "kizashi/pipeline/road.hpp"

namespace kizashi::pipeline::internal {

/// What is open is part of the sensor's state; what has closed is the engines' (`analysis`).
class watched_activity final : public batch_sink {
public:
  watched_activity(std::string sensor, analysis& to)
      : sensor_{std::move(sensor)},
        to_{to},
        windows_{to.lengths(), [this](engine::activity_window const& closed) -> status {
                   to_.observe(closed);
                   return {};
                 }} {}

  [[nodiscard]] auto take(net::packet_batch const& packets, recognise::tag_columns const& tags)
      -> status override {
    return windows_.take(packets, tags, sensor_);
  }
  [[nodiscard]] auto advance_to(timestamp now) -> status {
    return windows_.advance_to(sensor_, now);
  }
  /// Before the state is saved: what has closed must not be needed again.
  [[nodiscard]] auto settle() -> status { return to_.settle(); }
  /// The stream is over.
  [[nodiscard]] auto finish() -> status {
    KIZASHI_TRY(windows_.finish());
    to_.leave(sensor_);
    return {};
  }
  [[nodiscard]] auto windows() noexcept -> engine::gatherer& { return windows_; }

private:
  std::string sensor_;
  analysis& to_;
  engine::gatherer windows_;
};

}  // namespace kizashi::pipeline::internal
