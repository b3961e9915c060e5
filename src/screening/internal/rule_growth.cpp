#include "kizashi/screening/internal/rule_growth.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <optional>

namespace kizashi::screening::internal {
namespace {

constexpr std::size_t most_grown = 8;
/// A rule grows no further when counter-examples weigh less than this share of the right ones.
constexpr double clean_share = 0.02;
/// The least gain of a condition, in bits for each source.
constexpr double least_gain = 0.05;
/// When only sources without a label are left against a rule, some of them may be right: a
/// condition must then keep this share of the right ones.
constexpr double least_kept = 0.8;
/// Of the sources that a rule covers: so many have a value in common.
constexpr double common_share = 0.98;

/// Sources with one value of a feature.
struct value_count {
  std::uint32_t value = 0;
  double right = 0;
  double against = 0;
};

auto is_ordered(feature of) -> bool {
  return static_cast<std::size_t>(of) >= first_ordered;
}

/// All values that right sources have, ascending. Of an ordered feature, counter-examples between
/// two of them count for the next higher one, those above all for none.
auto count_values(std::span<source_record const> sources, examples const& from, feature of)
    -> std::vector<value_count> {
  std::vector<std::uint32_t> values;
  for (auto const i : from.right) values.push_back(sources[i].at(of));
  std::ranges::sort(values);
  std::vector<value_count> counts;
  for (auto const value : values) {
    if (counts.empty() || counts.back().value != value) counts.push_back({value});
    ++counts.back().right;
  }
  auto const add = [&](std::uint32_t number, double weight) {
    auto const value = sources[number].at(of);
    auto const place = std::ranges::lower_bound(counts, value, {}, &value_count::value);
    if (place == counts.end() || (place->value != value && !is_ordered(of))) return;
    place->against += weight;
  };
  for (auto const i : from.wrong) add(i, 1);
  for (auto const i : from.unknown) add(i, from.unknown_weight);
  return counts;
}

auto against_all(examples const& from) -> double {
  return static_cast<double>(from.wrong.size()) +
         from.unknown_weight * static_cast<double>(from.unknown.size());
}

/// The best condition so far.
class contest {
public:
  contest(examples const& from, std::uint64_t least_covered)
      : least_{std::max(
            static_cast<double>(least_covered),
            from.wrong.empty() ? least_kept * static_cast<double>(from.right.size()) : 0)},
        base_{bits(static_cast<double>(from.right.size()), against_all(from))} {}

  void offer(condition const& each, double right, double against) {
    if (right < least_) return;
    auto const gain = right * (bits(right, against) - base_);
    if (gain <= best_gain_ || gain < least_gain * right) return;
    best_gain_ = gain;
    best_ = each;
  }
  [[nodiscard]] auto best() const -> std::optional<condition> { return best_; }

private:
  [[nodiscard]] static auto bits(double right, double against) -> double {
    return std::log2(right / (right + against));
  }

