// The decoder by the bounds-checked reader alone: every path, no tricks.
#include <algorithm>

#include "kizashi/net/byte_reader.hpp"
#include "kizashi/net/decode.hpp"
#include "kizashi/net/internal/link.hpp"
#include "kizashi/net/internal/tcp_options.hpp"

namespace kizashi::net {
namespace {

/// One frame on its way to a row. Offsets count from the frame's first byte.
class frame_decoder {
public:
  frame_decoder(std::span<std::uint8_t const> data, frame const& each, std::size_t row,
                packet_batch& out) noexcept
      : data_{data}, out_{out}, row_{row} {
    packet_.time = each.time;
    packet_.wire_length = each.wire;
    wire_ = std::max<std::size_t>(each.wire, data.size());
  }

  auto decode(link_type type) -> packet {
    auto const link = internal::skip_link(type, data_);
    if (link.is_labelled) mark(attribute::vlan);
    if (link.is_unknown) mark(attribute::unknown_link);
    if (link.is_cut) mark_cut();
    switch (link.kind) {
      case internal::network::ipv4:
        decode_ipv4(link.offset);
        break;
      case internal::network::ipv6:
        decode_ipv6(link.offset);
        break;
      case internal::network::arp:
        mark(attribute::arp);
        [[fallthrough]];
      case internal::network::other:
        mark(attribute::no_ip);
    }
    return packet_;
  }

private:
  void mark(attribute a) noexcept { packet_.attributes |= bit(a); }

  /// Bytes that should be there are not: the capture was cut short, or else the frame itself is
  /// wrong.
  void mark_cut() noexcept {
    mark(data_.size() < wire_ ? attribute::truncated : attribute::malformed);
  }

  /// The bytes from `offset` to the end of the IP packet, as far as captured.
  [[nodiscard]] auto inside_ip(std::size_t offset) const noexcept -> std::span<std::uint8_t const> {
    auto const end = std::min(ip_end_, data_.size());
    return offset < end ? data_.subspan(offset, end - offset) : std::span<std::uint8_t const>{};
  }

  /// A header of `offset` onwards ended early: because the IP length ends there, or because the
  /// capture does.
  void mark_short(std::size_t needed_end) noexcept {
    if (needed_end > ip_end_) {
      mark(attribute::malformed);
    } else {
      mark_cut();
    }
  }

  /// Sets where the IP packet ends. A length of zero is what an interface that segments by itself
  /// leaves: the packet then ends with the frame.
  void set_ip_length(std::size_t start, std::size_t length, std::size_t header) noexcept {
    if (length == 0) length = wire_ - start;
    if (length < header || start + length > wire_) mark(attribute::malformed);
    packet_.ip_length = static_cast<std::uint16_t>(std::min<std::size_t>(length, 65535));
    ip_end_ = start + std::max(length, header);
  }

  void decode_ipv4(std::size_t start) {
    byte_reader in{data_.subspan(start)};
    auto const version_and_length = in.u8();
    in.skip(1);
    auto const length = in.big16();
    packet_.ip_id = in.big16();
    auto const fragment = in.big16();
    packet_.ttl = in.u8();
    auto const next = in.u8();
    in.skip(2);
    packet_.source = in.big32();
    packet_.destination = in.big32();
    auto const header = std::size_t{4} * (version_and_length & 15);
    if (in.is_exhausted() || version_and_length >> 4 != 4 || header < 20) {
      auto const kept = packet_.attributes;
      packet_ =
          packet{.time = packet_.time, .wire_length = packet_.wire_length, .attributes = kept};
      mark(attribute::no_ip);
      if (in.is_exhausted()) {
        mark_cut();
      } else {
        mark(attribute::malformed);
      }
      return;
    }
    packet_.ip_protocol = next;
    set_ip_length(start, length, header);
    if (header > 20) mark(attribute::ip_options);
    if ((fragment & 0x8000) != 0) mark(attribute::reserved_flag);
    if ((fragment & 0x4000) != 0) mark(attribute::dont_fragment);
    if ((fragment & 0x3FFF) != 0) mark(attribute::fragment);
    if ((fragment & 0x1FFF) != 0) mark(attribute::later_fragment);
    if (start + header > data_.size()) return mark_cut();
    decode_transport(start + header, (fragment & 0x1FFF) != 0);
  }

