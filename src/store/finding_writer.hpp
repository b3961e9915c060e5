// What counting and tracking found, on its way into a store: windows, scan events and victims.
#pragma once

#include <cstdint>
#include <memory>
#include <string_view>

#include "kizashi/base/error.hpp"
#include "kizashi/store/engine.hpp"
#include "kizashi/store/packet_columns.hpp"
#include "kizashi/telescope/dos/dos_event.hpp"
#include "kizashi/telescope/events/scan_event.hpp"
#include "kizashi/telescope/window.hpp"

namespace kizashi::store {

/// Rows of the tables `windows`, `events` and `attacks`, of one sensor. The same rows in the same
/// order are stored once. Memory: all windows (60 B each) and `block_rows` rows of the others.
class finding_writer final : public telescope::window_sink {
public:
  static constexpr std::size_t block_rows = 100'000;

  /// `numbers`: of the sensor, the scanners and the fingerprints in this store.
  finding_writer(std::shared_ptr<engine> into, block_context numbers);
  ~finding_writer() override;
  finding_writer(finding_writer const&) = delete;
  auto operator=(finding_writer const&) -> finding_writer& = delete;

  [[nodiscard]] auto observe(telescope::window const& closed) -> status override;
  /// `pattern` is what the end of the stream tells of it.
  [[nodiscard]] auto add(telescope::scan_event const& closed, telescope::scan_pattern pattern)
      -> status;
  [[nodiscard]] auto add(telescope::dos_event const& closed) -> status;
  /// Returns when everything is durable. `epoch`: of the stream (`packet_writer::epoch`).
  [[nodiscard]] auto finish(std::uint64_t epoch) -> status;

private:
  struct rows;
  [[nodiscard]] auto store(std::string_view table, native_block const& block) -> status;
  [[nodiscard]] auto store_events() -> status;
  [[nodiscard]] auto store_attacks() -> status;

  std::shared_ptr<engine> engine_;
  block_context numbers_;
  std::unique_ptr<rows> rows_;
};

}  // namespace kizashi::store
