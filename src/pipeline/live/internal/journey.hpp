// One try of a sensor's road, from the last checkpoint on: it reads the journal, and stores and
// tells what comes out. A failure of the store ends it; the sensor then begins another one.
#pragma once

#include <atomic>
#include <chrono>
#include <functional>
#include <memory>

#include "kizashi/pipeline/live/checkpoint.hpp"
#include "kizashi/pipeline/live/internal/journal_source.hpp"
#include "kizashi/pipeline/live/internal/live_sinks.hpp"
#include "kizashi/pipeline/live/internal/receiver.hpp"
#include "kizashi/pipeline/live/internal/watched_activity.hpp"
#include "kizashi/pipeline/live/sensor.hpp"
#include "kizashi/pipeline/road.hpp"
#include "kizashi/store/observation_writer.hpp"
#include "kizashi/store/packet_writer.hpp"

namespace kizashi::pipeline::internal {

class journey {
public:
  /// `told`: listeners hear only of what lies behind it. Fails when the state cannot be used.
  [[nodiscard]] static auto begin(sensor_options const& options, receiver& from,
                                  std::shared_ptr<store::engine> into,
                                  capture::journal_position told)
      -> result<std::unique_ptr<journey>>;

  enum class step : std::uint8_t {
    went_on,
    saved,      ///< the state too: here one may end
    caught_up,  ///< all that is in the journal was read
  };
  /// Reads on until the journal has nothing more or `flush` is due. `is_last`: the next mark is to
  /// be a checkpoint, whenever the last one was.
  [[nodiscard]] auto go_on(bool is_last) -> result<step>;
  /// Nothing will come any more: ends what is open, and makes everything durable.
  [[nodiscard]] auto finish() -> status;

  /// Where it is in the journal.
  [[nodiscard]] auto position() const noexcept -> capture::journal_position {
    return source_.journal().position();
  }
  [[nodiscard]] auto store_counts() const -> store::writer_counts { return packets_.counts(); }
  [[nodiscard]] auto open() const -> open_counts { return road_->open(); }
  [[nodiscard]] auto frames() const noexcept -> std::uint64_t { return source_.frames(); }
  [[nodiscard]] auto sinks() const noexcept -> live_sinks const& { return sinks_; }
  [[nodiscard]] auto checkpoints() const noexcept -> std::uint64_t { return checkpoints_; }

private:
  journey(sensor_options const& options, receiver& from, journal_source source,
          store::packet_writer packets, std::unique_ptr<store::observation_writer> found,
          capture::journal_position told);
  [[nodiscard]] auto close_block(bool is_last) -> result<step>;
  /// Makes what ended in silence durable: then no block ends.
  [[nodiscard]] auto store_observations(bool is_due) -> status;
  /// Whether this mark is to be a checkpoint.
  [[nodiscard]] auto is_save_due() const -> bool;
  [[nodiscard]] auto save(bool has_ended) -> status;
  /// Null: there are no engines.
  [[nodiscard]] auto open_activity() const -> engine::gatherer* {
    return activity_ ? &activity_->windows() : nullptr;
  }

  sensor_options const& options_;
  receiver& from_;
  journal_source source_;
  store::packet_writer packets_;
  std::unique_ptr<store::observation_writer> found_;
  std::unique_ptr<watched_activity> activity_;  // null: there are no engines
  live_sinks sinks_;
  road_options road_options_;
  std::unique_ptr<road> road_;
  checkpoint last_;  // the one that was saved
  std::chrono::steady_clock::time_point last_time_;
  std::chrono::steady_clock::time_point found_time_;  // of the last `store_observations`
  duration save_took_{0};
  std::uint64_t checkpoints_ = 0;
};

/// So small that a journal of `journal_bytes` has several: one is removed as a whole.
[[nodiscard]] auto segment_bytes(sensor_options const& options) -> std::uint64_t;
/// The file of a sensor's state.
[[nodiscard]] auto state_file(sensor_options const& options) -> std::filesystem::path;
[[nodiscard]] auto journal_folder(std::filesystem::path const& sensor_folder)
    -> std::filesystem::path;

}  // namespace kizashi::pipeline::internal
