// From packet batches to activity windows.
//
//   gatherer all{{10min, 1min}, [&](activity_window const& closed) { return desk.observe(closed);
//   }}; KIZASHI_TRY(all.take(batch, tags, "north")); KIZASHI_TRY(all.finish());
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "kizashi/base/error.hpp"
#include "kizashi/base/state.hpp"
#include "kizashi/base/time.hpp"
#include "kizashi/engine/activity.hpp"
#include "kizashi/net/packet_batch.hpp"
#include "kizashi/recognise/tag_columns.hpp"

namespace kizashi::engine {

/// Counts the packets that ask, by interval, source and service; exactly. Windows begin at whole
/// multiples of their length since 1970. A window closes when the time has passed its end by the
/// lateness: that of the packets, or the one that `advance_to` tells; packets of closed windows are
/// left out and counted. Between two windows with packets there is one without for each interval,
/// up to a week of them. The order in which windows close does not depend on where batches end.
/// Memory: 16 bytes for each source and service of the open windows, at each length.
class gatherer {
public:
  using sink = std::function<status(activity_window const&)>;

  /// Lengths more than zero and all different. `lateness`: less than the shortest.
  gatherer(std::vector<duration> lengths, sink to, duration lateness = std::chrono::seconds{10});
  ~gatherer();
  gatherer(gatherer const&) = delete;
  auto operator=(gatherer const&) -> gatherer& = delete;

  /// Rows `begin` to `end` of a batch, all of one sensor.
  [[nodiscard]] auto take(net::packet_batch const& packets, recognise::tag_columns const& tags,
                          std::string_view sensor, std::size_t begin, std::size_t end) -> status;
  [[nodiscard]] auto take(net::packet_batch const& packets, recognise::tag_columns const& tags,
                          std::string_view sensor) -> status {
    return take(packets, tags, sensor, 0, packets.size());
  }
  /// Says that no packet of the sensor that is still to come is earlier than `now`. As long as that
  /// is true it changes when windows close and nothing else.
  [[nodiscard]] auto advance_to(std::string_view sensor, timestamp now) -> status;
  /// Closes all windows. One that the stream left before nine tenths of it is given as missing.
  [[nodiscard]] auto finish() -> status;

  /// What is open. Into one of the same lengths that has taken nothing; of other lengths it goes on
  /// as if nothing had come.
  void save(state_writer& out) const;
  void restore(state_reader& in);

  [[nodiscard]] auto late() const noexcept -> std::uint64_t { return late_; }
  /// Packets that counted at one length.
  [[nodiscard]] auto counted() const noexcept -> std::uint64_t { return counted_; }

private:
  struct stream;
  [[nodiscard]] auto stream_of(std::string_view sensor) -> stream&;
  [[nodiscard]] auto close_until(stream& in, std::int64_t watermark) -> status;
  [[nodiscard]] auto give(stream const& of, activity_window closed) -> status;

  std::vector<duration> lengths_;
  sink to_;
  duration lateness_;
  std::uint64_t late_ = 0;
  std::uint64_t counted_ = 0;
  std::vector<std::unique_ptr<stream>> streams_;  // by sensor, in the order of their first packet
};

}  // namespace kizashi::engine
