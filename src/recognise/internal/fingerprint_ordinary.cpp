#include "kizashi/recognise/internal/fingerprint_ordinary.hpp"

#include <array>
#include <string>

#include "kizashi/recognise/traffic.hpp"

namespace kizashi::recognise::internal {
namespace {

enum class habit : std::uint8_t {
  linux_syn,
  windows_syn,
  bsd_syn,
  router_syn,
  device_syn,
  syn_ack,
  reset,
  datagram,
  icmp
};
constexpr std::array<std::uint32_t, 9> percent{25, 12, 5, 3, 15, 10, 10, 12, 8};

constexpr std::uint32_t mss = 2, mss_sok_ts_nop_ws = 0x31842, windows_options = 0x411312,
                        bsd_options = 0x4811312;

constexpr auto type_number(packet_type type) noexcept -> std::uint8_t {
  return static_cast<std::uint8_t>(type);
}

}  // namespace

struct ordinary_traffic::host {
  habit does = habit::linux_syn;
  std::uint32_t address = 0;
  std::uint16_t window = 0;
  std::uint16_t ip_id = 0;
  std::uint16_t port = 0;
  std::uint8_t hops = 0;
  bool has_mss = false;
};

auto ordinary_traffic::make_host() -> host {
  host made;
  auto draw = random_.below(100);
  std::uint8_t kind = 0;
  while (draw >= percent[kind]) draw -= percent[kind++];
  made.does = static_cast<habit>(kind);
  made.address = random_.next32();
  constexpr std::array<std::uint16_t, 5> linux_windows{64240, 29200, 14600, 5840, 65535};
  constexpr std::array<std::uint16_t, 3> windows_windows{8192, 64240, 65535};
  made.window = static_cast<std::uint16_t>(random_.below(65536));
  if (made.does == habit::linux_syn) made.window = linux_windows[random_.below(5)];
  if (made.does == habit::windows_syn) made.window = windows_windows[random_.below(3)];
  if (made.does == habit::bsd_syn) made.window = 65535;
  if (made.does == habit::router_syn) made.window = 4128;
  made.ip_id = static_cast<std::uint16_t>(random_.below(65536));
  made.port = static_cast<std::uint16_t>(1024 + random_.below(64512));
  made.hops = static_cast<std::uint8_t>(5 + random_.below(20));
  made.has_mss = random_.below(2) == 0;
  return made;
}

auto ordinary_traffic::make_syn(host const& from, net::packet& out) -> std::uint8_t {
  constexpr std::array<std::uint16_t, 8> ports{22, 23, 80, 443, 445, 3389, 5555, 8080};
  out.ip_protocol = net::protocol::tcp;
  out.tcp_flags = net::tcp_flag::syn;
  out.tcp_sequence = random_.next32();
  out.tcp_window = from.window;
  out.source_port = static_cast<std::uint16_t>(1024 + random_.below(64512));
  out.destination_port = ports[random_.below(8)];
  out.tcp_mss = 1460;
  out.tcp_options = mss;
  std::uint8_t first_ttl = 64;
  switch (from.does) {
    case habit::linux_syn:
      out.tcp_options = mss_sok_ts_nop_ws;
      out.tcp_window_scale = 7;
      break;
    case habit::windows_syn:
      out.tcp_options = windows_options;
      out.tcp_window_scale = 8;
      first_ttl = 128;
      break;
    case habit::bsd_syn:
      out.tcp_options = bsd_options;
      out.tcp_window_scale = 6;
      break;
    case habit::router_syn:
      first_ttl = 255;
      break;
    default:
      if (!from.has_mss) out.tcp_mss = 0;
      if (!from.has_mss) out.tcp_options = 0;
      break;
  }
  out.ttl = static_cast<std::uint8_t>(first_ttl - from.hops);
  if (from.does <= habit::bsd_syn) out.attributes |= net::bit(net::attribute::dont_fragment);
  return type_number(packet_type::tcp_syn);
}

auto ordinary_traffic::make_answer(host const& from, net::packet& out) -> std::uint8_t {
  out.ip_protocol = net::protocol::tcp;
  out.source_port = from.port % 2 == 0 ? 80 : 443;
  out.destination_port = static_cast<std::uint16_t>(random_.below(65536));
  if (from.does == habit::syn_ack) {
    out.tcp_flags = net::tcp_flag::syn | net::tcp_flag::ack;
    out.tcp_sequence = random_.next32();
    out.tcp_acknowledgement = random_.next32();
    out.tcp_window = 29200;
    out.tcp_mss = 1460;
    out.tcp_options = mss;
    return type_number(packet_type::tcp_synack);
  }
  auto const has_ack = random_.below(2) == 0;
  out.tcp_flags = net::tcp_flag::rst;
  if (has_ack) out.tcp_flags |= net::tcp_flag::ack;
  (has_ack ? out.tcp_acknowledgement : out.tcp_sequence) = random_.next32();
  return type_number(packet_type::tcp_rst);
}

auto ordinary_traffic::make_datagram(net::packet& out) -> std::uint8_t {
  constexpr std::array<std::uint16_t, 16> ports{17,  19,   53,   111,  123,  137,  161,   389,
                                                623, 1900, 3702, 5060, 5353, 5683, 11211, 47808};
  out.ip_protocol = net::protocol::udp;
  out.source_port = static_cast<std::uint16_t>(1024 + random_.below(64512));
  out.destination_port = static_cast<std::uint16_t>(random_.below(65536));
  std::string payload;
  auto const kind = random_.below(8);
  if (kind == 0) {  // a query for the address of a name
    out.destination_port = 53;
    payload = {
        "\x12\x34\x01\x00\x00\x01\x00\x00\x00\x00\x00\x00\x07"
        "example\x03"
        "com\x00\x00\x01\x00\x01",
        29};
  } else if (kind == 1) {
    out.source_port = 53;
    payload = {"\x12\x34\x81\x80\x00\x01\x00\x00\x00\x00\x00\x00\x00\x00\x01\x00\x01", 17};
  } else if (kind < 5) {
    payload = "d1:ad2:id20:abcdefghij0123456789e1:q4:ping1:t2:aa1:y1:qe";
  } else {
    payload.resize(random_.below(200));
    for (auto& each : payload) each = static_cast<char>(random_.below(256));
    if (kind == 5) out.destination_port = ports[random_.below(16)];
  }
  out.payload_length = static_cast<std::uint16_t>(payload.size());
  frames_->storage.append({reinterpret_cast<std::uint8_t const*>(payload.data()), payload.size()});
  return type_number(out.source_port == 53 ? packet_type::udp_reply : packet_type::udp);
}

auto ordinary_traffic::make_icmp(net::packet& out) -> std::uint8_t {
  out.ip_protocol = net::protocol::icmp;
  auto const kind = random_.below(4);
  out.source_port = kind < 2 ? 8 : kind == 2 ? 3 : 11;
  out.destination_port =
      kind == 2 ? static_cast<std::uint16_t>(random_.below(4)) : std::uint16_t{0};
  return type_number(kind < 2 ? packet_type::icmp_request : packet_type::icmp_error);
}

void ordinary_traffic::add_row(host const& from, std::size_t row, net::packet_batch& batch,
                               tag_columns& tags) {
  net::packet made;
  made.time = timestamp{static_cast<std::int64_t>(row)};
  made.source = from.address;
  made.destination = random_.next32();
  made.attributes = net::bit(net::attribute::ports);
  made.ttl = static_cast<std::uint8_t>(64 - from.hops);
  // Windows counts, the others draw.
  made.ip_id = from.does == habit::windows_syn ? static_cast<std::uint16_t>(from.ip_id + row)
                                               : static_cast<std::uint16_t>(random_.below(65536));
  auto const first_byte = static_cast<std::uint32_t>(frames_->storage.size());
  if (from.does <= habit::device_syn)
    tags.type[row] = make_syn(from, made);
  else if (from.does <= habit::reset)
    tags.type[row] = make_answer(from, made);
  else
    tags.type[row] = from.does == habit::datagram ? make_datagram(made) : make_icmp(made);
  made.ip_length = static_cast<std::uint16_t>(40 + made.payload_length);
  made.wire_length = 14U + made.ip_length;
  frames_->frames.push_back(
      {made.time, first_byte, made.payload_length, made.wire_length, net::link_type::raw_ip});
  batch.set_row(row, made);
  batch.frame_index[row] = static_cast<std::uint32_t>(row);
}

void ordinary_traffic::fill(net::packet_batch& batch, net::frame_block& frames, tag_columns& tags) {
  frames.clear();
  frames_ = &frames;
  batch.clear();
  batch.resize(net::packet_batch::capacity);
  for (std::size_t row = 0; row < net::packet_batch::capacity; row += 2) {
    auto const from = make_host();
    add_row(from, row, batch, tags);
    add_row(from, row + 1, batch, tags);
  }
}

}  // namespace kizashi::recognise::internal
