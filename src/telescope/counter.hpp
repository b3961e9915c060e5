// One worker's counting: batches in, closed windows out, and at the end its part of the summary.
//
// All workers see all batches, in the same order, and each counts the rows whose source it owns and
// the rows whose destination it owns (`batch_plan`). Nothing is shared. Since all of them read the
// same times they open and close the same windows, and the parts of one window add up
// (`window_merger`).
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "kizashi/base/error.hpp"
#include "kizashi/base/state.hpp"
#include "kizashi/net/packet_batch.hpp"
#include "kizashi/recognise/place.hpp"
#include "kizashi/telescope/batch_plan.hpp"
#include "kizashi/telescope/tally.hpp"
#include "kizashi/telescope/window.hpp"

namespace kizashi::telescope {

struct counter_options {
  unsigned workers = 1;
  duration window_length = std::chrono::seconds{60};
  /// See `pipeline::road_options::lateness`.
  duration lateness = std::chrono::seconds{10};
  std::size_t top_sources = 10;  ///< 0: all
  /// Bytes that one worker's sets may have; then what no open window needs goes to temporary files.
  std::size_t set_memory = std::size_t{256} << 20;
  recognise::place_table const* places = nullptr;
  bool window_ports = false;   ///< fill `window::ports`
  bool source_totals = false;  ///< fill `window::totals`
  /// Count what the whole run amounts to. Without it members of sets are forgotten when their
  /// window has closed, and `finish` answers the order alone.
  bool run_totals = true;
};

class counter {
public:
  /// `worker` < `options.workers`.
  counter(counter_options const& options, unsigned worker);
  counter(counter&&) noexcept;
  ~counter();

  /// Counts this worker's rows of the batch number `sequence` (0, 1, 2 ...). Appends its parts of
  /// the windows that closed, windows without packets included. Fails when sets cannot be written
  /// to temporary files.
  [[nodiscard]] auto count(net::packet_batch const& batch, batch_plan const& plan,
                           std::uint64_t sequence, std::vector<window>& closed) -> status;

  /// Windows that have begun and were not closed: 0 to 2.
  [[nodiscard]] auto open_windows() const noexcept -> unsigned;

  /// What a packet with that time would close. Nothing may come behind it that is earlier.
  void advance_to(timestamp now, std::vector<window>& closed);

  /// What all counters of a stream know, between two batches. A state has nothing of how many there
  /// are.
  [[nodiscard]] static auto save(std::span<counter* const> all, state_writer& out) -> status;
  /// Into counters that have counted nothing, in any number. Fails when sets cannot be written to
  /// temporary files; what is wrong with the state `in` says.
  [[nodiscard]] static auto restore(std::span<counter* const> all, state_reader& in) -> status;

  /// Closes the open windows and adds up what the whole run amounts to. To be called once, last.
  [[nodiscard]] auto finish(std::vector<window>& closed) -> result<tally>;

private:
  class state;
  std::unique_ptr<state> state_;
};

}  // namespace kizashi::telescope
