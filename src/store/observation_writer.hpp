// What counting and tracking found, on its way into a store: windows, scan events and victims.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string_view>

#include "kizashi/base/error.hpp"
#include "kizashi/store/engine.hpp"
#include "kizashi/store/packet_columns.hpp"
#include "kizashi/telescope/dos/dos_event.hpp"
#include "kizashi/telescope/events/scan_event.hpp"
#include "kizashi/telescope/window.hpp"

namespace kizashi::store {

/// Rows of the tables `windows`, `events` and `attacks`, of one sensor. A stream's observations
/// stand there once: those of the reading that went furthest, of equally far ones the latest. A
/// capture that was cut or has grown may have other events than before (docs/events.md: an open
/// event gets more ports, an earlier begin, another class; 33 open ones become one), so they are
/// replaced as a whole: a new generation is written, then all others of that stream are taken away.
/// The table `readings` says which generation is true. A writer that dies is made good by the next
/// reading.
///
/// A stream that never ends has one generation, to which `flush` adds what has come. Whoever writes
/// it must give the same rows when it goes on after a crash; those that the store has by then stand
/// there once (`final`).
///
/// Memory: all windows (60 B each) and `block_rows` rows of the others; all since the last `flush`.
class observation_writer final : public telescope::window_sink {
public:
  static constexpr std::size_t block_rows = 100'000;
  /// Gives every event and every victim of the stream by `add`, in the same order each time.
  using giver = std::function<status(observation_writer&)>;

  /// `numbers`: of the sensor, the scanners and the fingerprints in this store.
  observation_writer(std::shared_ptr<engine> into, block_context numbers);
  ~observation_writer() override;
  observation_writer(observation_writer const&) = delete;
  auto operator=(observation_writer const&) -> observation_writer& = delete;

  [[nodiscard]] auto observe(telescope::window const& closed) -> status override;
  /// `pattern` is what the end of the stream tells of it.
  [[nodiscard]] auto add(telescope::scan_event const& closed, telescope::scan_pattern pattern)
      -> status;
  [[nodiscard]] auto add(telescope::dos_event const& closed) -> status;
  /// Stores what was observed and what `all` gives, unless the store has it or has what a longer
  /// reading found; returns when it is durable. `all` is called once, and again when there is
  /// something to store. `epoch`: of the stream (`packet_writer::epoch`; 0: nothing of it is in the
  /// store, and nothing comes). `packets`: so many of it were read.
  [[nodiscard]] auto finish(std::uint64_t epoch, std::uint64_t packets, giver const& all) -> status;
  /// Stores what was observed and added since the last `flush`, of a stream that never ends;
  /// returns when it is durable. After a failure everything that is not known to be stored is kept
  /// for the next. `epoch`: the stream's name, not 0, always the same. Not with `finish`.
  [[nodiscard]] auto flush(std::uint64_t epoch) -> status;

private:
  struct rows;
  /// What to do with a block. `digesting`: nothing is written.
  enum class phase : std::uint8_t { digesting, replacing, adding };
  /// Hands a block on: to the digest, or to the table.
  [[nodiscard]] auto store(std::string_view table, native_block& block) -> status;
  [[nodiscard]] auto store_windows() -> status;
  [[nodiscard]] auto store_events() -> status;
  [[nodiscard]] auto store_attacks() -> status;
  [[nodiscard]] auto store_all(giver const& all) -> status;

  std::shared_ptr<engine> engine_;
  block_context numbers_;
  std::unique_ptr<rows> rows_;
  std::uint64_t epoch_ = 0;
  std::uint64_t generation_ = 0;  // 0: none yet
  std::uint64_t digest_ = 0;
  phase phase_ = phase::digesting;
  bool is_given_ = false;  // by a `giver`, which can give it again
};

}  // namespace kizashi::store
