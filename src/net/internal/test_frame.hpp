// Frames built by hand for the tests of the decoder: every field is a number that the test wrote,
// and nothing here is shared with the code under test.
//
//   auto const got = decode_one(link_type::ethernet,
//                               join(ethernet(0x0800), ipv4_header({.length = 40}),
//                               tcp_header({})));
#pragma once

#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "kizashi/net/decode.hpp"

namespace kizashi::net::test {

using bytes = std::vector<std::uint8_t>;

template <class... Parts>
[[nodiscard]] auto join(Parts const&... parts) -> bytes {
  bytes all;
  (all.insert(all.end(), parts.begin(), parts.end()), ...);
  return all;
}

/// The `count` low bytes of `number`, the highest first.
[[nodiscard]] inline auto big(std::uint64_t number, unsigned count) -> bytes {
  bytes out;
  for (auto i = count; i-- > 0;) out.push_back(static_cast<std::uint8_t>(number >> (8 * i)));
  return out;
}

/// "45 00 ..": pairs of hexadecimal digits, spaces between them.
[[nodiscard]] inline auto hex(std::string_view text) -> bytes {
  bytes out;
  auto const digit = [](char c) { return c <= '9' ? c - '0' : (c | 32) - 'a' + 10; };
  for (std::size_t i = 0; i + 1 < text.size();) {
    if (text[i] == ' ') {
      ++i;
      continue;
    }
    out.push_back(static_cast<std::uint8_t>(digit(text[i]) * 16 + digit(text[i + 1])));
    i += 2;
  }
  return out;
}

[[nodiscard]] inline auto zeros(std::size_t count) -> bytes {
  return bytes(count, 0);
}

/// 14 bytes.
[[nodiscard]] inline auto ethernet(unsigned type) -> bytes {
  return join(hex("02 00 00 00 00 01 02 00 00 00 00 02"), big(type, 2));
}
/// 4 bytes behind an EtherType that announces a tag: the tag itself and the next EtherType.
[[nodiscard]] inline auto vlan(unsigned tag, unsigned type) -> bytes {
  return join(big(tag, 2), big(type, 2));
}
[[nodiscard]] inline auto mpls(unsigned label, bool is_bottom) -> bytes {
  return big(label << 12 | (is_bottom ? 0x100U : 0U) | 64, 4);
}
/// 8 bytes behind EtherType 0x8864: version 1, type 1, session 0x1111, the length, the PPP
/// protocol.
[[nodiscard]] inline auto pppoe(unsigned length, unsigned protocol) -> bytes {
  return join(hex("11 00 11 11"), big(length, 2), big(protocol, 2));
}
/// 16 bytes: to us, ARPHRD_ETHER, a six-byte address, the protocol.
[[nodiscard]] inline auto cooked(unsigned type) -> bytes {
  return join(hex("0000 0001 0006 020000000001 0000"), big(type, 2));
}
/// 20 bytes: the protocol, reserved, interface 2, ARPHRD_ETHER, to us, a six-byte address.
[[nodiscard]] inline auto cooked_v2(unsigned type) -> bytes {
  return join(big(type, 2), hex("0000 00000002 0001 00 06 0200000000010000"));
}

struct ipv4_fields {
  unsigned version = 4;
  unsigned words = 5;
  unsigned length = 40;
  unsigned id = 0x1234;
  unsigned fragment = 0;  ///< flags and offset
  unsigned ttl = 64;
  unsigned protocol = 6;
  std::uint32_t source = 0xC0000201;       // 192.0.2.1
  std::uint32_t destination = 0xC6336402;  // 198.51.100.2
  bytes options{};
};
[[nodiscard]] inline auto ipv4_header(ipv4_fields const& f) -> bytes {
  return join(big(f.version << 4 | f.words, 1), big(0, 1), big(f.length, 2), big(f.id, 2),
              big(f.fragment, 2), big(f.ttl, 1), big(f.protocol, 1), big(0xBEEF, 2),
              big(f.source, 4), big(f.destination, 4), f.options);
}

struct ipv6_fields {
  unsigned version = 6;
  unsigned length = 20;  ///< of the payload
  unsigned next = 6;
  unsigned hop_limit = 55;
};
/// 40 bytes, from 2001:db8::1 to 2001:db8:0:1::2.
[[nodiscard]] inline auto ipv6_header(ipv6_fields const& f) -> bytes {
  return join(big(f.version << 28 | 0xABCDE, 4), big(f.length, 2), big(f.next, 1),
              big(f.hop_limit, 1), hex("20010db8000000000000000000000001"),
              hex("20010db8000000010000000000000002"));
}

struct tcp_fields {
  unsigned source_port = 40000;
  unsigned destination_port = 23;
  unsigned sequence = 0x01020304;
  unsigned acknowledgement = 0x05060708;
  unsigned words = 5;
  unsigned flags = 2;
  unsigned window = 0x4001;
  bytes options{};
};
[[nodiscard]] inline auto tcp_header(tcp_fields const& f) -> bytes {
  return join(big(f.source_port, 2), big(f.destination_port, 2), big(f.sequence, 4),
              big(f.acknowledgement, 4), big(f.words << 4, 1), big(f.flags, 1), big(f.window, 2),
              big(0xCAFE0000, 4), f.options);
}
[[nodiscard]] inline auto udp_header(unsigned source_port, unsigned destination_port,
                                     unsigned length) -> bytes {
  return join(big(source_port, 2), big(destination_port, 2), big(length, 2), big(0xD00D, 2));
}
/// Type, code, a checksum and four bytes more.
[[nodiscard]] inline auto icmp_header(unsigned type, unsigned code) -> bytes {
  return join(big(type, 1), big(code, 1), hex("F00D 0001 0002"));
}

template <class... Attributes>
[[nodiscard]] constexpr auto bits(Attributes... each) -> std::uint16_t {
  return static_cast<std::uint16_t>((0U | ... | bit(each)));
}

inline constexpr timestamp seen{1'600'000'000'123'456'789};

/// What a TCP SYN of the default fields decodes to when its IPv4 header begins at `start`.
[[nodiscard]] inline auto plain_syn(std::uint16_t start, std::uint32_t wire) -> packet {
  return {.time = seen,
          .source = 0xC0000201,
          .destination = 0xC6336402,
          .wire_length = wire,
          .tcp_sequence = 0x01020304,
          .tcp_acknowledgement = 0x05060708,
          .source_port = 40000,
          .destination_port = 23,
          .attributes = 1 << 7,
          .ip_length = 40,
          .ip_id = 0x1234,
          .tcp_window = 0x4001,
          .payload_offset = static_cast<std::uint16_t>(start + 40),
          .ip_protocol = 6,
          .ttl = 64,
          .tcp_flags = 2};
}

[[nodiscard]] inline auto text_of(packet const& p) -> std::string {
  return fmt::format(
      "time {} source {:08x} destination {:08x} wire {} sequence {:08x} acknowledgement {:08x} "
      "options "
      "{:08x} ports {} {} attributes {:04x} length {} id {:04x} window {} mss {} payload {}+{} "
      "protocol {} "
      "ttl {} flags {:02x} scale {}",
      p.time.nanoseconds(), p.source, p.destination, p.wire_length, p.tcp_sequence,
      p.tcp_acknowledgement, p.tcp_options, p.source_port, p.destination_port, p.attributes,
      p.ip_length, p.ip_id, p.tcp_window, p.tcp_mss, p.payload_offset, p.payload_length,
      p.ip_protocol, p.ttl, p.tcp_flags, p.tcp_window_scale);
}

/// Empty when both batches hold the same rows and the same side tables, else what differs first.
[[nodiscard]] inline auto difference(packet_batch const& a, packet_batch const& b) -> std::string {
  if (a.size() != b.size()) return fmt::format("{} and {} rows", a.size(), b.size());
  for (std::size_t i = 0; i < a.size(); ++i)
    if (a.row(i) != b.row(i))
      return fmt::format("row {}:\n  {}\n  {}", i, text_of(a.row(i)), text_of(b.row(i)));
  if (a.ipv6.size() != b.ipv6.size()) return "the IPv6 tables differ in length";
  for (std::size_t i = 0; i < a.ipv6.size(); ++i)
    if (a.ipv6[i].source != b.ipv6[i].source || a.ipv6[i].destination != b.ipv6[i].destination)
      return fmt::format("IPv6 pair {}", i);
  if (a.quoted.size() != b.quoted.size()) return "the tables of quotes differ in length";
  for (std::size_t i = 0; i < a.quoted.size(); ++i) {
    auto const &x = a.quoted[i], &y = b.quoted[i];
    if (x.row != y.row || x.source != y.source || x.destination != y.destination ||
        x.ip_protocol != y.ip_protocol || x.source_port != y.source_port ||
        x.destination_port != y.destination_port)
      return fmt::format("quote {}", i);
  }
  return {};
}

/// All frames by `decode_frame` alone: the slow twin of `decode`.
inline void decode_slowly(frame_block const& in, packet_batch& out) {
  out.clear();
  for (std::size_t row = 0; row < in.frames.size(); ++row)
    out.set_row(row, decode_frame(in, in.frames[row], row, out));
  out.resize(in.frames.size());
}

struct decoded {
  packet row;
  std::unique_ptr<packet_batch> batch;
  [[nodiscard]] auto has(attribute a) const -> bool { return (row.attributes & bit(a)) != 0; }
};

/// One frame through `decode`; `wire` 0 stands for a frame that was captured whole. The slow twin
/// must agree.
[[nodiscard]] inline auto decode_one(link_type link, bytes const& data, std::uint32_t wire = 0)
    -> decoded {
  frame_block block;
  block.append(seen, link, wire == 0 ? static_cast<std::uint32_t>(data.size()) : wire, data);
  decoded answer{{}, std::make_unique<packet_batch>()};
  decode(block, *answer.batch);
  auto const slow = std::make_unique<packet_batch>();
  decode_slowly(block, *slow);
  EXPECT_EQ(difference(*answer.batch, *slow), "");
  answer.row = answer.batch->row(0);
  return answer;
}

}  // namespace kizashi::net::test

/// Compares two packets and shows both in words.
#define EXPECT_PACKET(actual, ...) \
  EXPECT_EQ(::kizashi::net::test::text_of(actual), ::kizashi::net::test::text_of(__VA_ARGS__))