  void decode_ipv6(std::size_t start) {
    byte_reader in{data_.subspan(start)};
    auto const head = in.big32();
    auto const length = in.big16();
    auto const next = in.u8();
    auto const hop_limit = in.u8();
    ipv6_pair pair;
    pair.source = read_ipv6(in);
    pair.destination = read_ipv6(in);
    if (in.is_exhausted() || head >> 28 != 6) {
      mark(attribute::no_ip);
      if (in.is_exhausted()) return mark_cut();
      return mark(attribute::malformed);
    }
    mark(attribute::ipv6);
    packet_.source = packet_.destination = static_cast<std::uint32_t>(out_.ipv6.size());
    out_.ipv6.push_back(pair);
    packet_.ttl = hop_limit;
    set_ip_length(start, length == 0 ? 0 : length + std::size_t{40}, 40);
    walk_extensions(start + 40, next);
  }

  [[nodiscard]] static auto read_ipv6(byte_reader& in) -> ipv6 {
    auto const high = in.big64();
    return ipv6{high, in.big64()};
  }

  /// RFC 8200 section 4. Bounded by the bytes: each header is at least 8 long.
  void walk_extensions(std::size_t at, std::uint8_t next) {
    bool is_later = false;
    while (true) {
      bool const is_fragment = next == 44;
      bool const is_extension = next == 0 || next == 43 || next == 60 || next == 51 ||
                                next == 135 || next == 139 || next == 140;
      packet_.ip_protocol = next;
      if ((!is_fragment && !is_extension) || is_later) break;
      mark(attribute::ip_options);
      byte_reader in{inside_ip(at)};
      auto const following = in.u8();
      auto const units = in.u8();
      auto const fragment = in.big16();
      auto const identification = in.big32();
      if (in.is_exhausted()) return mark_short(at + 8);
      if (is_fragment) {
        packet_.ip_id = static_cast<std::uint16_t>(identification);
        // An "atomic" fragment (RFC 6946) has neither offset nor more to come.
        if ((fragment & 0xFFF9) != 0) mark(attribute::fragment);
        is_later = (fragment & 0xFFF8) != 0;
        if (is_later) mark(attribute::later_fragment);
      }
      if (next == 51) mark(attribute::tunnel);
      at += is_fragment  ? 8
            : next == 51 ? (units + std::size_t{2}) * 4
                         : (units + std::size_t{1}) * 8;
      next = following;
    }
    if (at > std::min(ip_end_, data_.size())) return mark_short(at);
    decode_transport(at, is_later);
  }

  void decode_transport(std::size_t at, bool is_later) {
    if (is_later) return set_payload(at);
    bool const is_ipv6 = (packet_.attributes & bit(attribute::ipv6)) != 0;
    switch (packet_.ip_protocol) {
      case protocol::tcp:
        return decode_tcp(at);
      case protocol::udp:
        return decode_udp(at);
      case protocol::icmp:
        if (!is_ipv6) return decode_icmp(at);
        break;
      case protocol::icmp6:
        if (is_ipv6) return decode_icmp(at);
        break;
      case protocol::ipip:
      case protocol::ipv6_in_ipv4:
      case protocol::gre:
      case protocol::esp:
      case protocol::ah:
        mark(attribute::tunnel);
        break;
      default:
        break;
    }
    set_payload(at);
  }

  void decode_tcp(std::size_t at) {
    byte_reader in{inside_ip(at)};
    packet_.source_port = in.big16();
    packet_.destination_port = in.big16();
    packet_.tcp_sequence = in.big32();
    packet_.tcp_acknowledgement = in.big32();
    auto const header = std::size_t{4} * (in.u8() >> 4);
    packet_.tcp_flags = in.u8();
    if (in.is_exhausted()) {
      forget_transport();
      return mark_short(at + 20);
    }
    mark(attribute::ports);
    packet_.tcp_window = in.big16();
    in.skip(4);
    if (in.is_exhausted()) return mark_short(at + 20);
    if (header < 20) return mark(attribute::malformed);
    auto const options = internal::read_tcp_options(in.bytes(header - 20), header - 20);
    packet_.tcp_options = options.order;
    packet_.tcp_mss = options.mss;
    packet_.tcp_window_scale = options.window_scale;
    if (options.is_malformed) mark(attribute::malformed);
    if (in.is_exhausted()) return mark_short(at + header);
    set_payload(at + header);
  }

