// One analysis of what a telescope sees. Each engine is a folder below this one; registry.hpp lists
// them.
//
//   class surge final : public engine {
//     auto about() const noexcept -> descriptor const& override { return surge_descriptor(); }
//     auto interval() const noexcept -> duration override { return unit_; }
//     auto observe(activity_window const& closed, finding_sink& out) -> status override;
//     ...
//   };
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string_view>

#include "kizashi/base/error.hpp"
#include "kizashi/base/state.hpp"
#include "kizashi/base/time.hpp"
#include "kizashi/engine/activity.hpp"
#include "kizashi/engine/finding.hpp"
#include "kizashi/engine/options.hpp"

namespace kizashi::engine {

class engine;

/// Everything about an engine that does not depend on data.
struct descriptor {
  std::string_view name;      ///< as on the command line; its options begin with "NAME."
  std::uint32_t version = 1;  ///< of what it concludes and of its state
  std::string_view title;     ///< half a line
  std::string_view paper;     ///< what it comes from
  std::string_view page;      ///< "docs/engines/surge.md"
  std::span<option_spec const> options;
  /// Its work is on findings of others (`hear`): it comes behind all that do not, and there is one
  /// of it for all sensors.
  bool hears = false;
  /// Its findings say which services they are about.
  bool names_services = true;
  /// `set` has the table `options`. Fails when options contradict each other.
  auto(*make)(option_set const& set) -> result<std::unique_ptr<engine>> = nullptr;
};

/// Configuration is fixed when it is made; all state is in the object, belongs to one thread and
/// can be saved and restored between two windows. Equal windows give equal findings. An engine that
/// does not hear sees the windows of one sensor.
class engine {
public:
  virtual ~engine() = default;
  [[nodiscard]] virtual auto about() const noexcept -> descriptor const& = 0;
  /// Length of the windows that it wants; zero: none.
  [[nodiscard]] virtual auto interval() const noexcept -> duration = 0;

  /// A closed window of that length. Windows come without holes, in the order of time; those in
  /// which the sensor saw nothing are there, too, up to a week of them: a longer hole is a new
  /// beginning at a later time.
  [[nodiscard]] virtual auto observe(activity_window const& closed, finding_sink& out)
      -> status = 0;
  /// A finding of an engine before this one.
  [[nodiscard]] virtual auto hear(finding const& found, finding_sink& out) -> status {
    (void)found, (void)out;
    return {};
  }
  /// No finding comes any more that ended before `now`.
  [[nodiscard]] virtual auto advance_to(timestamp now, finding_sink& out) -> status {
    (void)now, (void)out;
    return {};
  }
  /// The end of the stream: what is still open is told, or that there was not enough data.
  [[nodiscard]] virtual auto finish(finding_sink& out) -> status {
    (void)out;
    return {};
  }

  /// The members, inside a section that the caller has begun and ends.
  virtual void save(state_writer& out) const = 0;
  /// Into an engine made with the same options that has observed nothing; what is wrong `in` says,
  /// and the engine is of no use then. It has checked the version and the options already.
  virtual void restore(state_reader& in) = 0;
};

/// A finding of `by` with the fields that follow from engine and sensor.
[[nodiscard]] inline auto finding_of(engine const& by, std::string_view sensor,
                                     std::string_view kind) -> finding {
  finding out;
  out.engine = by.about().name;
  out.engine_version = by.about().version;
  out.sensor = sensor;
  out.kind = kind;
  return out;
}

}  // namespace kizashi::engine
