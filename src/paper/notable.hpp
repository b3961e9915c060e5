// What stands out in a period: the largest scan events and attacks, campaigns, findings.
#pragma once

#include <map>
#include <vector>

#include "kizashi/answer/question.hpp"
#include "kizashi/screening/listed_campaigns.hpp"

namespace kizashi::paper {

using answer::json;

struct found_campaigns {
  std::vector<screening::listed_campaign> rows;  ///< by descending packets
  std::map<net::address, timestamp> begins;      ///< when each source was first seen
  bool is_cut = false;                           ///< there were more sources than are looked at
};
/// Groups of sources that scan together (docs/campaigns.md), in the scan events of the question's
/// span, both of whose times are known.
[[nodiscard]] auto find_campaigns(store::engine& in, answer::asked const& question)
    -> result<found_campaigns>;
/// What such a group is, without its members.
[[nodiscard]] auto campaign_json(screening::campaign_row const& of) -> json;

/// {"events", "attacks", "campaigns", "findings"}: ten of each at most, those with most packets,
/// and the strongest findings (`findings_json`). Campaigns are null where the store would have to
/// read more than a question may. null of a question of some packets alone: none of these is kept
/// by packet.
[[nodiscard]] auto notable_json(store::engine& in, answer::asked const& question) -> result<json>;

}  // namespace kizashi::paper
