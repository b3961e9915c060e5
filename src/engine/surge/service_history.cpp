#include "kizashi/engine/surge/service_history.hpp"

#include <algorithm>
#include <cmath>

#include "kizashi/engine/surge/count_tails.hpp"

namespace kizashi::engine {
namespace {

constexpr double season_from_mean = 5;
constexpr double season_prior_days = 3;
constexpr float season_days = 14;

}  // namespace

auto service_history::total() const noexcept -> std::uint64_t {
  std::uint64_t sum = 0;
  for (auto const each : counts_) sum += each;
  return sum;
}

auto service_history::recent() const -> std::vector<double> {
  std::vector<double> out;
  for (std::size_t i = 1; i <= kept; ++i) out.push_back(counts_[(newest_ + i) % kept]);
  return out;
}

auto service_history::factor(std::uint8_t hour) const noexcept -> double {
  if (season_.empty()) return 1;
  double const days = season_[24U + hour];
  if (days < season_prior_days) return 1;  // a rhythm is what comes again
  auto const learnt = (days * season_[hour] + season_prior_days) / (days + season_prior_days);
  return std::clamp(learnt, 0.25, 4.0);
}

auto service_history::last_of(std::size_t intervals) const -> stretch {
  stretch out;
  for (std::size_t i = 0; i < intervals; ++i) {
    auto const place = (newest_ + kept - i) % kept;
    out.count += counts_[place];
    out.factor += factor(hours_[place]);
  }
  return out;
}

void service_history::push(std::uint32_t count, std::uint8_t hour) {
  newest_ = static_cast<std::uint8_t>((newest_ + 1) % kept);
  counts_[newest_] = count;
  hours_[newest_] = hour;
}

auto service_history::judge(learnt_weight const& weight) const -> surge_judgement {
  surge_judgement out;
  auto const usual = mean(weight);
  for (std::size_t i = 0; i < surge_scales.size(); ++i) {
    auto const [count, factor] = last_of(surge_scales[i]);
    auto const expected = usual * factor;
    // Most services most of the time: nothing to reckon.
    if (count < 3 || count <= 1.2 * expected + 1) continue;
    // Both what is not known of the mean (1 / (sum + 1)) and what it varies by widen the tail.
    auto const varies = std::max(variances_[i] - expected, 0.0) / (expected * expected);
    auto const size = 1 / (varies + 1 / (sum_ + 1));
    auto const by_count = -log10_negative_binomial_tail(count, expected, size);
    if (by_count < 3) continue;
    // Where the mean itself varies its logarithm is taken for normal, which has a longer tail.
    auto by_logarithm = 300.0;
    auto const mixed = log_variances_[i] - 1 / (expected + 1);  // the rest is chance of the count
    if (expected >= 2 && mixed > 1e-4) {
      auto const z = (std::log(count / expected) + mixed / 2) / std::sqrt(mixed + 1 / count);
      by_logarithm = -log10_normal_tail(z);
    }
    auto const score = std::min(by_count, by_logarithm);
    if (score > out.score) out = {score, count, expected, surge_scales[i]};
  }
  return out;
}

void service_history::sleep(learnt_weight const& weight, std::uint64_t interval) {
  slept_at_ = interval;
  slept_with_ = weight.units;
}

void service_history::wake(learnt_weight const& weight, std::uint64_t interval) {
  if (slept_at_ == 0 || interval <= slept_at_) return;
  auto const old = std::pow(weight.kept, static_cast<double>(interval - slept_at_));
  sum_ *= old;
  // A mean of `slept_with_` intervals to which those without anything were added.
  auto const share = std::min(slept_with_ * old / weight.units, 1.0);
  auto const usual = sum_ / old / (slept_with_ + 1);
  for (std::size_t i = 0; i < surge_scales.size(); ++i) {
    auto const between = share * (1 - share);
    auto const expected = usual * static_cast<double>(surge_scales[i]);
    variances_[i] = static_cast<float>(share * variances_[i] + between * expected * expected);
    log_variances_[i] =
        static_cast<float>(share * log_variances_[i] + between * log_means_[i] * log_means_[i]);
    log_means_[i] *= static_cast<float>(share);
  }
  slept_at_ = 0;
}

void service_history::learn(learnt_weight const& weight) {
  for (std::size_t i = 0; i < surge_scales.size(); ++i) {
    // A sum is one when all its intervals have been seen.
    auto const sums = weight.units - static_cast<double>(surge_scales[i]) + 1;
    if (sums < 0.5) continue;
    auto const share = sums > 1 ? 1 / sums : 1.0;
    auto const is_young = sums < 72;
    auto const [count, factor] = last_of(surge_scales[i]);
    auto const expected = mean(weight) * factor;
    // Not beyond some deviations: one outburst shall not hide the next for weeks.
    auto const most = is_young ? 1e9 : 5 * std::sqrt(std::max<double>(variances_[i], expected) + 1);
    auto const miss = std::clamp(count - expected, -most, most);
    variances_[i] += static_cast<float>((miss * miss - variances_[i]) * share);
    auto const logarithm = std::log((count + 1) / (factor / static_cast<double>(surge_scales[i])));
    auto const far = is_young ? 1e9 : 4 * std::sqrt(double{log_variances_[i]}) + 0.1;
    auto const off = std::clamp(logarithm - log_means_[i], -far, far);
    log_means_[i] += static_cast<float>(off * share);
    log_variances_[i] += static_cast<float>((off * off * (1 - share) - log_variances_[i]) * share);
  }
  auto const usual = mean(weight);
  auto const of_hour = factor(hours_[newest_]);
  auto const most = usual * of_hour + 8 * std::sqrt(double{variances_[0]} + 1);
  auto const learnt = std::min<double>(counts_[newest_], most);
  sum_ = sum_ * weight.kept + learnt / of_hour;
  if (usual > season_from_mean) {
    if (season_.empty()) season_.resize(48);
    auto const hour = hours_[newest_];
    auto& days = season_[24U + hour];
    // Six intervals of ten minutes are an hour of a day; other units learn their season slower.
    days = std::min(days + 1.0F / 6, season_days);
    season_[hour] += static_cast<float>(learnt / usual - season_[hour]) / (6 * days);
  }
}

}  // namespace kizashi::engine
