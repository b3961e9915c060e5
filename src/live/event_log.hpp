// What happens, for everybody who looks on: numbered events in a ring. Whoever reads has a place in
// it and nothing else, so a slow reader costs nothing and delays nobody; one that falls behind the
// ring is told so.
//
//   live::event_log log{{.run = started}};
//   log.add({.topic = "attack", .data = R"({"host":"192.0.2.7"})", .sensor = "north"});
//   auto const news = log.read(place);   // news.events, news.next
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "kizashi/net/address.hpp"

namespace kizashi::live {

/// What events are about, as one may ask for it.
inline constexpr std::string_view topics[] = {"window", "scan", "attack", "finding", "job"};

/// Something that happened. Who may see it follows from `sensor` and `about`.
struct event {
  std::string topic = {};                  ///< one of `topics`
  std::string data = {};                   ///< one line of JSON
  std::string sensor = {};                 ///< whose; empty: of all together
  std::optional<net::address> about = {};  ///< the source that it tells of
  bool is_public = false;                  ///< for everybody, whatever they may see
  std::optional<std::string> owner = {};   ///< the account that alone may see it
  std::uint64_t number = 0;                ///< given by the log, 1 ..
};

/// A place between two events: of which run of the program, and behind which event.
struct event_place {
  std::uint64_t run = 0;
  std::uint64_t number = 0;
  /// "17-1234".
  [[nodiscard]] auto to_string() const -> std::string;
  [[nodiscard]] static auto parse(std::string_view text) -> std::optional<event_place>;
  friend auto operator==(event_place const&, event_place const&) -> bool = default;
};

struct event_news {
  std::vector<std::shared_ptr<event const>> events;  ///< in their order
  event_place next;                                  ///< where to go on
  /// Events between the place that was asked from and the first given are gone, or the place was
  /// of another run: what the reader knows may be old.
  bool has_gap = false;
};

struct event_log_options {
  std::uint64_t run = 1;                           ///< another one each time the program starts
  std::size_t most_events = 10'000;                ///< that are kept
  std::size_t most_bytes = std::size_t{16} << 20;  ///< of all topics and data
};

/// All calls from any thread.
class event_log {
public:
  explicit event_log(event_log_options options = {}) : options_{options} {}

  /// Control characters in `topic` and line ends in `data` become blanks: an event is one line.
  /// Returns its number.
  auto add(event what) -> std::uint64_t;
  /// Behind the last event: where a reader begins that wants news alone.
  [[nodiscard]] auto end() const -> event_place;
  /// What is behind `from`, `most` events at most.
  [[nodiscard]] auto read(event_place from, std::size_t most = 256) const -> event_news;
  /// `call` is called after each event, from the thread that added it, and must not wait. One
  /// listener; none: an empty function.
  void on_news(std::function<void()> call);

private:
  event_log_options options_;
  mutable std::mutex lock_;
  std::deque<std::shared_ptr<event const>> events_;
  std::size_t bytes_ = 0;
  std::uint64_t last_ = 0;
  std::mutex listening_;
  std::function<void()> listener_;
};

}  // namespace kizashi::live
