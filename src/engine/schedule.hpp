// The engines that were chosen, at work: windows in, findings out.
//
//   KIZASHI_TRY(auto desk, schedule::make(chosen, sink));
//   gatherer windows{desk.lengths(), [&](auto const& closed) { return desk.observe(closed); }};
//   ...
//   KIZASHI_TRY(desk.finish());
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "kizashi/base/error.hpp"
#include "kizashi/base/state.hpp"
#include "kizashi/engine/engine.hpp"

namespace kizashi::engine {

struct chosen_engine {
  descriptor const* about = nullptr;
  option_set options;
};

/// "surge,glasso" (empty: all), and "surge.unit=1h" each: what a person chose. Fails with what is
/// wrong and what was expected; also on options of engines that were not chosen.
[[nodiscard]] auto choose_engines(std::vector<std::string> const& names,
                                  std::vector<std::string> const& options)
    -> result<std::vector<chosen_engine>>;

/// One engine for each sensor, and one of each that hears. Everything goes on in one thread, in the
/// order of the registry, so that equal windows give equal findings in an equal order. Engines that
/// hear get the findings of several sensors in the order of event time, then of the sensors' names:
/// what they conclude does not depend on which sensor is ahead.
class schedule {
public:
  /// Of what `save` writes.
  static constexpr std::uint32_t state_version = 4;
  /// A sensor that usually sees so many packets in an interval is blind where it sees none.
  static constexpr double blind_above = 20;

  /// `out` must outlive it.
  [[nodiscard]] static auto make(std::vector<chosen_engine> chosen, finding_sink& out)
      -> result<schedule>;
  schedule(schedule&&) noexcept;
  auto operator=(schedule&&) noexcept -> schedule&;
  ~schedule();

  /// Lengths of windows that are wanted, ascending.
  [[nodiscard]] auto lengths() const -> std::vector<duration>;
  /// A closed window of one of the lengths; those of a sensor and length in the order of time and
  /// as `gatherer` gives them. One without packets is missing where the sensor usually sees more
  /// (`blind_above`). Fails when an engine or the sink does, and on a finding that is none
  /// (`check`).
  [[nodiscard]] auto observe(activity_window const& closed) -> status;
  /// Whether it has observed that window or a later one of its sensor and length.
  [[nodiscard]] auto has_seen(activity_window const& closed) const -> bool;
  /// Nothing comes from a sensor for the time being: engines that hear do not wait for it.
  void leave(std::string const& sensor);
  /// Likewise from all but these.
  void leave_all_but(std::set<std::string> const& sensors);
  /// The end of all streams. To be called once, last.
  [[nodiscard]] auto finish() -> status;

  [[nodiscard]] auto save(state_writer& out) const -> status;
  /// Into a schedule of the same engines and options that has observed nothing. Fails and says what
  /// differs.
  [[nodiscard]] auto restore(state_reader& in) -> status;

private:
  struct desk;
  explicit schedule(std::unique_ptr<desk> made);
  std::unique_ptr<desk> desk_;
};

}  // namespace kizashi::engine
