// What the packets of a group have in common beside the relation by which they were found.
#pragma once

#include <span>
#include <vector>

#include "kizashi/recognise/discover/evidence.hpp"
#include "kizashi/recognise/discover/search.hpp"

namespace kizashi::recognise::discover {

/// Window, options, MSS (of TCP SYN), the don't fragment flag and a high TTL, where 99 % of the
/// packets that have the relation share them.
[[nodiscard]] auto find_looks(evidence const& of, std::span<packet_sample::member const> members,
                              scope where) -> std::vector<look>;

}  // namespace kizashi::recognise::discover
