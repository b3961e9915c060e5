// What a live sensor sees, for those who look on: windows and events as JSON, and a sample of
// packets four times a second.
#pragma once

#include <chrono>
#include <string>

#include "kizashi/app/event_lines.hpp"
#include "kizashi/app/findings.hpp"
#include "kizashi/live/event_log.hpp"
#include "kizashi/live/frame_log.hpp"
#include "kizashi/net/prefix_set.hpp"
#include "kizashi/pipeline/live/sensor.hpp"

namespace kizashi::app {

/// Of one sensor; called by its thread.
class live_feed final : public telescope::window_sink,
                        public telescope::event_sink,
                        public telescope::dos_sink,
                        public pipeline::batch_sink {
public:
  /// The references outlive it. `number`: of the sensor in the store.
  live_feed(std::string sensor, std::uint16_t number, net::prefix_set const& darknet,
            recognition_tables const& tables, live::event_log& events, live::frame_log& frames,
            recognise::place_table const& places);

  [[nodiscard]] auto observe(telescope::window const& closed) -> status override;
  [[nodiscard]] auto observe(telescope::scan_event const& closed) -> status override;
  [[nodiscard]] auto observe(telescope::dos_event const& closed) -> status override;
  [[nodiscard]] auto take(net::packet_batch const& packets, recognise::tag_columns const& tags)
      -> status override;
  [[nodiscard]] auto listeners() -> pipeline::sensor_listeners { return {this, this, this, this}; }

private:
  void hand_on();

  std::string sensor_;
  std::uint16_t number_;
  net::prefix_set const& darknet_;
  event_lines lines_;
  live::event_log& events_;
  live::frame_log& frames_;
  recognise::place_table const& places_;
  live::frame_sampler sampler_;
  std::chrono::steady_clock::time_point begun_;
  timestamp first_ = timestamp::unknown();
};

}  // namespace kizashi::app
