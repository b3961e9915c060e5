#include "kizashi/recognise/discover/sample_row.hpp"

namespace kizashi::recognise::discover {

auto name_of(scope each) noexcept -> std::string_view {
  switch (each) {
    case scope::tcp_syn:
      return "tcp-syn";
    case scope::tcp_other:
      return "tcp";
    case scope::udp:
      return "udp";
    case scope::icmp:
      return "icmp";
  }
  return "";
}

auto choose(net::packet_batch const& batch, std::size_t row) noexcept -> chosen_row {
  constexpr auto refused = net::bit(net::attribute::ipv6) | net::bit(net::attribute::no_ip) |
                           net::bit(net::attribute::malformed) | net::bit(net::attribute::fragment);
  if ((batch.attributes[row] & refused) != 0 || !batch.has(row, net::attribute::ports)) return {};
  switch (batch.ip_protocol[row]) {
    case net::protocol::tcp: {
      constexpr auto looked_at =
          net::tcp_flag::syn | net::tcp_flag::ack | net::tcp_flag::fin | net::tcp_flag::rst;
      auto const is_syn = (batch.tcp_flags[row] & looked_at) == net::tcp_flag::syn;
      return {true, is_syn ? scope::tcp_syn : scope::tcp_other};
    }
    case net::protocol::udp:
      return {true, scope::udp};
    case net::protocol::icmp:
      return {true, scope::icmp};
    default:
      return {};
  }
}

auto take_row(net::packet_batch const& batch, std::size_t row) noexcept -> sample_row {
  sample_row out;
  out.set(word::destination, batch.destination[row]);
  out.set(word::source, batch.source[row]);
  out.set(word::ip_id, batch.ip_id[row]);
  out.set(word::ip_length, batch.ip_length[row]);
  out.ttl = batch.ttl[row];
  out.dont_fragment = batch.has(row, net::attribute::dont_fragment);
  // Type and code of ICMP stand in the columns of ports: they are no numbers to compute with.
  if (batch.ip_protocol[row] == net::protocol::icmp) return out;
  out.set(word::destination_port, batch.destination_port[row]);
  out.set(word::source_port, batch.source_port[row]);
  if (batch.ip_protocol[row] != net::protocol::tcp) return out;
  out.set(word::sequence, batch.tcp_sequence[row]);
  out.set(word::acknowledgement, batch.tcp_acknowledgement[row]);
  out.set(word::window, batch.tcp_window[row]);
  out.set(word::mss, batch.tcp_mss[row]);
  out.options = batch.tcp_options[row];
  return out;
}

}  // namespace kizashi::recognise::discover
