// The fast kernel against its slow twin: random and mutated frames from fixed seeds, and every
// frame of the classic pcap files of the shared data.
#include <filesystem>
#include <fstream>
#include <iterator>

#include <gtest/gtest.h>

#include "kizashi/base/random.hpp"
#include "kizashi/net/byte_reader.hpp"
#include "kizashi/net/internal/test_frame.hpp"

namespace kizashi::net {
namespace {

using namespace test;

constexpr link_type links[]{
    link_type::ethernet,        link_type::null_loopback, link_type::raw_ip,
    link_type::linux_cooked,    link_type::ipv6,          link_type::linux_cooked_v2,
    static_cast<link_type>(127)};

/// What holds for every row, whatever its frame holds.
void expect_sane(packet_batch const& batch, frame_block const& block) {
  std::size_t six = 0;
  for (std::size_t i = 0; i < batch.size(); ++i) {
    auto const row = batch.row(i);
    auto const& each = block.frames[i];
    auto const is = [&](attribute a) { return batch.has(i, a); };
    ASSERT_LE(std::size_t{row.payload_offset} + row.payload_length,
              std::max<std::size_t>(each.captured, row.payload_offset));
    ASSERT_TRUE(row.payload_length == 0 || row.payload_offset < each.captured);
    ASSERT_EQ(batch.frame_index[i], i);
    ASSERT_FALSE(is(attribute::no_ip) && (is(attribute::ipv6) || is(attribute::ports)));
    ASSERT_FALSE(is(attribute::arp) && !is(attribute::no_ip));
    ASSERT_FALSE(is(attribute::later_fragment) &&
                 (!is(attribute::fragment) || is(attribute::ports)));
    ASSERT_FALSE(is(attribute::truncated) && each.captured >= each.wire);
    if (is(attribute::ipv6)) {
      ASSERT_EQ(row.source, six);
      ASSERT_EQ(row.destination, six++);
    }
  }
  ASSERT_EQ(batch.ipv6.size(), six);
  for (std::size_t i = 0; i < batch.quoted.size(); ++i) {
    ASSERT_TRUE(batch.has(batch.quoted[i].row, attribute::quoted));
    ASSERT_TRUE(i == 0 || batch.quoted[i - 1].row < batch.quoted[i].row);
  }
}

/// Decodes the block both ways and compares. Says whether they agree, so that a loop can stop at
/// the first difference.
auto agrees(frame_block const& block, packet_batch& fast, packet_batch& slow) -> bool {
  decode(block, fast);
  decode_slowly(block, slow);
  auto const found = difference(fast, slow);
  EXPECT_EQ(found, "");
  expect_sane(fast, block);
  return found.empty() && !testing::Test::HasFailure();
}

/// Well-formed frames of many kinds, as a start for mutations.
auto templates() -> std::vector<std::pair<link_type, bytes>> {
  auto const syn = join(ipv4_header({.length = 44}), tcp_header({}), zeros(4));
  auto const ask =
      join(ipv4_header({.length = 36, .protocol = 17}), udp_header(5, 53, 16), zeros(8));
  auto const with_options =
      join(ipv4_header({.length = 52}),
           tcp_header({.words = 8, .options = hex("020405b4 0101 0402 030307 00")}));
  auto const quote = join(ipv4_header({.length = 60, .protocol = 17}), hex("0050040100000001"));
  auto const error = join(ipv4_header({.length = 56, .protocol = 1}), icmp_header(3, 3), quote);
  auto const six =
      join(ipv6_header({.length = 28, .next = 60}), hex("0600000000000000"), tcp_header({}));
  return {{link_type::ethernet, join(ethernet(0x0800), syn)},
          {link_type::ethernet, join(ethernet(0x0800), ask)},
          {link_type::ethernet, join(ethernet(0x0800), with_options)},
          {link_type::ethernet, join(ethernet(0x0800), error)},
          {link_type::ethernet, join(ethernet(0x86DD), six)},
          {link_type::ethernet, join(ethernet(0x8100), vlan(1, 0x0800), syn)},
          {link_type::ethernet, join(ethernet(0x8847), mpls(1, true), ask)},
          {link_type::ethernet, join(ethernet(0x8864), pppoe(46, 0x21), syn)},
          {link_type::raw_ip, ask},
          {link_type::linux_cooked, join(cooked(0x0800), error)},
          {link_type::linux_cooked_v2, join(cooked_v2(0x86DD), six)},
          {link_type::null_loopback, join(hex("1e000000"), six)}};
}

/// Values at which decoders go wrong.
auto sharp_byte(random_source& random) -> std::uint8_t {
  constexpr std::uint8_t values[]{0,  1,  4,  5,    6,    7,    8,    17,   20,
                                  28, 40, 44, 0x40, 0x45, 0x46, 0x60, 0x80, 0xFF};
  if (random.below(3) == 0) return static_cast<std::uint8_t>(random.next());
  return values[random.below(std::size(values))];
}

void append_mutated(frame_block& block, bytes data, link_type link, random_source& random) {
  for (auto changes = random.below(4); changes > 0; --changes)
    data[random.below(static_cast<std::uint32_t>(data.size()))] = sharp_byte(random);
  auto captured = data.size();
  if (random.below(4) == 0) captured = random.below(static_cast<std::uint32_t>(data.size() + 1));
  auto wire = static_cast<std::uint32_t>(data.size());
  if (random.below(4) == 0) wire = random.below(120);
  block.append(timestamp{static_cast<std::int64_t>(random.next() >> 1)}, link, wire,
               std::span{data}.first(captured));
}

TEST(decode_random, mutated_frames_decode_equally_both_ways) {
  random_source random{20240607};
  auto const starts = templates();
  frame_block block;
  auto const fast = std::make_unique<packet_batch>();
  auto const slow = std::make_unique<packet_batch>();
  for (int round = 0; round < 100; ++round) {
    block.clear();
    for (std::size_t i = 0; i < frame_block::max_frames; ++i) {
      // Half of them begin as what the fast kernel takes.
      auto const which = random.below(2) == 0
                             ? random.below(2)
                             : random.below(static_cast<std::uint32_t>(starts.size()));
      append_mutated(block, starts[which].second, starts[which].first, random);
    }
    ASSERT_TRUE(agrees(block, *fast, *slow)) << "round " << round;
  }
}

TEST(decode_random, random_bytes_decode_equally_both_ways) {
  random_source random{7};
  frame_block block;
  auto const fast = std::make_unique<packet_batch>();
  auto const slow = std::make_unique<packet_batch>();
  for (int round = 0; round < 25; ++round) {
    block.clear();
    for (std::size_t i = 0; i < frame_block::max_frames; ++i) {
      bytes data(random.below(100));
      for (auto& byte : data) byte = sharp_byte(random);
      auto const wire = random.below(2) == 0 ? data.size() : random.below(200);
      block.append(timestamp{1}, links[random.below(std::size(links))],
                   static_cast<std::uint32_t>(wire), data);
    }
    ASSERT_TRUE(agrees(block, *fast, *slow)) << "round " << round;
  }
}

/// The frames of a classic pcap file in blocks, or none when it is something else.
auto pcap_blocks(std::filesystem::path const& file) -> std::vector<frame_block> {
  std::ifstream stream{file, std::ios::binary};
  bytes const content{std::istreambuf_iterator<char>{stream}, {}};
  byte_reader in{content};
  auto const magic = in.big32();
  bool const is_big = magic == 0xA1B2C3D4 || magic == 0xA1B23C4D;
  if (!is_big && magic != 0xD4C3B2A1 && magic != 0x4D3CB2A1) return {};
  auto const number = [&] { return is_big ? in.big32() : in.little32(); };
  in.skip(16);
  auto const link = static_cast<link_type>(number() & 0xFFFF);
  std::vector<frame_block> blocks;
  while (in.left() >= 16) {
    auto const seconds = number();
    auto const fraction = number();
    auto const captured = number();
    auto const wire = number();
    if (captured > in.left()) break;
    if (blocks.empty() || blocks.back().is_full()) blocks.emplace_back();
    blocks.back().append(timestamp::from_parts(seconds, fraction), link, wire, in.bytes(captured));
  }
  return blocks;
}

TEST(decode_random, captured_frames_decode_equally_both_ways) {
  auto const folder = std::filesystem::path{KIZASHI_SHARED_DIR} / "data";
  if (!std::filesystem::is_directory(folder)) GTEST_SKIP() << folder << " is not there";
  auto const fast = std::make_unique<packet_batch>();
  auto const slow = std::make_unique<packet_batch>();
  std::size_t frames = 0;
  for (auto const& entry : std::filesystem::recursive_directory_iterator{folder}) {
    if (entry.path().extension() != ".pcap") continue;
    for (auto const& block : pcap_blocks(entry.path())) {
      ASSERT_TRUE(agrees(block, *fast, *slow)) << entry.path();
      frames += block.frames.size();
    }
  }
  EXPECT_GT(frames, 30'000U);
}

}  // namespace
}  // namespace kizashi::net
