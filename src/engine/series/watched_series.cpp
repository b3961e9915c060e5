#include "kizashi/engine/series/watched_series.hpp"

#include <algorithm>
#include <cmath>

namespace kizashi::engine {

watched_series::watched_series(series_settings const& with)
    : with_{with},
      finder_{with.finder},
      sum_{with.cusum_reference},
      runs_{{.mean_run = with.mean_run, .least = 1e-4}},
      walk_{with.burst_base, with.burst_cost, 8},
      residuals_{with.least_history, with.most_history},
      scores_{with.least_history, with.most_history} {}

auto watched_series::needed() const noexcept -> std::size_t {
  if (!with_.is_calibrated) return with_.skipped + 1;
  auto const histories = with_.method == change_method::change_finder ? 1U : 2U;
  return with_.skipped + with_.least_history * histories + 1;
}

/// The published rule works on the values as they are.
auto watched_series::score(double value) -> double {
  switch (with_.method) {
    case change_method::change_finder:
      return finder_.next(value);
    case change_method::cusum:
    case change_method::bayes:
    case change_method::bursts:
      break;
  }
  return 0;
}

/// The others, and all of them calibrated, work on what is left when the usual is taken away.
auto watched_series::score_residual(double residual, double value, double expected)
    -> std::optional<double> {
  std::optional<double> out;
  if (with_.method == change_method::change_finder) {
    out = finder_.next(residual);
  } else if (residuals_.is_ready()) {
    auto const normal = std::clamp(normal_score(residual, residuals_.values()), -6.0, 6.0);
    if (with_.method == change_method::cusum) {
      out = sum_.next(normal);
    } else if (with_.method == change_method::bayes) {
      runs_.next(normal);
      // A change is seen when some values tell of it: below a dozen, but not the newest alone.
      auto const probability = std::clamp(runs_.probability_below(12), 1e-12, 1 - 1e-12);
      out = std::log(probability / (1 - probability));
    } else {
      (void)walk_.next(value, std::max(std::expm1(expected), 0.05));
      out = walk_.advantage();
    }
  }
  residuals_.add(residual);
  return out;
}

auto watched_series::next(timestamp at, duration length, double value) -> series_verdict {
  series_verdict out;
  ++seen_;
  auto const logarithm = std::log1p(value);
  auto const expected = seen_ == 1 ? logarithm : profile_.expected(at);
  out.expected = std::max(std::expm1(expected), 0.0);
  if (!with_.is_calibrated && with_.method == change_method::change_finder) {
    out.score = score(value);
    out.threshold = with_.threshold;
    out.is_alarm = seen_ > with_.skipped && out.score > out.threshold;
    ++judged_;
  } else if (auto const scored = score_residual(logarithm - expected, value, expected)) {
    out.score = *scored;
    if (!with_.is_calibrated) {
      out.threshold = with_.method == change_method::cusum ? with_.cusum_limit : 0;
      out.is_alarm = out.score > out.threshold;
      ++judged_;
    } else if (scores_.is_ready()) {
      out.threshold = scores_.level(with_.false_alarm);
      if (with_.method == change_method::cusum)
        out.threshold = std::max(out.threshold, with_.cusum_limit);
      else if (with_.method == change_method::bursts)
        out.threshold = std::max(out.threshold, 0.0);
      out.is_alarm = out.score > out.threshold;
      ++judged_;
    }
    // The first scores tell of the beginning and not of the series.
    if (++scored_ > with_.skipped) scores_.add(out.score);
  }
  // What is far from the usual shall not become it at once.
  auto const learnt =
      out.is_alarm ? expected + std::clamp(logarithm - expected, -0.5, 0.5) : logarithm;
  profile_.learn(at, length, learnt);
  out.is_onset = out.is_alarm && quiet_ >= quiet_needed;
  quiet_ = out.is_alarm ? 0 : std::min(quiet_ + 1, quiet_needed);
  if (recent_.size() == shown) recent_.erase(recent_.begin());
  recent_.push_back(value);
  return out;
}

}  // namespace kizashi::engine
