// ICMP and ICMPv6: type and code, and the packet that an error quotes.
#include <gtest/gtest.h>

#include "kizashi/net/internal/test_frame.hpp"

namespace kizashi::net {
namespace {

using namespace test;

auto decode_icmp4(bytes const& message, std::uint32_t wire = 0) -> decoded {
  auto const length = static_cast<unsigned>(20 + message.size());
  return decode_one(
      link_type::ipv4,
      join(ipv4_header({.length = wire == 0 ? length : wire, .protocol = 1}), message), wire);
}
auto decode_icmp6(bytes const& message) -> decoded {
  return decode_one(
      link_type::ipv6,
      join(ipv6_header({.length = static_cast<unsigned>(message.size()), .next = 58}), message));
}

constexpr auto plain = bits(attribute::ports);
constexpr auto with_quote = bits(attribute::ports, attribute::quoted);

/// What a victim at 203.0.113.9 got and answers: from us, 198.51.100.2, port 80 to port 1025.
auto inner4(unsigned protocol = 6, unsigned fragment = 0, unsigned words = 5) -> bytes {
  return join(ipv4_header({.words = words,
                           .length = 60,
                           .fragment = fragment,
                           .protocol = protocol,
                           .source = 0xC6336402,
                           .destination = 0xCB007109,
                           .options = zeros(std::size_t{4} * (words - 5))}),
              hex("0050 0401 00000001"));
}
auto inner6(unsigned next) -> bytes {
  return join(ipv6_header({.length = 60, .next = next}), hex("0050 0401 00000001"));
}

TEST(decode_icmp, type_and_code_stand_in_the_ports) {
  auto const got = decode_icmp4(join(icmp_header(8, 0), zeros(4)));
  packet const expected{.time = seen,
                        .source = 0xC0000201,
                        .destination = 0xC6336402,
                        .wire_length = 32,
                        .source_port = 8,
                        .destination_port = 0,
                        .attributes = 1 << 7,
                        .ip_length = 32,
                        .ip_id = 0x1234,
                        .payload_offset = 28,
                        .payload_length = 4,
                        .ip_protocol = 1,
                        .ttl = 64};
  EXPECT_PACKET(got.row, expected);
  EXPECT_EQ(decode_icmp4(icmp_header(255, 254)).row.source_port, 255);
  EXPECT_EQ(decode_icmp4(icmp_header(255, 254)).row.destination_port, 254);
}

TEST(decode_icmp, errors_quote_and_the_others_do_not) {
  for (unsigned type = 0; type < 256; ++type) {
    auto const got = decode_icmp4(join(icmp_header(type, 1), inner4()));
    bool const is_error = type == 3 || type == 4 || type == 5 || type == 11 || type == 12;
    EXPECT_EQ(got.row.attributes, is_error ? with_quote : plain) << type;
    EXPECT_EQ(got.batch->quoted.size(), is_error ? 1U : 0U) << type;
  }
  for (unsigned type = 0; type < 256; ++type) {
    auto const got = decode_icmp6(join(icmp_header(type, 1), inner6(6)));
    EXPECT_EQ(got.batch->quoted.size(), type >= 1 && type <= 4 ? 1U : 0U) << type;
  }
}

TEST(decode_icmp, what_an_error_quotes) {
  for (unsigned const number : {6U, 17U}) {
    auto const got = decode_icmp4(join(icmp_header(3, 3), inner4(number)));
    ASSERT_EQ(got.batch->quoted.size(), 1U);
    auto const& quote = got.batch->quoted[0];
    EXPECT_EQ(quote.row, 0);
    EXPECT_EQ(quote.source.to_string(), "198.51.100.2");
    EXPECT_EQ(quote.destination.to_string(), "203.0.113.9");
    EXPECT_EQ(quote.ip_protocol, number);
    EXPECT_EQ(quote.source_port, 80);
    EXPECT_EQ(quote.destination_port, 1025);
    EXPECT_EQ(got.row.payload_length, 28);
  }
}

TEST(decode_icmp, a_quote_with_ip_options) {
  auto const got = decode_icmp4(join(icmp_header(11, 0), inner4(17, 0, 8)));
  ASSERT_EQ(got.batch->quoted.size(), 1U);
  EXPECT_EQ(got.batch->quoted[0].source_port, 80);
}

TEST(decode_icmp, a_quote_without_ports) {
  auto const other = decode_icmp4(join(icmp_header(3, 2), inner4(47)));
  ASSERT_EQ(other.batch->quoted.size(), 1U);
  EXPECT_EQ(other.batch->quoted[0].ip_protocol, 47);
  EXPECT_EQ(other.batch->quoted[0].source_port, 0);
  // The bytes behind the header of a later fragment are no ports.
  auto const later = decode_icmp4(join(icmp_header(11, 1), inner4(6, 0x00B9)));
  ASSERT_EQ(later.batch->quoted.size(), 1U);
  EXPECT_EQ(later.batch->quoted[0].source_port, 0);
  EXPECT_EQ(later.batch->quoted[0].destination_port, 0);
}

TEST(decode_icmp, what_is_quoted_need_not_be_ip) {
  auto inner = inner4();
  for (unsigned const first : {0x35U, 0x65U, 0x44U, 0x40U}) {
    inner[0] = static_cast<std::uint8_t>(first);
    auto const got = decode_icmp4(join(icmp_header(3, 1), inner));
    EXPECT_EQ(got.row.attributes, plain) << first;
    EXPECT_TRUE(got.batch->quoted.empty());
  }
  auto inner_six = inner6(6);
  inner_six[0] = 0x45;
  EXPECT_TRUE(decode_icmp6(join(icmp_header(1, 0), inner_six)).batch->quoted.empty());
}

TEST(decode_icmp, a_quote_cut_at_every_length) {
  auto const message = join(icmp_header(3, 3), inner4());
  for (std::size_t length = 0; length <= message.size(); ++length) {
    auto const part = bytes(message.begin(), message.begin() + static_cast<std::ptrdiff_t>(length));
    auto const got = decode_icmp4(part);
    EXPECT_EQ(got.batch->quoted.size(), length >= 28 ? 1U : 0U) << length;
    if (!got.batch->quoted.empty()) {
      EXPECT_EQ(got.batch->quoted[0].destination_port, length >= 32 ? 1025 : 0) << length;
    }
    EXPECT_EQ(got.has(attribute::malformed), length < 8) << length;
    EXPECT_EQ(got.has(attribute::ports), length >= 2) << length;
  }
}

TEST(decode_icmp, a_capture_that_cuts_the_quote) {
  auto const message = join(icmp_header(3, 3), inner4());
  for (std::size_t length = 0; length < message.size(); ++length) {
    auto const part = bytes(message.begin(), message.begin() + static_cast<std::ptrdiff_t>(length));
    auto const got = decode_icmp4(part, 56);
    EXPECT_FALSE(got.has(attribute::malformed)) << length;
    EXPECT_EQ(got.has(attribute::truncated), length < 8) << length;
    EXPECT_EQ(got.has(attribute::quoted), length >= 28) << length;
  }
}

TEST(decode_icmp, version_6_quotes) {
  auto const got = decode_icmp6(join(icmp_header(1, 4), inner6(17)));
  EXPECT_EQ(got.row.attributes, bits(attribute::ipv6, attribute::ports, attribute::quoted));
  EXPECT_EQ(got.row.source_port, 1);
  EXPECT_EQ(got.row.destination_port, 4);
  ASSERT_EQ(got.batch->quoted.size(), 1U);
  auto const& quote = got.batch->quoted[0];
  EXPECT_EQ(quote.source.to_string(), "2001:db8::1");
  EXPECT_EQ(quote.destination.to_string(), "2001:db8:0:1::2");
  EXPECT_EQ(quote.ip_protocol, 17);
  EXPECT_EQ(quote.source_port, 80);
  EXPECT_EQ(quote.destination_port, 1025);
  auto const message = join(icmp_header(3, 0), inner6(6));
  for (std::size_t length = 8; length <= message.size(); ++length) {
    auto const part = bytes(message.begin(), message.begin() + static_cast<std::ptrdiff_t>(length));
    auto const cut = decode_icmp6(part);
    EXPECT_EQ(cut.batch->quoted.size(), length >= 48 ? 1U : 0U) << length;
    if (!cut.batch->quoted.empty()) {
      EXPECT_EQ(cut.batch->quoted[0].source_port, length >= 52 ? 80 : 0) << length;
    }
  }
}

TEST(decode_icmp, quotes_name_their_rows) {
  frame_block block;
  auto const error = join(ipv4_header({.length = 56, .protocol = 1}), icmp_header(3, 3), inner4());
  auto const syn = join(ipv4_header({}), tcp_header({}));
  for (int i = 0; i < 3; ++i) {
    block.append(seen, link_type::raw_ip, 40, syn);
    block.append(seen, link_type::raw_ip, 56, error);
  }
  auto const out = std::make_unique<packet_batch>();
  decode(block, *out);
  ASSERT_EQ(out->quoted.size(), 3U);
  EXPECT_EQ(out->quoted[0].row, 1);
  EXPECT_EQ(out->quoted[1].row, 3);
  EXPECT_EQ(out->quoted[2].row, 5);
}

}  // namespace
}  // namespace kizashi::net
