// Relations in the language of fingerprints.
#pragma once

#include <string>

#include "kizashi/recognise/discover/relation.hpp"

namespace kizashi::recognise::discover {

/// A word's name in packets of a scope: "tcp.srcport", "udp.srcport".
[[nodiscard]] auto name_of(word w, scope where) -> std::string;

/// A condition such as "ip.id == (ip.dst ^ tcp.dstport ^ tcp.seq) & 0xffff"; of a key the
/// expression that has one value per source.
[[nodiscard]] auto to_text(relation const& of, scope where) -> std::string;

}  // namespace kizashi::recognise::discover
