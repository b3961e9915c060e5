// Relations that a few packets of one sender suggest. Whether they mean anything is for others to
// say: here a chance agreement is as good as a tool's mark.
#pragma once

#include <span>
#include <vector>

#include "kizashi/recognise/discover/null_space.hpp"
#include "kizashi/recognise/discover/relation.hpp"

namespace kizashi::recognise::discover {

/// Fewer rows than this say nothing: with six rows there are 40 equations for 26 unknowns.
inline constexpr std::size_t least_rows = 6;

/// XOR relations of the rows by words of the header: 32 bits where a sequence or acknowledgement
/// number takes part as a whole, else 16, else 8. A constant that the rows share is offered as it
/// is, as a key of the source, and as what other words explain that are constant here: a scanner
/// that looks at one port only shows "= 80" where "= destination port" is meant.
[[nodiscard]] auto suggest_xors(std::span<sample_row const* const> rows, null_space const& solved)
    -> std::vector<relation>;

/// Sums and differences (modulo 2^16 and 2^32) of two to three words, with a constant.
/// `solved` is of the same rows: what is an XOR is not offered as a sum.
[[nodiscard]] auto suggest_sums(std::span<sample_row const* const> rows, null_space const& solved)
    -> std::vector<relation>;

/// Both. Empty for fewer rows than `least_rows`.
[[nodiscard]] auto suggest(std::span<sample_row const* const> rows) -> std::vector<relation>;

}  // namespace kizashi::recognise::discover
