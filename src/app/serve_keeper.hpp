// How a server keeps house while it runs: once a day, what is not to be kept goes.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>

#include "kizashi/access/door.hpp"
#include "kizashi/app/serve_settings.hpp"
#include "kizashi/base/log.hpp"
#include "kizashi/store/engine.hpp"

namespace kizashi::app {

/// Whether the clock went over the time of day `at` between the two times. Not when it went back.
[[nodiscard]] auto is_due(duration at, timestamp before, timestamp now) -> bool;

/// A thread that looks at the clock every second and at the size and the memory of the store every
/// minute. What fails is logged, and tried again the next day; nothing stops the server.
class serve_keeper {
public:
  struct parts {
    std::shared_ptr<store::engine> engine;
    std::filesystem::path store;  ///< its folder
    access::door& door;
    logger& log;
  };
  serve_keeper(parts of, house_rules rules);
  /// Ends the thread; what it is doing at the moment is left where going on is possible.
  ~serve_keeper();
  serve_keeper(serve_keeper const&) = delete;
  auto operator=(serve_keeper const&) -> serve_keeper& = delete;

  /// From now on.
  void set(house_rules rules);

  struct view {
    std::optional<std::uint64_t> store_bytes;    ///< nothing: not known yet
    std::optional<std::uint64_t> engine_memory;  ///< bytes; nothing: not known
    timestamp kept = timestamp::unknown();       ///< when the house was kept last
  };
  [[nodiscard]] auto look() const -> view;

private:
  void work();
  void measure();
  void keep_house(house_rules const& rules);
  [[nodiscard]] auto drop_days(house_rules const& rules) -> status;
  [[nodiscard]] auto tidy() -> status;
  [[nodiscard]] auto trim(house_rules const& rules) -> status;
  void say(log_level level, std::string_view what);
  [[nodiscard]] auto wants_stop() const -> bool;

  parts of_;
  mutable std::mutex mutex_;  // guards what follows
  std::condition_variable woken_;
  house_rules rules_;
  view view_;
  bool is_stopping_ = false;
  std::thread thread_;
};

}  // namespace kizashi::app
