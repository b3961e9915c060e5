// The steps by which one rule comes about: grow, close, prune.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "kizashi/screening/internal/record.hpp"

namespace kizashi::screening::internal {

/// Numbers of sources by what they say about a label.
struct examples {
  std::vector<std::uint32_t> right;
  std::vector<std::uint32_t> wrong;    ///< with another label
  std::vector<std::uint32_t> unknown;  ///< without one
  double unknown_weight = 0;           ///< of each of them as a counter-example

  /// All the unknown together weigh as much as the right ones.
  void weigh() noexcept {
    unknown_weight = unknown.empty()
                         ? 0
                         : static_cast<double>(right.size()) / static_cast<double>(unknown.size());
  }
  void keep(std::span<source_record const> sources, condition const& with);
};

/// Adds conditions by FOIL's gain, p (log2 p/(p+n) - log2 P/(P+N)), until no counter-example of
/// weight is left or none gains. Empty: nothing gains.
[[nodiscard]] auto grow_rule(std::span<source_record const> sources, examples from,
                             std::uint64_t least_covered) -> std::vector<condition>;

/// Adds what (nearly) all right sources that the rule covers have in common: equal values, and
/// ranges widened by one power of two on both sides.
void close_rule(std::span<source_record const> sources, examples const& from,
                std::vector<condition>& rule);

/// Takes away conditions, the last first, without which more sources held out are right and the
/// balance (right - wrong) / (right + wrong) is no worse.
void prune_rule(std::span<source_record const> sources, examples const& held_out,
                std::vector<condition>& rule);

}  // namespace kizashi::screening::internal
