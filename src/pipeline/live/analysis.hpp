// Engines beside a telescope that runs: windows come in from its sensors, findings go out.
//
//   KIZASHI_TRY(auto engines, analysis::open(options, outlet));
//   engines->start();
//   ...                                     // by each sensor:
//   KIZASHI_TRY(engines->observe(closed));  // a window
//   KIZASHI_TRY(engines->settle());         // before it forgets where that came from
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "kizashi/base/error.hpp"
#include "kizashi/base/time.hpp"
#include "kizashi/engine/activity.hpp"
#include "kizashi/engine/finding.hpp"
#include "kizashi/engine/schedule.hpp"

namespace kizashi::pipeline {

/// Where findings of a telescope that runs go. One thread at a time calls.
class finding_outlet {
public:
  virtual ~finding_outlet() = default;
  /// `number`: ascends by one. After a crash those since the last `settle` come again, the same and
  /// in the same order.
  virtual void tell(engine::finding const& found, std::uint64_t number) = 0;
  /// Makes durable what was told. After a failure it is called again.
  [[nodiscard]] virtual auto flush() -> status = 0;
};

struct analysis_options {
  std::vector<engine::chosen_engine> engines;
  std::filesystem::path file;      ///< of their state
  std::set<std::string> sensors;   ///< that are there; engines that hear wait for no other
  std::uint64_t first_number = 0;  ///< of findings: none is told with a lower one
  /// Windows that wait may have so many bytes; a sensor waits for room. One larger than that goes
  /// alone.
  std::size_t queue_bytes = std::size_t{256} << 20;
};

/// Since the start of the process.
struct analysis_counts {
  std::uint64_t windows = 0;  ///< that engines looked at
  std::uint64_t known = 0;    ///< that came again after a restart and were looked at before it
  std::uint64_t lost = 0;     ///< that came after the engines had failed or were stopped
  std::uint64_t findings = 0;
  std::uint64_t waiting = 0;  ///< windows in the queue
  std::uint64_t waiting_bytes = 0;
  std::uint64_t waits = 0;  ///< times that a sensor waited for room
  duration busy{0};         ///< time that engines took
  std::uint64_t saves = 0;
  std::uint64_t state_bytes = 0;              ///< of the last saving
  timestamp latest = timestamp::unknown();    ///< end of the latest window
  std::optional<std::string> failure;         ///< why the engines work no more
  std::optional<std::string> outlet_failure;  ///< why findings are not durable at the moment
};

/// Every window is looked at once, also over a crash: engines save their state when a sensor saves
/// its own, and know again what they have seen. Engines never stop a sensor: after a failure of
/// theirs what comes is counted as lost. All calls from any thread.
class analysis {
public:
  /// Goes on from the state in the file. One that is damaged, or of other engines or options, is
  /// put aside, and engines begin to learn anew: `notes` says so. `to` must outlive it.
  [[nodiscard]] static auto open(analysis_options options, finding_outlet& to,
                                 std::vector<std::string>& notes)
      -> result<std::unique_ptr<analysis>>;
  ~analysis();

  void start();
  /// Looks at what waits, makes findings durable, saves the state, as far as that can be done.
  void stop();

  /// Lengths of windows that are wanted, ascending.
  [[nodiscard]] auto lengths() const -> std::vector<duration> const&;
  /// A window as `gatherer` gives them, in its order for each sensor. Waits while the queue is
  /// full. Between `start` and `stop`; later ones are lost.
  void observe(engine::activity_window closed);
  /// Waits until all that was observed has been looked at, findings are durable and the state is
  /// saved. Fails when the last two cannot be done.
  [[nodiscard]] auto settle() -> status;
  /// Nothing more comes of a sensor.
  void leave(std::string const& sensor);

  [[nodiscard]] auto counts() const -> analysis_counts;

private:
  struct desk;
  explicit analysis(std::unique_ptr<desk> made);
  std::unique_ptr<desk> desk_;
};

}  // namespace kizashi::pipeline
