// What time it is, for sources that wait. Passed in, so that tests decide what time it is.
#pragma once

#include "kizashi/base/time.hpp"

namespace kizashi::capture::live {

/// A clock that can be waited for. Several sources may share one.
class clock {
public:
  virtual ~clock() = default;
  /// The machine's time of day. It may be set back.
  [[nodiscard]] virtual auto now() -> timestamp = 0;
  /// Since some fixed moment; never goes back.
  [[nodiscard]] virtual auto steady() -> duration = 0;
  /// Waits; nothing happens for zero or less.
  virtual void sleep(duration length) = 0;
};

/// The machine's own clock.
[[nodiscard]] auto system_clock() -> clock&;

}  // namespace kizashi::capture::live
