#include "kizashi/engine/internal/group_judge.hpp"

#include <algorithm>
#include <cmath>

namespace kizashi::engine::internal {

namespace {

constexpr double forgets_after = 336;  // windows: a week of half hours
constexpr double least_mean = 1e-3;    // below it a service is forgotten

}  // namespace

auto group_judge::judge(std::map<service, std::uint32_t> const& sizes)
    -> std::vector<judged_group> {
  std::vector<judged_group> all;
  double largest = 0;
  for (auto const& [at, sources] : sizes) {
    auto const known = means_.find(at);
    judged_group one{at, sources, known == means_.end() ? 0 : known->second, 0};
    one.score = 2 * (std::sqrt(sources + 0.375) - std::sqrt(one.usual + 0.375));
    largest = std::max(largest, one.score);
    all.push_back(one);
  }
  auto const is_judged = scores_.is_ready();
  if (is_judged) level_ = scores_.level(probability_);
  if (windows_ >= warm_up) scores_.add(largest);

  ++windows_;
  auto const part = 1 / std::min(static_cast<double>(windows_), forgets_after);
  for (auto const& each : all) means_[each.at] = each.usual;
  for (auto& [at, mean] : means_) {
    auto const found = sizes.find(at);
    mean += part * ((found == sizes.end() ? 0.0 : found->second) - mean);
  }
  std::erase_if(means_, [](auto const& each) { return each.second < least_mean; });
  if (!is_judged) return {};
  std::erase_if(all, [&](auto const& each) { return !(each.score > level_); });
  return all;
}

void group_judge::save(state_writer& out) const {
  out(scores_, level_, windows_);
  out.number(means_.size());
  for (auto const& [at, mean] : means_) out(at.protocol, at.port, mean);
}

void group_judge::restore(state_reader& in) {
  in(scores_, level_, windows_);
  in.expect(std::isfinite(level_), "a level of scores");
  auto const many = in.count(10);
  means_.clear();
  for (std::size_t i = 0; i < many && in.is_good(); ++i) {
    service at;
    double mean = 0;
    in(at.protocol, at.port, mean);
    in.expect(mean >= 0 && std::isfinite(mean), "a mean of group sizes");
    means_[at] = mean;
  }
}

}  // namespace kizashi::engine::internal
