#include "kizashi/screening/evaluation.hpp"

#include <algorithm>
#include <utility>

#include "kizashi/screening/labels.hpp"

namespace kizashi::screening {
namespace {

auto share(std::uint64_t part, std::uint64_t all) -> double {
  return all == 0 ? 0 : static_cast<double>(part) / static_cast<double>(all);
}

void count(evaluation_counts& to, bool should, bool is_aside, std::uint64_t amount) {
  (should ? is_aside ? to.right : to.missed : is_aside ? to.wrong : to.left) += amount;
}

}  // namespace

auto rule_evaluation::precision() const noexcept -> double {
  return share(right, sources);
}
auto rule_evaluation::recall() const noexcept -> double {
  return share(with_label, of_label);
}
auto evaluation_counts::precision() const noexcept -> double {
  return share(right, right + wrong);
}
auto evaluation_counts::recall() const noexcept -> double {
  return share(right, right + missed);
}

evaluation::evaluation(source_truth truth, screening_summary const& of)
    : truth_{std::move(truth)}, by_rule_(of.rules.size()) {
  sums_.rules.resize(of.rules.size());
}

void evaluation::add(telescope::source_profile const& source, source_conclusion const& concluded) {
  auto const found = truth_.find(source.address);
  if (found == truth_.end()) {
    ++sums_.unknown;
    return;
  }
  auto const& label = found->second;
  auto const should = !label.empty() && label != background_label;
  count(sums_.sources, should, !concluded.rules.empty(), 1);
  count(sums_.packets, should, !concluded.rules.empty(), source.packets);
  if (should) ++by_label_[label];
  for (auto const rule : concluded.rules) {
    ++sums_.rules[rule].sources;
    sums_.rules[rule].right += should;
    if (should) ++by_rule_[rule][label];
  }
}

auto evaluation::report() const -> evaluation_report {
  auto report = sums_;
  for (std::size_t i = 0; i < by_rule_.size(); ++i) {
    auto const most = std::ranges::max_element(
        by_rule_[i], [](auto const& a, auto const& b) { return a.second < b.second; });
    if (most == by_rule_[i].end()) continue;
    report.rules[i].label = most->first;
    report.rules[i].with_label = most->second;
    report.rules[i].of_label = by_label_.at(most->first);
  }
  return report;
}

}  // namespace kizashi::screening
