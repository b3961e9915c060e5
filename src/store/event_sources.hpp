// The sources of scan events, with what is kept of their behaviour: what campaigns are found in.
#pragma once

#include <cstdint>
#include <vector>

#include "kizashi/store/statistics.hpp"
#include "kizashi/telescope/sources/source_profile.hpp"

namespace kizashi::store {

struct event_source {
  /// Without evidence, sequence and targets, which are not kept. Of the header of its SYNs: window,
  /// TTL and don't fragment.
  telescope::source_profile profile;
  std::uint64_t tools = 0;  ///< verdicts: bit n - 1 is number n of `names`, kind fingerprint
};

struct event_sources {
  std::vector<event_source> rows;
  bool is_cut = false;  ///< there were more: those with most packets are told
};
inline constexpr std::size_t most_event_sources = 20'000;

/// Of events that were going on in the span, all of their packets in it. `filter.from` and
/// `filter.to` are known; `filter.where` is left aside. Cost: the events of the span, and the
/// tuples of their sources.
[[nodiscard]] auto event_sources_of(engine& in, packet_filter const& filter,
                                    ask_settings const& ask) -> result<event_sources>;

}  // namespace kizashi::store
