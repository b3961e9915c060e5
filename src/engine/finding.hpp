// A finding: what an engine concluded, with what it stands on.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "kizashi/base/error.hpp"
#include "kizashi/base/state.hpp"
#include "kizashi/base/time.hpp"
#include "kizashi/engine/activity.hpp"
#include "kizashi/net/address.hpp"

namespace kizashi::engine {

enum class finding_level : std::uint8_t { note, low, medium, high, critical };
[[nodiscard]] auto name_of(finding_level each) noexcept -> std::string_view;  // "medium"

/// Kinds of findings. An engine may have others.
namespace kind {
inline constexpr std::string_view change = "change",  // a series is not what it was
    burst = "burst",                                  // a stretch of denser arrivals
    surge = "surge",                                  // more sources at a service
    group = "group",                                  // sources that act together
    graph = "graph",                                  // who asks for what has another shape
    high_risk = "high-risk",                          // surge and graph at one service
    global = "global",                                // one service at several sensors
    fused = "fused",                                  // several engines on one thing
    shortage = "shortage";                            // not enough data to conclude anything
}  // namespace kind

/// A number or words that the finding stands on.
struct evidence {
  std::string name;  ///< "ratio to the expected"
  std::variant<double, std::string> value;
};

/// What was looked at, around the finding: one value each `step`, the first of the interval that
/// begins at `start`.
struct evidence_series {
  std::string name;
  timestamp start;
  duration step{};
  std::vector<double> values;
};

struct finding {
  /// No more sources are listed; `source_count` says how many there are.
  static constexpr std::size_t most_sources = 1000;
  /// No more values are in a series.
  static constexpr std::size_t most_values = 1024;

  std::string engine;
  std::uint32_t engine_version = 0;
  std::string sensor;  ///< empty: of several, see `sensors`
  std::string kind;
  timestamp first;  ///< [first, last): the intervals in which it shows
  timestamp last;
  std::vector<service> services;  ///< ascending; empty: of no single service
  std::uint64_t source_count = 0;
  std::vector<net::address> sources;  ///< ascending, the first `most_sources`
  double score = 0;                   ///< of the engine; above `threshold` is a finding
  double threshold = 0;
  double confidence = 0;  ///< 0 .. 1
  finding_level level = finding_level::note;
  std::vector<evidence> values;
  std::vector<evidence_series> series;
  std::vector<std::string> engines;  ///< of a joint finding: those that agree, ascending
  std::vector<std::string> sensors;  ///< likewise
  std::string reason;                ///< one or more sentences for a person

  /// 64 bits that follow from engine, version, sensor, kind, services and `first`: equal for equal
  /// findings whoever computes them. As text 16 hexadecimal digits.
  [[nodiscard]] auto id() const -> std::uint64_t;
};
[[nodiscard]] auto id_text(std::uint64_t id) -> std::string;

/// Checks what every finding keeps: no number is NaN or infinite, confidence is within 0 .. 1,
/// sources ascend and are as many as they may be. Says which one does not.
[[nodiscard]] auto check(finding const& each) -> status;

/// How sure one is of a score above its threshold: 0.5 at the threshold, 0.9 at twice of it,
/// towards 0.99.
[[nodiscard]] auto confidence_of(double score, double threshold) noexcept -> double;

/// For the states of engines that wait for others.
void write_finding(state_writer& out, finding const& each);
[[nodiscard]] auto read_finding(state_reader& in) -> finding;

/// Whoever wants findings. They come from one thread at a time.
class finding_sink {
public:
  virtual ~finding_sink() = default;
  [[nodiscard]] virtual auto take(finding found) -> status = 0;
};

/// Keeps them.
class finding_list final : public finding_sink {
public:
  [[nodiscard]] auto take(finding found) -> status override {
    all.push_back(std::move(found));
    return {};
  }
  std::vector<finding> all;
};

}  // namespace kizashi::engine
