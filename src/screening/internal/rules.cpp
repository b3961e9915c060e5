#include "kizashi/screening/internal/rules.hpp"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <map>
#include <tuple>
#include <utility>

#include "kizashi/base/random.hpp"
#include "kizashi/screening/internal/hidden_share.hpp"
#include "kizashi/screening/internal/rule_growth.hpp"

namespace kizashi::screening::internal {
namespace {

using numbers = std::vector<std::uint32_t>;

/// At most `most` of them, evenly spread.
auto spread_over(numbers all, std::size_t most) -> numbers {
  if (all.size() <= most) return all;
  numbers some;
  for (std::size_t i = 0; i < most; ++i) some.push_back(all[i * all.size() / most]);
  return some;
}

auto lot_of(net::address a) -> std::uint64_t {
  auto const bits = a.is_ipv6() ? mix64(a.as_ipv6().high()) ^ a.as_ipv6().low()
                                : std::uint64_t{a.as_ipv4().value()};
  return mix64(bits);
}

/// All sources by what they are for learning.
struct population {
  std::map<std::uint16_t, numbers> train;     // by label
  std::map<std::uint16_t, numbers> held_out;  // by label
  numbers unlabelled;
};

auto divide(std::span<source_record const> sources) -> population {
  auto const held_out = choose_held_out(sources);
  population divided;
  for (std::uint32_t i = 0; i < sources.size(); ++i) {
    auto const& each = sources[i];
    if (each.label == 0)
      divided.unlabelled.push_back(i);
    else
      (held_out[i] ? divided.held_out : divided.train)[each.label].push_back(i);
  }
  return divided;
}

/// The label that an unlabelled source has from its campaign, by campaign; 0: none. Only sources
/// that are not held out count.
auto spread_labels(std::span<source_record const> sources, population const& from,
                   rule_options const& options) -> std::map<std::int32_t, std::uint16_t> {
  struct tally {
    std::uint64_t labelled = 0;
    std::uint64_t unlabelled = 0;
    std::map<std::uint16_t, std::uint64_t> by_label;
  };
  std::map<std::int32_t, tally> tallies;
  for (auto const& [label, members] : from.train) {
    for (auto const i : members) {
      if (sources[i].campaign < 0) continue;
      auto& tally = tallies[sources[i].campaign];
      ++tally.labelled;
      ++tally.by_label[label];
    }
  }
  for (auto const i : from.unlabelled)
    if (auto const found = tallies.find(sources[i].campaign); found != tallies.end())
      ++found->second.unlabelled;
  std::map<std::int32_t, std::uint16_t> spread;
  for (auto const& [campaign, tally] : tallies) {
    auto const most = std::ranges::max_element(
        tally.by_label, [](auto const& a, auto const& b) { return a.second < b.second; });
    auto const labelled = static_cast<double>(tally.labelled);
    if (tally.labelled >= options.least_covered &&
        static_cast<double>(most->second) >= options.least_purity * labelled &&
        static_cast<double>(tally.unlabelled) <= options.loose.most_spread * labelled)
      spread[campaign] = most->first;
  }
  return spread;
}

class learner {
public:
  learner(std::span<source_record const> sources, rule_options const& options)
      : sources_{sources},
        options_{options},
        all_{divide(sources)},
        spread_{spread_labels(sources, all_, options)} {}

  auto run() -> std::vector<learnt_rule> {
    for (auto const& [label, members] : all_.train) {
      auto const held_out = all_.held_out.find(label);
      if (label == options_.background || held_out == all_.held_out.end()) continue;
      if (members.size() + held_out->second.size() >= options_.least_labelled) learn(label);
    }
    return std::move(rules_);
  }

private:
  /// What the rules of one label are learnt from.
  void gather(std::uint16_t label, examples& train, examples& held_out) const {
    train = {};
    held_out = {};
    for (auto const& [other, members] : all_.train)
      (other == label ? train.right : train.wrong)
          .insert((other == label ? train.right : train.wrong).end(), members.begin(),
                  members.end());
    for (auto const& [other, members] : all_.held_out)
      (other == label ? held_out.right : held_out.wrong)
          .insert((other == label ? held_out.right : held_out.wrong).end(), members.begin(),
                  members.end());
    numbers spread;
    for (auto const i : all_.unlabelled)
      (has_spread(i, label) ? spread : train.unknown).push_back(i);
    spread = spread_over(std::move(spread), 2 * train.right.size());
    train.right.insert(train.right.end(), spread.begin(), spread.end());
    for (auto* const each : {&train.right, &train.wrong, &train.unknown})
      *each = spread_over(std::move(*each), options_.most_examples);
    held_out.unknown = train.unknown;
    train.weigh();
    held_out.weigh();
  }

  /// Whether its campaign says that an unlabelled source is one of the label.
  [[nodiscard]] auto has_spread(std::uint32_t source, std::uint16_t label) const -> bool {
    auto const found = spread_.find(sources_[source].campaign);
    return found != spread_.end() && found->second == label;
  }

