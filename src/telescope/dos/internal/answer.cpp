#include "kizashi/telescope/dos/internal/answer.hpp"

#include <algorithm>

#include "kizashi/recognise/traffic.hpp"

namespace kizashi::telescope::internal {
namespace {

using recognise::packet_type;

/// Juno draws its source port as 1024 + (random() & 2048) (J. Kristoff, NANOG list, 2010-06-28),
/// and a victim answers to it.
constexpr auto is_juno_port(std::uint16_t port) noexcept -> bool {
  return port == 1024 || port == 3072;
}

auto kind_of(packet_type type) noexcept -> answer_kind {
  switch (type) {
    case packet_type::tcp_synack:
      return answer_kind::synack;
    case packet_type::tcp_rst:
      return answer_kind::rst;
    case packet_type::udp_reply:
      return answer_kind::udp;
    default:
      return answer_kind::icmp;
  }
}

auto quote_of(net::packet_batch const& batch, std::size_t row) -> net::quoted_packet const* {
  if (!batch.has(row, net::attribute::quoted)) return nullptr;
  auto const found = std::ranges::lower_bound(batch.quoted, static_cast<std::uint16_t>(row), {},
                                              &net::quoted_packet::row);
  return found != batch.quoted.end() && found->row == row ? &*found : nullptr;
}

}  // namespace

auto read_answer(net::packet_batch const& batch, recognise::tag_columns const& tags,
                 std::size_t row) -> answer {
  auto const type = static_cast<packet_type>(tags.type[row]);
  answer read;
  read.kind = kind_of(type);
  read.time = batch.time[row];
  read.wire_length = batch.wire_length[row];
  read.destination = batch.destination_address(row);
  read.ip_protocol = batch.ip_protocol[row];
  auto const* const quote = type == packet_type::icmp_error ? quote_of(batch, row) : nullptr;
  if (quote != nullptr) {
    read.victim = quote->destination;
    read.ip_protocol = quote->ip_protocol;
    read.attacked_port = quote->destination_port;
    read.is_juno = quote->ip_protocol == net::protocol::tcp && is_juno_port(quote->source_port);
    return read;
  }
  read.victim = batch.source_address(row);
  if (read.kind == answer_kind::icmp) return read;
  read.attacked_port = batch.source_port[row];
  read.is_juno = read.kind != answer_kind::udp && is_juno_port(batch.destination_port[row]);
  return read;
}

}  // namespace kizashi::telescope::internal
