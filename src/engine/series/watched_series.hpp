// One series with a method that scores its values, and the line above which a score is a finding.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "kizashi/base/state.hpp"
#include "kizashi/base/time.hpp"
#include "kizashi/engine/series/bursts.hpp"
#include "kizashi/engine/series/change_finder.hpp"
#include "kizashi/engine/series/cusum.hpp"
#include "kizashi/engine/series/daily_profile.hpp"
#include "kizashi/engine/series/run_length_posterior.hpp"
#include "kizashi/engine/series/tail.hpp"

namespace kizashi::engine {

enum class change_method : std::uint8_t { change_finder, cusum, bayes, bursts };

struct series_settings {
  change_method method = change_method::change_finder;
  bool is_calibrated = true;
  double false_alarm = 0.0005;  ///< probability that a value alarms by chance, calibrated
  double threshold = 3;         ///< compatible
  std::size_t skipped = 15;     ///< compatible: values at the beginning that never alarm
  change_finder::settings finder;
  double cusum_reference = 0.5;  ///< in standard deviations
  double cusum_limit = 5;
  double mean_run = 1008;  ///< bayes: values between changes
  double burst_base = 2;
  double burst_cost = 3;  ///< nats
  std::size_t least_history = 144;
  std::size_t most_history = 4032;
};

/// What a value amounts to.
struct series_verdict {
  double score = 0;
  double threshold = 0;
  double expected = 0;
  bool is_alarm = false;
  bool is_onset = false;  ///< the first alarm after six values without
};

class watched_series {
public:
  static constexpr std::size_t shown = 144;  ///< values kept for people

  static constexpr std::uint32_t quiet_needed = 6;

  explicit watched_series(series_settings const& with);

  /// A value, 0 or more, of the interval [at, at + length). O(history).
  [[nodiscard]] auto next(timestamp at, duration length, double value) -> series_verdict;
  /// The last values, the oldest first.
  [[nodiscard]] auto recent() const -> std::vector<double> const& { return recent_; }
  [[nodiscard]] auto has_judged() const noexcept -> bool { return judged_ > 0; }
  [[nodiscard]] auto seen() const noexcept -> std::uint64_t { return seen_; }
  /// Values needed until one is judged.
  [[nodiscard]] auto needed() const noexcept -> std::size_t;

  template <class Io, class Self>
  static void state_fields(Io& io, Self& self) {
    io(self.seen_, self.scored_, self.judged_, self.quiet_, self.finder_, self.sum_, self.runs_,
       self.walk_, self.profile_, self.residuals_, self.scores_);
    auto many = static_cast<std::uint64_t>(self.recent_.size());
    io(many);
    if constexpr (Io::is_reading) {
      io.expect(many <= shown, "recent values");
      self.recent_.assign(io.is_good() ? static_cast<std::size_t>(many) : 0, 0.0);
    }
    io(self.recent_);
  }

private:
  [[nodiscard]] auto score(double value) -> double;
  [[nodiscard]] auto score_residual(double residual, double value, double expected)
      -> std::optional<double>;

  series_settings with_;
  change_finder finder_;
  cusum sum_;
  run_length_posterior runs_;
  count_bursts walk_;
  daily_profile profile_;    // of the logarithm
  score_history residuals_;  // logarithm minus the expected one
  score_history scores_;
  std::uint64_t seen_ = 0;
  std::uint64_t scored_ = 0;
  std::uint64_t judged_ = 0;
  std::uint32_t quiet_ = quiet_needed;  // values without an alarm, up to that
  std::vector<double> recent_;
};

}  // namespace kizashi::engine