  void learn(std::uint16_t label) {
    examples train;
    examples held_out;
    gather(label, train, held_out);
    for (std::size_t count = 0; count < options_.most_rules;) {
      if (train.right.size() < options_.least_covered) return;
      auto conditions = grow_rule(sources_, train, options_.least_covered);
      if (conditions.empty()) return;
      close_rule(sources_, train, conditions);
      prune_rule(sources_, held_out, conditions);
      learnt_rule rule{std::move(conditions), label};
      auto const before = train.right.size();
      auto const is_covered = [&](std::uint32_t i) { return rule.covers(sources_[i]); };
      std::erase_if(train.right, is_covered);
      if (train.right.size() == before) return;
      measure(rule);
      if (is_good(rule)) {
        rules_.push_back(std::move(rule));
        std::erase_if(held_out.right, is_covered);
      }
      ++count;
    }
  }

  /// On all sources that were held out, and on all without a label.
  void measure(learnt_rule& rule) const {
    for (auto const& [label, members] : all_.held_out) {
      for (auto const i : members) {
        auto const covers = rule.covers(sources_[i]);
        rule.labelled += covers;
        rule.right += covers && label == rule.label;
      }
    }
    for (auto const i : all_.unlabelled) rule.more += rule.covers(sources_[i]);
  }

  [[nodiscard]] auto is_good(learnt_rule const& rule) const -> bool {
    if (rule.more < options_.least_added || rule.precision() < options_.least_precision ||
        wilson_bound(rule.right, rule.labelled) < options_.least_bound)
      return false;
    auto const& train = all_.train.at(rule.label);
    auto const& held_out = all_.held_out.at(rule.label);
    auto known = covered_by(rule, train);
    auto const more = covered_by(rule, held_out);
    known.insert(known.end(), more.begin(), more.end());
    auto const labelled = train.size() + held_out.size();
    if (!options_.loose.permits(known.size(), labelled, rule.more, all_.unlabelled.size()))
      return false;
    auto added = covered_by(rule, all_.unlabelled);
    if (most_hidden_share(sources_, known, added) >= options_.least_hidden) return true;
    // For some a campaign speaks, whatever else they look like.
    std::erase_if(added, [&](std::uint32_t i) { return has_spread(i, rule.label); });
    return most_hidden_share(sources_, known, added) >= options_.least_hidden;
  }

  [[nodiscard]] auto covered_by(learnt_rule const& rule, numbers const& of) const -> numbers {
    numbers covered;
    std::ranges::copy_if(of, std::back_inserter(covered),
                         [&](std::uint32_t i) { return rule.covers(sources_[i]); });
    return covered;
  }

  std::span<source_record const> sources_;
  rule_options const& options_;
  population all_;
  std::map<std::int32_t, std::uint16_t> spread_;
  std::vector<learnt_rule> rules_;
};

/// What another condition says already: without options there is no MSS, and what has a window is a
/// TCP SYN.
auto is_implied(condition const& each, std::vector<condition> const& rule) -> bool {
  auto const has = [&rule](feature of, auto const& test) {
    return std::ranges::any_of(
        rule, [&](condition const& other) { return other.of == of && test(other.low); });
  };
  auto const is_present = [](std::uint32_t value) { return value != absent; };
  auto const has_header = has(feature::window, is_present) || has(feature::options, is_present) ||
                          has(feature::initial_ttl, is_present);
  auto const is_none = [](std::uint32_t value) { return value == 0; };
  switch (each.of) {
    case feature::length:
      return each.low == absent && has_header;
    case feature::mss:
    case feature::window_scale:
      return (each.low == 0 || each.low == 255) && has(feature::options, is_none);
    default:
      return false;
  }
}

}  // namespace

auto learnt_rule::covers(source_record const& source) const noexcept -> bool {
  return std::ranges::all_of(conditions,
                             [&source](condition const& each) { return each.holds(source); });
}

auto choose_held_out(std::span<source_record const> sources) -> std::vector<bool> {
  struct place {
    std::uint16_t label = 0;
    std::uint64_t lot = 0;
    std::uint32_t number = 0;
  };
  std::vector<place> order;
  for (std::uint32_t i = 0; i < sources.size(); ++i)
    if (sources[i].label != 0) order.push_back({sources[i].label, lot_of(sources[i].address), i});
  std::ranges::sort(order, [](place const& a, place const& b) {
    return std::tie(a.label, a.lot, a.number) < std::tie(b.label, b.lot, b.number);
  });
  std::vector<bool> chosen(sources.size());
  for (std::size_t i = 0, of_label = 0; i < order.size(); ++i) {
    of_label = i > 0 && order[i].label == order[i - 1].label ? of_label + 1 : 0;
    chosen[order[i].number] = of_label % 3 == 2;
  }
  return chosen;
}

auto learn_rules(std::span<source_record const> sources, rule_options const& options)
    -> std::vector<learnt_rule> {
  return learner{sources, options}.run();
}

auto describe(learnt_rule const& rule) -> std::string {
  auto conditions = rule.conditions;
  std::ranges::stable_sort(conditions, {}, &condition::of);
  std::string text;
  for (auto const& each : conditions) {
    auto const words = describe(each);
    if (is_implied(each, conditions) || text.find(words) != std::string::npos) continue;
    text += (text.empty() ? "" : ", ") + words;
  }
  return text;
}

}  // namespace kizashi::screening::internal
