// All events of a run, kept until its end: what is written of them is then in one order, and knows
// what only the end of a run tells.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>

#include "kizashi/base/error.hpp"
#include "kizashi/telescope/dos/dos_event.hpp"
#include "kizashi/telescope/events/scan_event.hpp"

namespace kizashi::telescope {

/// The order of events by their end: `is_earlier` of scan events, `is_before` of victims.
struct order_of_end {
  auto operator()(scan_event const& a, scan_event const& b) const noexcept -> bool {
    return is_earlier(a, b);
  }
  auto operator()(dos_event const& a, dos_event const& b) const noexcept -> bool {
    return is_before(a, b);
  }
};

/// `Event` is `scan_event` or `dos_event`. About 250 B for each; what is more than the memory
/// permits goes to temporary files as sorted runs.
template <class Event>
class event_log {
public:
  /// `memory`: bytes for events before they go to files.
  explicit event_log(std::size_t memory = std::size_t{32} << 20);
  event_log(event_log&&) noexcept;
  auto operator=(event_log&&) noexcept -> event_log&;
  ~event_log();

  /// Fails when a temporary file cannot be written.
  [[nodiscard]] auto add(Event const& closed) -> status;

  /// Calls `visit` once for each event in `order_of_end`, which does not depend on the order of
  /// `add`. Ends at the first failure.
  [[nodiscard]] auto for_each(std::function<status(Event const&)> const& visit) -> status;

private:
  struct parts;
  std::unique_ptr<parts> parts_;
};

}  // namespace kizashi::telescope
