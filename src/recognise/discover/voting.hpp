// Which relations are worth being weighed: those that the packets of several senders suggest.
#pragma once

#include <span>
#include <vector>

#include "kizashi/recognise/discover/packet_sample.hpp"
#include "kizashi/recognise/discover/relation.hpp"

namespace kizashi::recognise::discover {

/// At most this many are weighed.
inline constexpr std::size_t most_candidates = 256;

/// Relations with `least_votes` or more, by votes times bits. Each source with enough rows has a
/// vote for whatever its rows suggest; if they suggest nothing, each part of them with equal TTL
/// and options has: behind one address there may be many systems. Sources with few rows are put
/// together by port and looks, and random eights of such a pool vote.
[[nodiscard]] auto vote(std::span<packet_sample::member const> members, std::size_t least_votes)
    -> std::vector<relation>;

}  // namespace kizashi::recognise::discover
