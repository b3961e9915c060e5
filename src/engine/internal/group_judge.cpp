#include "kizashi/engine/internal/group_judge.hpp"

#include <algorithm>
#include <cmath>

namespace kizashi::engine::internal {

namespace {

constexpr double forgets_after = 336;  // windows: a week of half hours
constexpr double least_mean = 1e-3;    // below it a service is forgotten

}  // namespace

auto group_judge::score(service at, std::uint32_t sources) const -> judged_group {
  auto const known = means_.find(at);
  judged_group answer{at, sources, known == means_.end() ? 0 : known->second, 0};
  answer.score = 2 * (std::sqrt(sources + 0.375) - std::sqrt(answer.usual + 0.375));
  return answer;
}

auto group_judge::above(group_sizes const& sizes) -> std::vector<judged_group> {
  if (!scores_.is_ready()) return {};
  level_ = scores_.level(probability_);
  std::vector<judged_group> answer;
  for (auto const& [at, sources] : sizes)
    if (auto const one = score(at, sources); one.score > level_) answer.push_back(one);
  return answer;
}

void group_judge::learn(group_sizes const& sizes) {
  double largest = 0;
  for (auto const& [at, sources] : sizes) largest = std::max(largest, score(at, sources).score);
  if (windows_ >= warm_up) scores_.add(largest);
  ++windows_;
  auto const part = 1 / std::min(static_cast<double>(windows_), forgets_after);
  for (auto const& [at, sources] : sizes) means_.try_emplace(at, 0);
  for (auto& [at, mean] : means_) {
    auto const found = sizes.find(at);
    mean += part * ((found == sizes.end() ? 0.0 : found->second) - mean);
  }
  std::erase_if(means_, [](auto const& each) { return each.second < least_mean; });
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