  void decode_udp(std::size_t at) {
    byte_reader in{inside_ip(at)};
    packet_.source_port = in.big16();
    packet_.destination_port = in.big16();
    auto const length = in.big16();
    in.skip(2);
    if (in.is_exhausted()) {
      forget_transport();
      return mark_short(at + 8);
    }
    mark(attribute::ports);
    // RFC 2675: zero stands for more than 65,535 bytes. A first fragment carries the length of the
    // whole datagram.
    bool const is_part = (packet_.attributes & bit(attribute::fragment)) != 0;
    if (length != 0 && (length < 8 || (at + length > ip_end_ && !is_part)))
      mark(attribute::malformed);
    set_payload(at + 8);
  }

  void decode_icmp(std::size_t at) {
    byte_reader in{inside_ip(at)};
    auto const type = in.u8();
    auto const code = in.u8();
    if (in.is_exhausted()) return mark_short(at + 8);
    mark(attribute::ports);
    packet_.source_port = type;
    packet_.destination_port = code;
    in.skip(6);
    if (in.is_exhausted()) return mark_short(at + 8);
    set_payload(at + 8);
    bool const is_error = packet_.ip_protocol == protocol::icmp6
                              ? type >= 1 && type <= 4
                              : type == 3 || type == 4 || type == 5 || type == 11 || type == 12;
    if (is_error) decode_quote(in.rest());
  }

  /// The packet inside an ICMP error (RFC 792, RFC 4443): an IP header and at least 8 bytes more.
  void decode_quote(std::span<std::uint8_t const> bytes) {
    quoted_packet quote;
    quote.row = static_cast<std::uint16_t>(row_);
    byte_reader in{bytes};
    bool is_later = false;  // a later fragment was quoted: no ports in it
    if (packet_.ip_protocol == protocol::icmp6) {
      if (in.big32() >> 28 != 6) return;
      in.skip(2);
      quote.ip_protocol = in.u8();
      in.skip(1);
      quote.source = read_ipv6(in);
      quote.destination = read_ipv6(in);
      if (in.is_exhausted()) return;
    } else {
      auto const version_and_length = in.u8();
      in.skip(5);
      is_later = (in.big16() & 0x1FFF) != 0;
      in.skip(1);
      quote.ip_protocol = in.u8();
      in.skip(2);
      quote.source = ipv4{in.big32()};
      quote.destination = ipv4{in.big32()};
      auto const header = std::size_t{4} * (version_and_length & 15);
      if (in.is_exhausted() || version_and_length >> 4 != 4 || header < 20) return;
      in.skip(header - 20);
    }
    if (!is_later && (quote.ip_protocol == protocol::tcp || quote.ip_protocol == protocol::udp)) {
      auto const source = in.big16();
      auto const destination = in.big16();
      if (!in.is_exhausted()) {
        quote.source_port = source;
        quote.destination_port = destination;
      }
    }
    mark(attribute::quoted);
    out_.quoted.push_back(quote);
  }

  void forget_transport() noexcept {
    packet_.source_port = packet_.destination_port = 0;
    packet_.tcp_sequence = packet_.tcp_acknowledgement = 0;
    packet_.tcp_flags = 0;
  }

  void set_payload(std::size_t at) noexcept {
    auto const length = inside_ip(at).size();
    if (at > 65535) return;
    packet_.payload_offset = static_cast<std::uint16_t>(at);
    packet_.payload_length = static_cast<std::uint16_t>(std::min<std::size_t>(length, 65535));
  }

  std::span<std::uint8_t const> data_;
  packet_batch& out_;
  std::size_t row_;
  packet packet_;
  std::size_t wire_ = 0;
  std::size_t ip_end_ = 0;
};

}  // namespace

auto decode_frame(frame_block const& in, frame const& each, std::size_t row, packet_batch& out)
    -> packet {
  return frame_decoder{in.data(each), each, row, out}.decode(each.link);
}

}  // namespace kizashi::net
