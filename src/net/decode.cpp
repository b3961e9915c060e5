// The fast kernel: Ethernet, IPv4 without options, not fragmented, TCP or UDP, whole headers
// captured. That is nearly every packet of a telescope. Whatever differs goes to
// `decode_frame`.
//
// One check of the captured length covers every byte that the kernel touches; then fields are read
// at fixed offsets and written straight into the columns.
#include "kizashi/net/decode.hpp"

#include <cstring>
#include <span>

#include "kizashi/base/error.hpp"
#include "kizashi/net/internal/tcp_options.hpp"

namespace kizashi::net {
namespace {

// Offsets in an Ethernet frame with a 20-byte IPv4 header.
constexpr std::size_t ip_at = 14;
constexpr std::size_t transport_at = 34;
constexpr std::size_t tcp_end = 54;  // without options

template <class T>
[[gnu::always_inline]] inline auto load(std::uint8_t const* at) noexcept -> T {
  T value;
  std::memcpy(&value, at, sizeof value);
  return value;
}
[[gnu::always_inline]] inline auto big16(std::uint8_t const* at) noexcept -> std::uint16_t {
  return __builtin_bswap16(load<std::uint16_t>(at));
}
[[gnu::always_inline]] inline auto big32(std::uint8_t const* at) noexcept -> std::uint32_t {
  return __builtin_bswap32(load<std::uint32_t>(at));
}

[[gnu::always_inline]] inline auto tcp_header_length(std::uint8_t const* tcp) noexcept
    -> std::size_t {
  return std::size_t{4} * (tcp[12] >> 4);
}

/// Whether `decode_plain` may have the frame: everything that it takes for granted, in few
/// comparisons.
[[gnu::always_inline]] inline auto is_plain(std::uint8_t const* data, frame const& each) noexcept
    -> bool {
  if (each.link != link_type::ethernet || each.captured < tcp_end) return false;
  // EtherType 0x0800, version 4 with five words, any type of service: bytes 12 to 15 in one load.
  if ((load<std::uint32_t>(data + 12) & 0x00FF'FFFF) != 0x0045'0008) return false;
  auto const ip_length = big16(data + ip_at + 2);
  auto const wire = each.wire > each.captured ? each.wire : each.captured;
  // Not the reserved bit, not "more fragments", no offset: only "don't fragment" may be set.
  if ((load<std::uint16_t>(data + ip_at + 6) & 0xFFBF) != 0 || ip_at + ip_length > wire)
    return false;
  auto const next = data[ip_at + 9];
  if (next == protocol::tcp) {
    auto const header = tcp_header_length(data + transport_at);
    return header >= 20 && ip_length >= 20 + header && each.captured >= transport_at + header;
  }
  if (next != protocol::udp || ip_length < 28) return false;
  auto const udp_length = big16(data + transport_at + 4);
  return udp_length == 0 || (udp_length >= 8 && udp_length + 20 <= ip_length);
}

void decode_options(std::span<std::uint8_t const> bytes, std::size_t row,
                    packet_batch& out) noexcept {
  auto const options = internal::read_tcp_options(bytes, bytes.size());
  out.tcp_options[row] = options.order;
  out.tcp_mss[row] = options.mss;
  out.tcp_window_scale[row] = options.window_scale;
  if (options.is_malformed) out.attributes[row] |= bit(attribute::malformed);
}

[[gnu::always_inline]] inline void decode_plain(std::uint8_t const* data, frame const& each,
                                                std::size_t row, packet_batch& out) noexcept {
  auto const* const ip = data + ip_at;
  auto const* const transport = data + transport_at;
  auto const ip_length = big16(ip + 2);
  bool const is_tcp = ip[9] == protocol::tcp;
  auto const header_end = transport_at + (is_tcp ? tcp_header_length(transport) : 8);
  auto const end = ip_at + ip_length < each.captured ? ip_at + ip_length : each.captured;
  auto const dont_fragment = (ip[6] & 0x40) != 0 ? bit(attribute::dont_fragment) : 0;
  // For UDP the TCP fields are masked to zero instead of branched around.
  auto const tcp_mask = is_tcp ? ~std::uint32_t{0} : 0;

  out.time[row] = each.time.nanoseconds();
  out.wire_length[row] = each.wire;
  out.source[row] = big32(ip + 12);
  out.destination[row] = big32(ip + 16);
  out.source_port[row] = big16(transport);
  out.destination_port[row] = big16(transport + 2);
  out.tcp_sequence[row] = big32(transport + 4) & tcp_mask;
  out.tcp_acknowledgement[row] = big32(transport + 8) & tcp_mask;
  out.tcp_options[row] = 0;
  out.attributes[row] = static_cast<std::uint16_t>(bit(attribute::ports) | dont_fragment);
  out.ip_length[row] = ip_length;
  out.ip_id[row] = big16(ip + 4);
  out.tcp_window[row] = static_cast<std::uint16_t>(big16(transport + 14) & tcp_mask);
  out.tcp_mss[row] = 0;
  out.payload_offset[row] = static_cast<std::uint16_t>(header_end);
  out.payload_length[row] = static_cast<std::uint16_t>(end - header_end);
  out.ip_protocol[row] = ip[9];
  out.ttl[row] = ip[8];
  out.tcp_flags[row] = static_cast<std::uint8_t>(transport[13] & tcp_mask);
  out.tcp_window_scale[row] = 255;
  if (is_tcp && header_end > tcp_end) decode_options({data + tcp_end, data + header_end}, row, out);
}

}  // namespace

void decode(frame_block const& in, packet_batch& out) {
  auto const count = in.frames.size();
  KIZASHI_ASSERT(count <= packet_batch::capacity);
  out.clear();
  auto const bytes = in.bytes();
  for (std::size_t row = 0; row < count; ++row) {
    auto const& each = in.frames[row];
    out.frame_index[row] = static_cast<std::uint32_t>(row);
    bool const lies_inside =
        each.offset <= bytes.size() && each.captured <= bytes.size() - each.offset;
    auto const* const data = lies_inside ? bytes.data() + each.offset : nullptr;
    if (lies_inside && is_plain(data, each)) {
      decode_plain(data, each, row, out);
    } else {
      out.set_row(row, decode_frame(in, each, row, out));
    }
  }
  out.resize(count);
}

}  // namespace kizashi::net
