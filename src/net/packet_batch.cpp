#include "kizashi/net/packet_batch.hpp"

#include "kizashi/base/error.hpp"

namespace kizashi::net {
namespace {

/// Moves the rows of one column to the front; `rows` ascend.
template <class Column>
void gather(Column& column, std::span<std::uint16_t const> rows) noexcept {
  for (std::size_t to = 0; to < rows.size(); ++to) column[to] = column[rows[to]];
}

}  // namespace

auto packet_batch::source_address(std::size_t row) const noexcept -> address {
  if (has(row, attribute::ipv6)) return ipv6[source[row]].source;
  return ipv4{source[row]};
}

auto packet_batch::destination_address(std::size_t row) const noexcept -> address {
  if (has(row, attribute::ipv6)) return ipv6[destination[row]].destination;
  return ipv4{destination[row]};
}

auto packet_batch::row(std::size_t i) const noexcept -> packet {
  packet p;
  p.time = timestamp{time[i]};
  p.source = source[i];
  p.destination = destination[i];
  p.wire_length = wire_length[i];
  p.tcp_sequence = tcp_sequence[i];
  p.tcp_acknowledgement = tcp_acknowledgement[i];
  p.tcp_options = tcp_options[i];
  p.source_port = source_port[i];
  p.destination_port = destination_port[i];
  p.attributes = attributes[i];
  p.ip_length = ip_length[i];
  p.ip_id = ip_id[i];
  p.tcp_window = tcp_window[i];
  p.tcp_mss = tcp_mss[i];
  p.payload_offset = payload_offset[i];
  p.payload_length = payload_length[i];
  p.ip_protocol = ip_protocol[i];
  p.ttl = ttl[i];
  p.tcp_flags = tcp_flags[i];
  p.tcp_window_scale = tcp_window_scale[i];
  return p;
}

void packet_batch::set_row(std::size_t i, packet const& p) noexcept {
  time[i] = p.time.nanoseconds();
  source[i] = p.source;
  destination[i] = p.destination;
  wire_length[i] = p.wire_length;
  tcp_sequence[i] = p.tcp_sequence;
  tcp_acknowledgement[i] = p.tcp_acknowledgement;
  tcp_options[i] = p.tcp_options;
  source_port[i] = p.source_port;
  destination_port[i] = p.destination_port;
  attributes[i] = p.attributes;
  ip_length[i] = p.ip_length;
  ip_id[i] = p.ip_id;
  tcp_window[i] = p.tcp_window;
  tcp_mss[i] = p.tcp_mss;
  payload_offset[i] = p.payload_offset;
  payload_length[i] = p.payload_length;
  ip_protocol[i] = p.ip_protocol;
  ttl[i] = p.ttl;
  tcp_flags[i] = p.tcp_flags;
  tcp_window_scale[i] = p.tcp_window_scale;
}

void packet_batch::clear() noexcept {
  size_ = 0;
  ipv6.clear();
  quoted.clear();
}

auto packet_batch::retain(std::span<std::uint8_t const> keep) noexcept -> std::size_t {
  KIZASHI_ASSERT(keep.size() == size_);
  std::array<std::uint16_t, capacity> kept;
  std::size_t count = 0;
  for (std::size_t i = 0; i < size_; ++i) {
    kept[count] = static_cast<std::uint16_t>(i);
    count += keep[i] != 0;
  }
  if (count == size_) return 0;
  auto const rows = std::span{kept}.first(count);
  gather(time, rows);
  gather(source, rows);
  gather(destination, rows);
  gather(wire_length, rows);
  gather(tcp_sequence, rows);
  gather(tcp_acknowledgement, rows);
  gather(tcp_options, rows);
  gather(frame_index, rows);
  gather(source_port, rows);
  gather(destination_port, rows);
  gather(attributes, rows);
  gather(ip_length, rows);
  gather(ip_id, rows);
  gather(tcp_window, rows);
  gather(tcp_mss, rows);
  gather(payload_offset, rows);
  gather(payload_length, rows);
  gather(ip_protocol, rows);
  gather(ttl, rows);
  gather(tcp_flags, rows);
  gather(tcp_window_scale, rows);

  std::size_t quotes = 0;
  std::size_t to = 0;
  for (auto const& quote : quoted) {  // ascending by row, as the decoder wrote them
    while (to < count && rows[to] < quote.row) ++to;
    if (to == count || rows[to] != quote.row) continue;
    quoted[quotes] = quote;
    quoted[quotes++].row = static_cast<std::uint16_t>(to);
  }
  quoted.resize(quotes);
  auto const gone = size_ - count;
  size_ = count;
  return gone;
}

}  // namespace kizashi::net
