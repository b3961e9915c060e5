// A month of a telescope that does not exist, with outbreaks whose beginning is known: windows by
// which engines are judged.
//
// Background: ports that are always asked for, negative binomial around a day's rhythm with bursts;
// ports at random; known scanners over many ports; networks that sweep one port at once. Outbreaks
// grow logistically at one of the 35 TCP ports that NICT's analysts named for October 2018, and
// some act in step. Seeded: the same settings give the same windows.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "kizashi/base/error.hpp"
#include "kizashi/base/random.hpp"
#include "kizashi/base/time.hpp"
#include "kizashi/engine/activity.hpp"

namespace kizashi::engine {

struct month_settings {
  std::uint64_t seed = 2018;
  std::uint32_t days = 30;          ///< 7 or more
  std::uint32_t outbreaks = 35;     ///< at most 35
  std::uint32_t quiet_ports = 400;  ///< background ports besides the eleven busy ones
  double loudness = 1;              ///< factor on the background's sources
};

struct planted_outbreak {
  service at;
  timestamp start;
  timestamp seen;  ///< five sources an interval are expected, or five times the background
  timestamp end;
  double sources = 0;     ///< in an interval, when it is at its height
  double doubling = 0;    ///< hours
  double background = 0;  ///< sources in an interval without it
};

class planted_month {
public:
  static constexpr duration unit = std::chrono::minutes{10};

  explicit planted_month(month_settings const& with);
  ~planted_month();

  [[nodiscard]] auto outbreaks() const noexcept -> std::vector<planted_outbreak> const&;
  /// All windows in the order of time, of each length in `lengths`; lengths must divide ten minutes
  /// (others get none). `progress` is told days that are over; false ends the month early.
  [[nodiscard]] auto play(std::vector<duration> const& lengths,
                          std::function<status(activity_window const&)> const& to,
                          std::function<bool(std::uint32_t)> const& progress) -> status;

private:
  struct world;
  std::unique_ptr<world> world_;
};

}  // namespace kizashi::engine
