// TCP with its options, and UDP.
#include <gtest/gtest.h>

#include "kizashi/net/internal/test_frame.hpp"

namespace kizashi::net {
namespace {

using namespace test;

auto tcp_packet(tcp_fields const& tcp, bytes const& payload = {}) -> bytes {
  auto const segment = join(tcp_header(tcp), payload);
  return join(ipv4_header({.length = static_cast<unsigned>(20 + segment.size())}), segment);
}

auto decode_tcp(tcp_fields const& tcp, bytes const& payload = {}) -> decoded {
  return decode_one(link_type::ipv4, tcp_packet(tcp, payload));
}

/// Options, filled with zeros to whole words, on a SYN.
auto decode_options(std::string_view text) -> decoded {
  auto list = hex(text);
  list.resize((list.size() + 3) / 4 * 4);
  return decode_tcp({.words = static_cast<unsigned>(5 + list.size() / 4), .options = list});
}

TEST(decode_tcp, all_flags) {
  for (unsigned flags = 0; flags < 256; ++flags) {
    auto const got =
        decode_one(link_type::ethernet, join(ethernet(0x0800), tcp_packet({.flags = flags})));
    EXPECT_EQ(got.row.tcp_flags, flags);
    EXPECT_EQ(got.row.attributes, bits(attribute::ports));
  }
}

TEST(decode_tcp, the_largest_numbers) {
  auto const got = decode_tcp({.source_port = 65535,
                               .destination_port = 65535,
                               .sequence = 0xFFFFFFFF,
                               .acknowledgement = 0xFFFFFFFE,
                               .window = 65535});
  EXPECT_EQ(got.row.source_port, 65535);
  EXPECT_EQ(got.row.destination_port, 65535);
  EXPECT_EQ(got.row.tcp_sequence, 0xFFFFFFFFU);
  EXPECT_EQ(got.row.tcp_acknowledgement, 0xFFFFFFFEU);
  EXPECT_EQ(got.row.tcp_window, 65535);
}

TEST(decode_tcp, options_of_common_systems) {
  // Linux: MSS 1460, SACK permitted, timestamps, NOP, window scale 7.
  auto const linux = decode_options("020405b4 0402 080a0102030400000000 01 030307");
  EXPECT_EQ(linux.row.tcp_options, 0x31842U);
  EXPECT_EQ(linux.row.tcp_mss, 1460);
  EXPECT_EQ(linux.row.tcp_window_scale, 7);
  EXPECT_EQ(linux.row.payload_offset, 60);
  EXPECT_EQ(linux.row.attributes, bits(attribute::ports));
  // Windows: MSS, NOP, window scale 8, NOP, NOP, SACK permitted.
  auto const windows = decode_options("020405b4 01 030308 01 01 0402");
  EXPECT_EQ(windows.row.tcp_options, 0x411312U);
  EXPECT_EQ(windows.row.tcp_window_scale, 8);
  // A scanner that sends only an MSS.
  auto const scanner = decode_options("02040218");
  EXPECT_EQ(scanner.row.tcp_options, 0x2U);
  EXPECT_EQ(scanner.row.tcp_mss, 536);
  EXPECT_EQ(scanner.row.tcp_window_scale, 255);
}

TEST(decode_tcp, sack_blocks_and_other_kinds) {
  EXPECT_EQ(decode_options("01 01 050a 00000001 00000002").row.tcp_options, 0x511U);
  EXPECT_EQ(decode_options("2204aabb 1e04aabb").row.tcp_options, 0xEEU);  // Fast Open, MPTCP
  EXPECT_EQ(decode_options("0602 0702").row.tcp_options, 0xEEU);
}

TEST(decode_tcp, the_end_of_the_list_ends_it) {
  auto const got = decode_options("01 00 020405b4 0000");
  EXPECT_EQ(got.row.tcp_options, 0x1U);
  EXPECT_EQ(got.row.tcp_mss, 0);
  EXPECT_EQ(decode_options("00000000").row.tcp_options, 0U);
}

TEST(decode_tcp, more_than_eight_options) {
  auto const got = decode_options("01 01 01 01 01 01 01 0402 020405b4 0402");
  EXPECT_EQ(got.row.tcp_options, 0x41111111U);
  EXPECT_EQ(got.row.tcp_mss, 1460);  // left out of the order, read all the same
  EXPECT_EQ(got.row.attributes, bits(attribute::ports));
}

TEST(decode_tcp, an_option_of_an_odd_length_has_no_value) {
  auto const got = decode_options("0203ff 030405b4 01");
  EXPECT_EQ(got.row.tcp_options, 0x132U);
  EXPECT_EQ(got.row.tcp_mss, 0);
  EXPECT_EQ(got.row.tcp_window_scale, 255);
}

TEST(decode_tcp, malformed_options) {
  constexpr auto malformed = bits(attribute::ports, attribute::malformed);
  struct {
    char const* text;
    std::uint32_t order;
  } const cases[]{
      {"02000000", 0xF},  // a length of 0
      {"02010000", 0xF},  // a length of 1
      {"02050000", 0xF},  // one byte over the end
      {"02ff0000", 0xF},
      {"01010102", 0xF111},          // no room for the length
      {"020405b4 08030303", 0xF82},  // sound ones before it stand; 8 with length 3, then 3 with 3
      {"020405b4 0108 0a00", 0xF12},
  };
  for (auto const& each : cases) {
    auto const got = decode_options(each.text);
    EXPECT_EQ(got.row.attributes, malformed) << each.text;
    EXPECT_EQ(got.row.tcp_options, each.order) << each.text;
    EXPECT_EQ(got.row.destination_port, 23);
  }
}

TEST(decode_tcp, a_data_offset_below_five) {
  for (unsigned words = 0; words < 5; ++words) {
    auto const got = decode_tcp({.words = words}, hex("020405b4"));
    EXPECT_EQ(got.row.attributes, bits(attribute::ports, attribute::malformed)) << words;
    EXPECT_EQ(got.row.destination_port, 23);
    EXPECT_EQ(got.row.tcp_flags, 2);
    EXPECT_EQ(got.row.tcp_window, 0x4001);
    EXPECT_EQ(got.row.tcp_options, 0U);  // what follows is no option list
    EXPECT_EQ(got.row.tcp_mss, 0);
    EXPECT_EQ(got.row.payload_length, 0);
  }
}

TEST(decode_tcp, a_data_offset_beyond_the_packet) {
  for (unsigned words = 6; words < 16; ++words) {
    auto const got = decode_tcp({.words = words});
    EXPECT_EQ(got.row.attributes, bits(attribute::ports, attribute::malformed)) << words;
    EXPECT_EQ(got.row.destination_port, 23);
    EXPECT_EQ(got.row.payload_length, 0);
  }
}

TEST(decode_tcp, options_that_the_capture_cuts_are_not_malformed) {
  auto const whole =
      tcp_packet({.words = 10, .options = hex("020405b4 0402 080a0102030400000000 01 030307")});
  std::uint32_t const orders[]{0,    0,    0,    0,    0x2,  0x2,  0x42,  0x42,   0x42,   0x42,
                               0x42, 0x42, 0x42, 0x42, 0x42, 0x42, 0x842, 0x1842, 0x1842, 0x1842};
  for (std::size_t length = 40; length < 60; ++length) {
    auto const cut = bytes(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(length));
    auto const got = decode_one(link_type::ipv4, cut, 60);
    EXPECT_EQ(got.row.attributes, bits(attribute::ports, attribute::truncated)) << length;
    EXPECT_EQ(got.row.tcp_options, orders[length - 40]) << length;
    EXPECT_EQ(got.row.tcp_mss, length >= 44 ? 1460 : 0) << length;
  }
}

TEST(decode_tcp, a_wrong_option_in_a_cut_list_is_malformed_all_the_same) {
  auto const whole = tcp_packet({.words = 7, .options = hex("0200 0000 0000 0000")});
  auto const cut = bytes(whole.begin(), whole.begin() + 42);
  auto const got = decode_one(link_type::ipv4, cut, 48);
  EXPECT_EQ(got.row.attributes, bits(attribute::ports, attribute::truncated, attribute::malformed));
  EXPECT_EQ(got.row.tcp_options, 0xFU);
}

auto decode_udp(unsigned ip_length, unsigned udp_length, std::size_t payload,
                std::uint32_t wire = 0) -> decoded {
  return decode_one(link_type::ethernet,
                    join(ethernet(0x0800), ipv4_header({.length = ip_length, .protocol = 17}),
                         udp_header(5353, 53, udp_length), zeros(payload)),
                    wire);
}

TEST(decode_udp, every_field) {
  for (std::size_t const payload : {0U, 4U, 11U, 12U, 13U, 1400U}) {
    auto const size = static_cast<unsigned>(payload);
    packet const expected{.time = seen,
                          .source = 0xC0000201,
                          .destination = 0xC6336402,
                          .wire_length = 42 + size,
                          .source_port = 5353,
                          .destination_port = 53,
                          .attributes = 1 << 7,
                          .ip_length = static_cast<std::uint16_t>(28 + size),
                          .ip_id = 0x1234,
                          .payload_offset = 42,
                          .payload_length = static_cast<std::uint16_t>(size),
                          .ip_protocol = 17,
                          .ttl = 64};
    EXPECT_PACKET(decode_udp(28 + size, 8 + size, payload).row, expected);
  }
}

TEST(decode_udp, wrong_lengths) {
  constexpr auto sound = bits(attribute::ports);
  constexpr auto malformed = bits(attribute::ports, attribute::malformed);
  for (unsigned length = 1; length < 8; ++length)
    EXPECT_EQ(decode_udp(40, length, 12).row.attributes, malformed) << length;
  for (unsigned length = 8; length <= 20; ++length)
    EXPECT_EQ(decode_udp(40, length, 12).row.attributes, sound) << length;
  EXPECT_EQ(decode_udp(40, 21, 12).row.attributes, malformed);
  EXPECT_EQ(decode_udp(40, 65535, 12).row.attributes, malformed);
  EXPECT_EQ(decode_udp(40, 0, 12).row.attributes, sound);
  EXPECT_EQ(decode_udp(40, 20, 12).row.payload_length, 12);
}

TEST(decode_udp, an_ip_length_that_ends_in_the_header) {
  for (unsigned length = 20; length < 28; ++length) {
    for (unsigned const udp_length : {0U, 8U}) {
      auto const got = decode_udp(length, udp_length, 12);
      EXPECT_EQ(got.row.attributes, bits(attribute::malformed)) << length;
      EXPECT_EQ(got.row.destination_port, 0);
    }
  }
}

TEST(decode_udp, a_long_datagram_of_which_little_was_captured) {
  auto const got = decode_udp(1028, 1008, 12, 1042);
  EXPECT_EQ(got.row.attributes, bits(attribute::ports));
  EXPECT_EQ(got.row.payload_length, 12);
}

}  // namespace
}  // namespace kizashi::net