  double least_;
  double base_;
  double best_gain_ = 0;
  std::optional<condition> best_;
};

void offer_values(std::span<source_record const> sources, examples const& from, feature of,
                  contest& winner) {
  auto const counts = count_values(sources, from, of);
  if (!is_ordered(of)) {
    for (auto const& each : counts)
      winner.offer({of, each.value, each.value}, each.right, each.against);
    return;
  }
  value_count below;
  for (auto const& each : counts) {
    below.right += each.right;
    below.against += each.against;
    winner.offer({of, 0, each.value}, below.right, below.against);
  }
  // Counter-examples that lie between two values were counted with the higher one, so this bound
  // starts behind the lower one.
  auto const right = static_cast<double>(from.right.size());
  auto const against = against_all(from);
  below = {};
  for (std::size_t i = 1; i < counts.size(); ++i) {
    below.right += counts[i - 1].right;
    below.against += counts[i - 1].against;
    winner.offer({of, counts[i - 1].value + 1, absent}, right - below.right,
                 against - below.against);
  }
  if (!counts.empty() && counts.front().value > 0) {
    double lower = 0;
    auto const count = [&](std::vector<std::uint32_t> const& group, double weight) {
      for (auto const i : group)
        if (sources[i].at(of) < counts.front().value) lower += weight;
    };
    count(from.wrong, 1);
    count(from.unknown, from.unknown_weight);
    winner.offer({of, counts.front().value, absent}, right, against - lower);
  }
}

/// The range of values that leaves out the fewest sources at both ends, if any.
auto common_values(std::span<source_record const> sources, std::vector<std::uint32_t> const& group,
                   feature of) -> std::optional<condition> {
  std::vector<std::uint32_t> values;
  for (auto const i : group) values.push_back(sources[i].at(of));
  std::ranges::sort(values);
  auto const spare =
      static_cast<std::size_t>(static_cast<double>(values.size()) * (1 - common_share) / 2);
  auto const low = values[spare];
  auto const high = values[values.size() - 1 - spare];
  if (!is_ordered(of)) return low == high ? std::optional{condition{of, low, low}} : std::nullopt;
  auto const most = most_of(of);
  condition const wide{of, low == 0 ? 0 : low - 1, std::min(high + 1, most)};
  return wide.low == 0 && wide.high == most ? std::nullopt : std::optional{wide};
}

auto covers(std::vector<condition> const& rule, source_record const& source) -> bool {
  return std::ranges::all_of(rule, [&](condition const& each) { return each.holds(source); });
}

struct balance {
  double right = 0;
  double against = 0;

  [[nodiscard]] auto value() const -> double {
    return right + against > 0 ? (right - against) / (right + against) : 0;
  }
};

auto weigh_rule(std::span<source_record const> sources, examples const& on,
                std::vector<condition> const& rule) -> balance {
  balance sum;
  for (auto const i : on.right) sum.right += covers(rule, sources[i]);
  for (auto const i : on.wrong) sum.against += covers(rule, sources[i]);
  for (auto const i : on.unknown)
    if (covers(rule, sources[i])) sum.against += on.unknown_weight;
  return sum;
}

}  // namespace

void examples::keep(std::span<source_record const> sources, condition const& with) {
  auto const is_out = [&](std::uint32_t i) { return !with.holds(sources[i]); };
  std::erase_if(right, is_out);
  std::erase_if(wrong, is_out);
  std::erase_if(unknown, is_out);
}

auto grow_rule(std::span<source_record const> sources, examples from, std::uint64_t least_covered)
    -> std::vector<condition> {
  std::vector<condition> rule;
  while (rule.size() < most_grown) {
    if (against_all(from) < clean_share * static_cast<double>(from.right.size())) break;
    contest winner{from, least_covered};
    for (std::size_t each = 0; each < features; ++each)
      offer_values(sources, from, static_cast<feature>(each), winner);
    if (!winner.best()) break;
    rule.push_back(*winner.best());
    from.keep(sources, rule.back());
  }
  return rule;
}

void close_rule(std::span<source_record const> sources, examples const& from,
                std::vector<condition>& rule) {
  std::vector<std::uint32_t> covered;
  for (auto const i : from.right)
    if (covers(rule, sources[i])) covered.push_back(i);
  if (covered.empty()) return;
  for (std::size_t each = 0; each < features; ++each) {
    auto const common = common_values(sources, covered, static_cast<feature>(each));
    if (!common) continue;
    auto const grown = std::ranges::find(rule, common->of, &condition::of);
    if (grown == rule.end()) {
      rule.push_back(*common);
    } else {
      grown->low = std::max(grown->low, common->low);
      grown->high = std::min(grown->high, common->high);
    }
  }
}

void prune_rule(std::span<source_record const> sources, examples const& held_out,
                std::vector<condition>& rule) {
  for (auto i = rule.size(); i-- > 0 && rule.size() > 1;) {
    auto const with = weigh_rule(sources, held_out, rule);
    auto const removed = rule[i];
    rule.erase(rule.begin() + static_cast<std::ptrdiff_t>(i));
    auto const without = weigh_rule(sources, held_out, rule);
    if (without.right > with.right && without.value() >= with.value()) continue;
    rule.insert(rule.begin() + static_cast<std::ptrdiff_t>(i), removed);
  }
}

}  // namespace kizashi::screening::internal
