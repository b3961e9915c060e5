// How many of the sources that a rule adds can be what the rule says.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "kizashi/screening/internal/record.hpp"

namespace kizashi::screening::internal {

/// The largest share of `added` that can have come from where `known` came from. If a share s of
/// `added` is like `known` and the rest is anything, then each set of sources that holds a part p
/// of `known` holds at least s p of `added`; so s is at most the smallest of their ratios (the
/// mixture proportion of Blanchard, Lee, Scott, "Semi-supervised novelty detection", JMLR 2010,
/// section 4). The sets are those of one value of one feature, of all but it, of a range up to or
/// above it, and of those that have or have not a main port. Each part is replaced by an end of
/// Wilson's interval at 3 standard deviations, in favour of `added`, so that few sources prove
/// little; sets of less than a tenth of `known` are not asked. 1 when one of the two is empty. Time
/// O(n log n) for each feature.
[[nodiscard]] auto most_hidden_share(std::span<source_record const> sources,
                                     std::span<std::uint32_t const> known,
                                     std::span<std::uint32_t const> added) -> double;

}  // namespace kizashi::screening::internal
