// A live sensor: packets as they come, on the whole road, into the store and to those who listen.
//
//   source -> journal -> road -> store, listeners
//
// What is received is appended to a journal at once; the road reads the journal, never the source.
// So everything that comes out follows from the journal: a restart goes on from the last checkpoint
// and reads from there again, and what was stored before is known and not stored twice.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "kizashi/base/error.hpp"
#include "kizashi/capture/live/live_source.hpp"
#include "kizashi/pipeline/road.hpp"
#include "kizashi/store/engine.hpp"
#include "kizashi/store/packet_writer.hpp"

namespace kizashi::pipeline {

/// Who hears of what a sensor sees, from the sensor's own thread. What is read again after a
/// restart is not told again as far as it was told before the last checkpoint.
struct sensor_listeners {
  telescope::window_sink* windows = nullptr;
  telescope::event_sink* events = nullptr;
  telescope::dos_sink* attacks = nullptr;
  batch_sink* packets = nullptr;
};

class analysis;

struct sensor_options {
  std::string name;                           ///< in the store and everywhere else
  std::filesystem::path folder;               ///< for its journal and its state; its own
  duration flush = std::chrono::seconds{60};  ///< after so long packets are in the store
  /// Between two savings of the state. Longer where saving takes more than a hundredth of it;
  /// shorter where a quarter of `journal_bytes` would have to be read again.
  duration checkpoint = std::chrono::minutes{5};
  /// A stop goes on for so long, and then leaves what is not yet stored in the journal.
  duration stop = std::chrono::seconds{20};
  std::uint64_t journal_bytes = std::uint64_t{8} << 30;  ///< what is more is dropped, and counted
  store::writer_options writer;  ///< names and places; `sensor` is set by the sensor
  /// Workers, darknet, recognition and so on. The sinks are set by the sensor, and it keeps no
  /// totals of the run.
  road_options road;
  sensor_listeners listeners;
  /// Engines that look at who asked for what; null: none. They outlive the sensor.
  analysis* engines = nullptr;
  /// Where the source is, to be kept with its frames: `folder_bookmark`. Called by the thread that
  /// receives.
  std::function<std::string()> note;
};

enum class sensor_phase : std::uint8_t {
  starting,
  catching_up,  ///< reads again what was received before the restart
  running,
  waiting,  ///< something failed (`failure`) and is tried again
  ended,    ///< the source is at its end and everything is in the store
  stopped,
};

[[nodiscard]] auto name_of(sensor_phase phase) -> std::string_view;

/// Counted since the start of the process.
struct sensor_counts {
  sensor_phase phase = sensor_phase::starting;
  capture::live::source_statistics source;
  std::uint64_t journaled = 0;        ///< frames in the journal
  std::uint64_t journal_dropped = 0;  ///< frames that it had no room for
  std::uint64_t journal_bytes = 0;    ///< now
  std::uint64_t walked = 0;           ///< frames that the road has taken
  store::writer_counts store;
  std::uint64_t windows = 0;
  std::uint64_t events = 0;
  std::uint64_t attacks = 0;
  open_counts open;  ///< when the road was at rest last
  std::uint64_t checkpoints = 0;
  std::uint64_t restarts = 0;                  ///< of the road, after a failure
  timestamp watermark = timestamp::unknown();  ///< the latest packet that the road has taken
  std::optional<error> failure;                ///< why it waits
  std::optional<error> source_failure;         ///< why nothing comes or is kept
};

class sensor {
public:
  /// What the last process noted of where the source was (`sensor_options::note`); empty: nothing.
  /// To be asked before the source is opened.
  [[nodiscard]] static auto last_note(std::filesystem::path const& folder) -> result<std::string>;

  /// Opens the journal and reads the state. Fails when the state is damaged, of another version or
  /// of other options, and says what to do.
  [[nodiscard]] static auto open(sensor_options options,
                                 std::unique_ptr<capture::live::live_source> from,
                                 std::shared_ptr<store::engine> into)
      -> result<std::unique_ptr<sensor>>;
  virtual ~sensor() = default;

  /// Starts its threads.
  virtual void start() = 0;
  /// Stops receiving, stores what was received, saves the state, and waits for all that. What takes
  /// longer than `sensor_options::stop` stays in the journal, for the next start. A second call
  /// does nothing.
  virtual void stop() = 0;
  [[nodiscard]] virtual auto counts() const -> sensor_counts = 0;
  [[nodiscard]] virtual auto name() const -> std::string const& = 0;
};

}  // namespace kizashi::pipeline
