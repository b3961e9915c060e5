// Rules in words, learnt from few labelled and many unlabelled sources.
//
// Separate and conquer, as RIPPER does it (Cohen, "Fast effective rule induction", ICML 1995): a
// rule grows condition by condition by FOIL's gain (Quinlan 1990) until it covers sources of one
// label alone, is pruned on sources held out, and what it covers is taken away for the next rule.
// The unlabelled come in three times: as weak counter-examples while a rule grows, since a
// condition that fits most of the Internet says little; as further examples where they belong to a
// campaign whose labelled sources have one label (label spreading over groups of equal behaviour);
// and as a bound on how far a rule may spread: those that it adds must look, in all that the rule
// does not ask, like those it was learnt from (`most_hidden_share`). Between growing and pruning a
// rule is closed: it takes up every condition that its sources have in common, so that few examples
// give a narrow rule, not a wide one.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "kizashi/screening/internal/confidence.hpp"
#include "kizashi/screening/internal/record.hpp"

namespace kizashi::screening::internal {

struct learnt_rule {
  std::vector<condition> conditions;
  std::uint16_t label = 0;
  std::uint64_t labelled = 0;  ///< sources held out that it covers
  std::uint64_t right = 0;     ///< of those, with this label
  std::uint64_t more = 0;      ///< unlabelled sources that it covers

  [[nodiscard]] auto covers(source_record const& source) const noexcept -> bool;
  [[nodiscard]] auto precision() const noexcept -> double {
    return labelled == 0 ? 0 : static_cast<double>(right) / static_cast<double>(labelled);
  }
};

struct rule_options {
  std::uint64_t least_labelled = 15;  ///< sources with a label for which rules are learnt
  std::uint64_t least_covered = 5;    ///< examples of a rule
  std::size_t most_rules = 8;         ///< for each label
  std::size_t most_examples = 8192;   ///< of each kind; of more, some spread over all
  double least_precision = 0.95;      ///< on sources held out
  double least_bound = 0.6;           ///< Wilson's, of that precision: six of six
  std::uint64_t least_added = 20;     ///< unlabelled sources; fewer show no likeness
  double least_hidden = 0.9;          ///< `most_hidden_share` of the unlabelled that it covers
  double least_purity = 0.95;         ///< of a campaign over which a label spreads
  std::uint16_t background = 0;       ///< label for which no rule is learnt; 0: none
  /// Wider than for patterns: what a rule adds has been compared with what it was learnt from.
  looseness loose{.most_spread = 25, .least_lift = 2};
};

/// Which sources are held out: a third of those of each label, by a hash of their addresses.
[[nodiscard]] auto choose_held_out(std::span<source_record const> sources) -> std::vector<bool>;

/// Rules for all labels with enough sources, the labels ascending, for each the rules in the order
/// found. `campaign` of the sources must be set. Deterministic. Time O(labels * rules * examples).
[[nodiscard]] auto learn_rules(std::span<source_record const> sources, rule_options const& options)
    -> std::vector<learnt_rule>;

/// "window 65535, no options, TTL from 255". What follows from other conditions is left out.
[[nodiscard]] auto describe(learnt_rule const& rule) -> std::string;

}  // namespace kizashi::screening::internal
