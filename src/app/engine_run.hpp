// Engines at work over the packets of one run, and their findings on the way into a store.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "kizashi/base/error.hpp"
#include "kizashi/engine/finding.hpp"
#include "kizashi/engine/gatherer.hpp"
#include "kizashi/engine/schedule.hpp"
#include "kizashi/pipeline/road.hpp"
#include "kizashi/store/engine.hpp"

namespace kizashi::app {

/// What a run of engines amounted to.
struct detect_report {
  std::vector<engine::chosen_engine> engines;
  std::vector<engine::finding> found;  ///< in the order in which they were found
  std::uint64_t packets = 0;           ///< that ask, counted in windows
  std::uint64_t late = 0;              ///< that came behind their window
  bool is_partial = false;
};

class engine_run {
public:
  [[nodiscard]] static auto make(std::vector<engine::chosen_engine> chosen)
      -> result<std::unique_ptr<engine_run>>;

  [[nodiscard]] auto windows() noexcept -> engine::gatherer& { return windows_; }
  /// The end of all packets. Once.
  [[nodiscard]] auto finish() -> result<detect_report>;

private:
  explicit engine_run(std::vector<engine::chosen_engine> chosen,
                      std::unique_ptr<engine::finding_list> found, engine::schedule desk);

  std::vector<engine::chosen_engine> chosen_;
  std::unique_ptr<engine::finding_list> found_;
  engine::schedule desk_;
  engine::gatherer windows_;
};

/// Packets of the road on their way to the windows of engines, and to `also` where it is not null.
class engine_packets final : public pipeline::batch_sink {
public:
  engine_packets(engine_run& to, std::string sensor, pipeline::batch_sink* also = nullptr)
      : to_{to}, sensor_{std::move(sensor)}, also_{also} {}
  [[nodiscard]] auto take(net::packet_batch const& packets, recognise::tag_columns const& tags)
      -> status override;

private:
  engine_run& to_;
  std::string sensor_;
  pipeline::batch_sink* also_;
};

/// What is worth keeping: that there was not enough data only when nothing else was found.
[[nodiscard]] auto worth_keeping(std::vector<engine::finding> const& found)
    -> std::vector<engine::finding const*>;
/// Puts these into a store that this process owns, as news of what it has; says how many.
[[nodiscard]] auto keep_in_store(std::shared_ptr<store::engine> const& into,
                                 std::vector<engine::finding> const& found) -> result<std::size_t>;

}  // namespace kizashi::app
