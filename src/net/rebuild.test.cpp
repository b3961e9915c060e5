// Rebuilt headers against bytes written by hand, and decoded again against the rows that they were
// rebuilt from.
#include "kizashi/net/rebuild.hpp"

#include <gtest/gtest.h>

#include "kizashi/base/random.hpp"
#include "kizashi/net/internal/test_frame.hpp"

namespace kizashi::net {
namespace {

using namespace test;

auto rebuild(packet_batch const& batch, std::size_t row = 0) -> bytes {
  headers_buffer buffer;
  auto const length = rebuild_headers(batch, row, buffer);
  return {buffer.begin(), buffer.begin() + static_cast<std::ptrdiff_t>(length)};
}

auto rebuild(bytes const& captured, std::uint32_t wire = 0) -> bytes {
  return rebuild(*decode_one(link_type::raw_ip, captured, wire).batch);
}

TEST(rebuild_headers, a_syn_with_options_and_its_checksums) {
  // The checksums are those that a few lines of Python add up over these bytes.
  auto const whole =
      hex("4500 0030 0001 4000 4006 4e90 c0000201 c6336402"
          "9c40 0017 00000001 00000000 7002 0400 f788 0000 020405b4 01 030307");
  auto captured = whole;
  captured[10] = captured[11] = captured[36] = captured[37] = 0;
  EXPECT_EQ(rebuild(captured), whole);
}

TEST(rebuild_headers, the_checksum_of_an_ipv4_header) {
  // The example of RFC 1071's readers: 4500 0073 0000 4000 4011 c0a8 0001 c0a8 00c7 has b861.
  auto const got = rebuild(
      join(hex("4500 0073 0000 4000 4011 0000 c0a80001 c0a800c7"), udp_header(1, 53, 95)), 115);
  EXPECT_EQ(got, join(hex("4500 0073 0000 4000 4011 b861 c0a80001 c0a800c7"),
                      hex("0001 0035 005f 0000")));
}

TEST(rebuild_headers, udp_over_ipv6_without_payload_has_its_checksum) {
  auto const got = rebuild(join(ipv6_header({.length = 8, .next = 17}), udp_header(1, 2, 8)));
  // 2001+0db8+1 + 2001+0db8+1+2 + 17 + 8 + 1 + 2 + 8 = 0x5b9a; inverted a465.
  EXPECT_EQ(got, join(hex("60000000 0008 11 37 20010db8000000000000000000000001"
                          "20010db8000000010000000000000002 0001 0002 0008 a465")));
}

TEST(rebuild_headers, what_has_no_ip_has_no_bytes) {
  EXPECT_EQ(rebuild(*decode_one(link_type::ethernet, join(ethernet(0x0806), zeros(28))).batch),
            bytes{});
}

TEST(rebuild_headers, a_packet_with_payload_has_no_transport_checksum) {
  auto const got = rebuild(join(ipv4_header({.length = 44}), tcp_header({}), zeros(4)));
  ASSERT_EQ(got.size(), 40U);
  EXPECT_EQ(got[36], 0);
  EXPECT_EQ(got[37], 0);
}

TEST(rebuild_headers, options_whose_values_are_not_known_are_empty) {
  auto const options = hex("020405b4 0402 080a 0000000100000002 01 030307");  // Linux
  auto const got =
      rebuild(join(ipv4_header({.length = 60}), tcp_header({.words = 10, .options = options})));
  EXPECT_EQ(bytes(got.begin() + 40, got.end()),
            hex("020405b4 0402 080a 0000000000000000 01 030307"));
  auto const odd = rebuild(join(ipv4_header({.length = 48}),
                                tcp_header({.words = 7, .options = hex("1e04abcd 22020000")})));
  EXPECT_EQ(bytes(odd.begin() + 40, odd.end()), hex("fe02 fe02"));
}

// --- decoded again ----------------------------------------------------------------------------

/// What rebuilding does not promise to keep.
auto without_lost(packet p) -> packet {
  p.payload_offset = p.payload_length = 0;
  p.source = p.destination = 0;  // compared apart
  p.attributes = static_cast<std::uint16_t>(p.attributes & ~bits(attribute::vlan, attribute::quoted,
                                                                 attribute::malformed,
                                                                 attribute::unknown_link));
  return p;
}

void expect_same(packet_batch const& batch, std::size_t row) {
  auto const is = batch.row(row);
  auto const data = rebuild(batch, row);
  ASSERT_EQ(data.empty(), batch.has(row, attribute::no_ip));
  if (data.empty()) return;
  frame_block block;
  block.append(is.time, link_type::raw_ip, is.wire_length, data);
  auto const again = std::make_unique<packet_batch>();
  decode(block, *again);
  EXPECT_EQ(text_of(without_lost(again->row(0))), text_of(without_lost(is)));
  EXPECT_EQ(again->source_address(0), batch.source_address(row));
  EXPECT_EQ(again->destination_address(0), batch.destination_address(row));
}

auto random_options(random_source& random) -> bytes {
  constexpr std::string_view some[]{"01",     "020405b4", "030307", "0402", "080a0000000100000002",
                                    "1e0411", "220212"};
  bytes options;
  for (auto count = random.below(4); count > 0; --count) {
    auto const more = hex(some[random.below(std::size(some) - 2)]);
    options.insert(options.end(), more.begin(), more.end());
  }
  options.resize((options.size() + 3) / 4 * 4);
  return options;
}

/// A well-formed IP packet of some kind, all fields random.
auto random_packet(random_source& random) -> bytes {
  auto const word = [&] { return random.below(65536); };
  auto const options = random_options(random);
  auto const protocol = std::array{6U, 17U, 1U, 47U}[random.below(4)];
  bytes transport;
  if (protocol == 6)
    transport = tcp_header({.source_port = word(),
                            .destination_port = word(),
                            .sequence = random.next32(),
                            .acknowledgement = random.next32(),
                            .words = static_cast<unsigned>(5 + options.size() / 4),
                            .flags = random.below(256),
                            .window = word(),
                            .options = options});
  auto const payload = zeros(random.below(3) == 0 ? random.below(9) : 0);
  if (protocol == 17)
    transport = udp_header(word(), word(), 8 + static_cast<unsigned>(payload.size()));
  if (protocol == 1) transport = icmp_header(8, random.below(3));
  transport = join(transport, payload);
  if (random.below(3) != 0) {
    bytes const extra = random.below(5) == 0 ? zeros(8) : bytes{};
    return join(ipv4_header({.words = static_cast<unsigned>(5 + extra.size() / 4),
                             .length = static_cast<unsigned>(20 + extra.size() + transport.size()),
                             .id = word(),
                             .fragment = std::array{0U, 0x4000U, 0x2000U, 0x0012U,
                                                    0x8000U}[random.below(5)],
                             .ttl = random.below(256),
                             .protocol = protocol,
                             .source = random.next32(),
                             .destination = random.next32(),
                             .options = extra}),
                transport);
  }
  auto const last = protocol == 1 ? 58U : protocol;
  auto const kind = random.below(3);
  auto const extension =
      kind == 0   ? bytes{}
      : kind == 1 ? join(big(last, 1), hex("00 0104 00000000"))
                  : join(big(last, 1), hex("00"), big(random.below(2), 2), big(word() + 1, 4));
  if (extension.size() + transport.size() == 0) return {};  // length 0 has another meaning
  return join(ipv6_header({.length = static_cast<unsigned>(extension.size() + transport.size()),
                           .next = kind == 0   ? last
                                   : kind == 1 ? 60
                                               : 44,
                           .hop_limit = random.below(256)}),
              extension, transport);
}

TEST(rebuild_headers, decoded_again_they_give_the_row) {
  random_source random{4};
  auto const batch = std::make_unique<packet_batch>();
  for (int i = 0; i < 20'000 && !HasFailure(); ++i) {
    auto const data = random_packet(random);
    auto const cut = random.below(4) == 0
                         ? random.below(static_cast<std::uint32_t>(data.size() + 1))
                         : data.size();
    frame_block block;
    block.append(seen, link_type::raw_ip, static_cast<std::uint32_t>(data.size() + random.below(8)),
                 std::span{data}.first(cut));
    decode(block, *batch);
    SCOPED_TRACE(i);
    expect_same(*batch, 0);
  }
}

TEST(rebuild_headers, whatever_a_row_says_the_buffer_holds_it) {
  random_source random{5};
  auto const batch = std::make_unique<packet_batch>();
  for (int i = 0; i < 20'000; ++i) {
    batch->clear();
    batch->resize(1);
    batch->ipv6.push_back({ipv6{random.next(), random.next()}, ipv6{random.next(), 1}});
    packet p;
    p.attributes = static_cast<std::uint16_t>(random.next());
    p.ip_protocol = std::array<std::uint8_t, 4>{6, 17, 58, 44}[random.below(4)];
    p.ip_length = static_cast<std::uint16_t>(random.next() >> (48 + random.below(16)));
    p.ip_id = static_cast<std::uint16_t>(random.below(2));
    p.tcp_options = random.next32();
    batch->set_row(0, p);
    EXPECT_LE(rebuild(*batch).size(), longest_headers);
  }
}

}  // namespace
}  // namespace kizashi::net
