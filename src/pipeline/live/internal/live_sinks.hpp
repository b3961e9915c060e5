// What comes out of a live road goes three ways: into the store, to the windows of the engines, and
// to those who listen.
#pragma once

#include <algorithm>
#include <atomic>
#include <functional>

#include "kizashi/pipeline/live/sensor.hpp"
#include "kizashi/store/observation_writer.hpp"
#include "kizashi/store/packet_writer.hpp"

namespace kizashi::pipeline::internal {

class live_sinks final : public telescope::window_sink,
                         public telescope::event_sink,
                         public telescope::dos_sink,
                         public batch_sink {
public:
  /// `activity`: null: nobody wants it. `is_news`: whether listeners are to hear of what comes now.
  live_sinks(store::packet_writer& packets, store::observation_writer& found, batch_sink* activity,
             sensor_listeners const& listeners, std::function<bool()> is_news)
      : packets_{packets},
        found_{found},
        activity_{activity},
        listeners_{listeners},
        is_news_{std::move(is_news)} {}

  [[nodiscard]] auto observe(telescope::window const& closed) -> status override {
    ++windows;
    KIZASHI_TRY(found_.observe(closed));
    return listeners_.windows != nullptr && is_news_() ? listeners_.windows->observe(closed)
                                                       : status{};
  }
  [[nodiscard]] auto observe(telescope::scan_event const& closed) -> status override {
    ++events;
    KIZASHI_TRY(found_.add(closed, closed.pattern));
    return listeners_.events != nullptr && is_news_() ? listeners_.events->observe(closed)
                                                      : status{};
  }
  [[nodiscard]] auto observe(telescope::dos_event const& closed) -> status override {
    ++attacks;
    KIZASHI_TRY(found_.add(closed));
    return listeners_.attacks != nullptr && is_news_() ? listeners_.attacks->observe(closed)
                                                       : status{};
  }
  [[nodiscard]] auto take(net::packet_batch const& packets, recognise::tag_columns const& tags)
      -> status override {
    auto latest = watermark.load(std::memory_order_relaxed);
    for (std::size_t i = 0; i < packets.size(); ++i) latest = std::max(latest, packets.time[i]);
    watermark.store(latest, std::memory_order_relaxed);
    KIZASHI_TRY(packets_.add(packets, tags));
    if (activity_ != nullptr) KIZASHI_TRY(activity_->take(packets, tags));
    return listeners_.packets != nullptr && is_news_() ? listeners_.packets->take(packets, tags)
                                                       : status{};
  }

  std::atomic<std::uint64_t> windows{0};
  std::atomic<std::uint64_t> events{0};
  std::atomic<std::uint64_t> attacks{0};
  std::atomic<std::int64_t> watermark{timestamp::unknown().nanoseconds()};

private:
  store::packet_writer& packets_;
  store::observation_writer& found_;
  batch_sink* activity_;
  sensor_listeners const& listeners_;
  std::function<bool()> is_news_;
};

}  // namespace kizashi::pipeline::internal
