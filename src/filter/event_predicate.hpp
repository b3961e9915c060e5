// A filter as a test of scan events and attacks, one at a time: for a stream of events.
#pragma once

#include <memory>

#include "kizashi/filter/expression.hpp"
#include "kizashi/filter/names.hpp"
#include "kizashi/telescope/dos/dos_event.hpp"
#include "kizashi/telescope/events/scan_event.hpp"

namespace kizashi::filter {

namespace internal {
struct event_step;
}

/// Immutable: threads may share it.
class event_predicate {
public:
  /// `of` is for scan events or for attacks. Fails on fields that these do not have and on names
  /// that nothing has.
  [[nodiscard]] static auto make(expression const& of, target to, name_context const& with)
      -> result<event_predicate>;
  ~event_predicate();
  event_predicate(event_predicate&&) noexcept;
  auto operator=(event_predicate&&) noexcept -> event_predicate&;

  /// Only when it was made for them.
  [[nodiscard]] auto matches(telescope::scan_event const& event) const -> bool;
  [[nodiscard]] auto matches(telescope::dos_event const& event) const -> bool;

private:
  event_predicate(std::unique_ptr<internal::event_step const> root, target to,
                  recognise::place_table const* places);

  std::unique_ptr<internal::event_step const> root_;
  target to_;
  recognise::place_table const* places_;
};

}  // namespace kizashi::filter
