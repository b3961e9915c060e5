#include "kizashi/engine/glasso/density_rule.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace kizashi::engine::glasso {

auto outlying_maxima(std::span<double const> values, double ratio) -> std::vector<std::size_t> {
  std::vector<std::size_t> order(values.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::stable_sort(order, [&](auto a, auto b) { return values[a] > values[b]; });
  // Variances of all but the first k of the order, from the end, by Welford's update.
  std::vector<double> variances(values.size() + 1);
  double mean = 0, squares = 0, count = 0;
  for (std::size_t k = values.size(); k-- > 0;) {
    auto const value = values[order[k]];
    count += 1;
    auto const apart = value - mean;
    mean += apart / count;
    squares += apart * (value - mean);
    variances[k] = squares / count;
  }
  std::size_t deleted = 0;
  while (values.size() - deleted > 2 && variances[deleted] > 0 &&
         variances[deleted + 1] <= ratio * variances[deleted])
    ++deleted;
  order.resize(deleted);
  std::ranges::sort(order);
  return order;
}

auto density_series::add(double density) -> bool {
  values_.push_back(density);
  is_ready_ |= values_.size() >= length_;
  if (!is_ready_) return false;
  auto const count = std::min(values_.size(), length_);
  auto const before = values_.size() - count;
  std::vector<double> const last(values_.end() - static_cast<std::ptrdiff_t>(count), values_.end());
  auto const alarms = outlying_maxima(last, ratio_);
  auto const is_alarm = !alarms.empty() && alarms.back() + 1 == count;
  for (auto at = alarms.rbegin(); at != alarms.rend(); ++at)
    values_.erase(values_.begin() + static_cast<std::ptrdiff_t>(before + *at));
  while (values_.size() > 2 * length_) values_.pop_front();
  return is_alarm;
}

void density_series::save(state_writer& out) const {
  out(is_ready_);
  out.number(values_.size());
  for (auto const value : values_) out(value);
}

void density_series::restore(state_reader& in) {
  in(is_ready_);
  auto const many = in.count(8);
  in.expect(many <= 2 * length_, "densities of a series");
  values_.clear();
  for (std::size_t i = 0; i < many && in.is_good(); ++i) {
    double value = 0;
    in(value);
    in.expect(std::isfinite(value), "a density");
    values_.push_back(value);
  }
}

}  // namespace kizashi::engine::glasso
