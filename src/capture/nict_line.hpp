// Lines of the NICT Darknet Dataset 2022 (https://csdataset.nict.go.jp/darknet-2022): one TCP SYN
// each, of whose addresses the source is hashed and the upper half of the destination left out.
#pragma once

#include <cstdint>
#include <string_view>

#include "kizashi/base/error.hpp"
#include "kizashi/base/time.hpp"
#include "kizashi/net/packet_batch.hpp"

namespace kizashi::capture {

/// The columns in their order. The hashes are texts of the data set's makers: of any length, the
/// same for the same address.
struct nict_packet {
  timestamp time;                      ///< UNIX time, with a fraction or without
  std::string_view source_high;        ///< hash[ip.src.upper16]
  std::string_view source;             ///< hash[ip.src.32]
  std::uint16_t destination_low = 0;   ///< ip.dst.lower16: 0..65535, or the two bytes "12.34"
  std::uint16_t destination_port = 0;  ///< tcp.dstport
};

/// Reads "1533049200.123456,HASH,HASH,4660,23"; fields may be in double quotes. Fails with what is
/// wrong and what was expected.
[[nodiscard]] auto parse_nict_line(std::string_view text) -> result<nict_packet>;
/// Whether a line names the columns instead.
[[nodiscard]] auto is_nict_head(std::string_view text) -> bool;

/// The prefix of all pseudonyms: of 2001:20::/28, whose identifiers are hashes in the form of
/// addresses and are never on a wire (RFC 7343), the part that no algorithm has.
inline constexpr std::uint64_t pseudonym_prefix = 0x2001'002f'0000'0000;  ///< 32 bits

/// The source as 2001:2f:HHHH:HHHH:SSSS:SSSS:SSSS:SSSS, H from the hash of its upper 16 bits and S
/// from that of all: the sources of one /16 are the same /64. The same hashes always give the same.
[[nodiscard]] auto pseudonym_of(nict_packet const& packet) -> net::ipv6;
/// The destination as 2001:2f::LLLL, its lower 16 bits.
[[nodiscard]] auto destination_of(nict_packet const& packet) -> net::ipv6;

/// Puts the packet into the next row of `to`, which is not full: `attribute::ipv6` for the place of
/// its addresses, `attribute::pseudonym` for what they are; fields that the line does not tell are
/// 0.
void append_nict(nict_packet const& packet, net::packet_batch& to);

}  // namespace kizashi::capture
