// What the detection engines concluded in a period, as a report tells it: what is about one thing
// is told once.
#pragma once

#include <string>
#include <vector>

#include "kizashi/answer/question.hpp"
#include "kizashi/engine/finding.hpp"

namespace kizashi::paper {

using answer::json;

/// Findings about the same services at the same sensors, with no more than a day between them.
struct told_findings {
  engine::finding strongest;
  timestamp first;  ///< of all of them
  timestamp last;
  std::uint64_t source_count = 0;    ///< the most that one of them has
  std::vector<std::string> engines;  ///< all that agree, ascending; not those that only join
  std::uint64_t count = 0;
};

/// By the strongest of each, in the order in which they come in. Findings about no single service
/// are about one thing only where engine and kind are the same, too. Cost: their number squared.
[[nodiscard]] auto told_once(std::vector<engine::finding> const& strongest_first)
    -> std::vector<told_findings>;

/// {"levels": {"critical", "high", "medium", "low", "note"}, "count", "shortages", "engines",
/// "rows"}: how many findings of each level the store has of the question's span, which engines
/// told them, and the ten strongest things they are about. Of findings beyond the 500 strongest
/// only the number is told. Without engines nothing in the store says that any was at work.
[[nodiscard]] auto findings_json(store::engine& in, answer::asked const& question) -> result<json>;

}  // namespace kizashi::paper
