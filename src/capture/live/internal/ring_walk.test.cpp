#include "kizashi/capture/live/internal/ring_walk.hpp"

#include <cstring>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "kizashi/capture/live/internal/live_testing.hpp"

namespace kizashi::capture::live::internal {
namespace {

using testing::ElementsAre;

constexpr std::size_t block_bytes = 4096;

/// A ring as the system would fill it.
class ring : public testing::Test {
protected:
  struct written {
    std::string data;
    std::uint32_t status = 0;
    std::uint16_t tag = 0;
    std::uint16_t tag_kind = 0;
    unsigned char direction = PACKET_HOST;
    std::uint32_t wire = 0;  // 0: as long as the data
  };

  void fill(std::size_t which, std::vector<written> const& frames) {
    auto* const block = memory_ + which * block_bytes;
    tpacket_block_desc described{};
    described.hdr.bh1.num_pkts = static_cast<std::uint32_t>(frames.size());
    described.hdr.bh1.offset_to_first_pkt = 64;
    std::size_t at = 64;
    for (std::size_t i = 0; i < frames.size(); ++i) {
      auto const& each = frames[i];
      tpacket3_hdr header{};
      auto const size = TPACKET_ALIGN(96 + each.data.size());
      header.tp_next_offset = i + 1 < frames.size() ? static_cast<std::uint32_t>(size) : 0;
      header.tp_sec = 1'600'000'000;
      header.tp_nsec = static_cast<std::uint32_t>(++frames_);
      header.tp_snaplen = static_cast<std::uint32_t>(each.data.size());
      header.tp_len = each.wire != 0 ? each.wire : header.tp_snaplen;
      header.tp_status = each.status | TP_STATUS_USER;
      header.tp_mac = 96;
      header.hv1.tp_vlan_tci = each.tag;
      header.hv1.tp_vlan_tpid = each.tag_kind;
      sockaddr_ll from{};
      from.sll_pkttype = each.direction;
      std::memcpy(block + at, &header, sizeof header);
      std::memcpy(block + at + TPACKET_ALIGN(sizeof header), &from, sizeof from);
      std::memcpy(block + at + 96, each.data.data(), each.data.size());
      at += size;
    }
    described.hdr.bh1.ts_last_pkt.ts_sec = 1'600'000'000;
    described.hdr.bh1.ts_last_pkt.ts_nsec = static_cast<unsigned>(frames_);
    described.hdr.bh1.block_status = TP_STATUS_USER;
    std::memcpy(block, &described, sizeof described);
  }
  auto status_of(std::size_t which) -> std::uint32_t {
    tpacket_block_desc described{};
    std::memcpy(&described, memory_ + which * block_bytes, sizeof described);
    return described.hdr.bh1.block_status;
  }
  auto take() -> std::vector<std::string> {
    block_.clear();
    walk_.take(block_, rules_, counted_);
    return data_of(block_);
  }

  alignas(16) std::uint8_t memory_[3 * block_bytes] = {};
  unsigned frames_ = 0;
  ring_walk walk_{memory_, block_bytes};
  ring_rules rules_{net::link_type::raw_ip, true, nullptr};
  net::frame_block block_;
  source_statistics counted_;
};

TEST_F(ring, nothing_is_ready) {
  EXPECT_THAT(take(), ElementsAre());
  EXPECT_FALSE(walk_.last_time().is_known());
}

TEST_F(ring, blocks_are_given_back_and_the_walk_goes_round) {
  fill(0, {{"a"}, {"bb"}});
  fill(1, {{"c"}});
  EXPECT_THAT(take(), ElementsAre("a", "bb", "c"));
  EXPECT_EQ(status_of(0), std::uint32_t{TP_STATUS_KERNEL});
  EXPECT_EQ(block_.frames[1].time, timestamp{1'600'000'000'000'000'002});
  EXPECT_EQ(walk_.last_time(), timestamp{1'600'000'000'000'000'003});
  fill(0, {{"e"}});
  EXPECT_THAT(take(), ElementsAre()) << "the third block is next";
  fill(2, {{"d"}});
  EXPECT_THAT(take(), ElementsAre("d", "e"));
  EXPECT_EQ(counted_.received, 5U);
  EXPECT_EQ(counted_.received_bytes, 6U);
}

TEST_F(ring, a_block_without_frames) {
  fill(0, {});
  fill(1, {{"a"}});
  EXPECT_THAT(take(), ElementsAre("a"));
}

TEST_F(ring, a_full_frame_block_leaves_the_rest_for_the_next) {
  fill(0, {{"a"}, {"b"}, {"c"}});
  block_.clear();
  for (std::size_t i = 0; i + 2 < net::frame_block::max_frames; ++i)
    block_.append(timestamp{1}, net::link_type::raw_ip, 0, {});
  walk_.take(block_, rules_, counted_);
  EXPECT_EQ(block_.frames.size(), net::frame_block::max_frames);
  EXPECT_EQ(status_of(0) & TP_STATUS_USER, std::uint32_t{TP_STATUS_USER});
  EXPECT_THAT(take(), ElementsAre("c"));
}

std::string const addresses = "ddddddssssss";

TEST_F(ring, a_tag_that_the_system_took_off_is_put_back) {
  rules_.link = net::link_type::ethernet;
  fill(0, {{addresses + std::string("\x08\x00rest", 6), TP_STATUS_VLAN_VALID, 0x2123},
           {addresses + "xx", TP_STATUS_VLAN_VALID | TP_STATUS_VLAN_TPID_VALID, 7, 0x88a8},
           {addresses + "yy", 0, 7, 0x88a8},
           {"short", TP_STATUS_VLAN_VALID, 7}});
  EXPECT_THAT(take(), ElementsAre(addresses + std::string("\x81\x00\x21\x23\x08\x00rest", 10),
                                  addresses + std::string("\x88\xa8\x00\x07xx", 6),
                                  addresses + "yy", "short"));
  EXPECT_EQ(block_.frames[0].wire, addresses.size() + 2 + 4 + 4);
}

TEST_F(ring, what_this_machine_sends_is_left_out_unless_wanted) {
  fill(0, {{"in"}, {"out", 0, 0, 0, PACKET_OUTGOING}, {"other", 0, 0, 0, PACKET_OTHERHOST}});
  rules_.outgoing = false;
  EXPECT_THAT(take(), ElementsAre("in", "other"));
  EXPECT_EQ(counted_.filtered, 1U);
  rules_.outgoing = true;
  fill(1, {{"out", 0, 0, 0, PACKET_OUTGOING}});
  EXPECT_THAT(take(), ElementsAre("out"));
}

TEST_F(ring, frames_that_were_cut_are_counted) {
  fill(0, {{"abc", 0, 0, 0, PACKET_HOST, 1500}, {"abc"}});
  EXPECT_THAT(take(), ElementsAre("abc", "abc"));
  EXPECT_EQ(block_.frames[0].wire, 1500U);
  EXPECT_EQ(counted_.cut, 1U);
}

TEST_F(ring, a_filter_for_tags_is_applied_here) {
  rules_.link = net::link_type::ethernet;
  auto const filter = packet_filter::compile("vlan 291", net::link_type::ethernet, 65535);
  ASSERT_TRUE(filter);
  ASSERT_TRUE(filter->is_applied_here());
  rules_.filter = &*filter;
  auto const rest = std::string("\x08\x00", 2) + std::string(40, 'x');
  fill(0, {{addresses + rest, TP_STATUS_VLAN_VALID, 291},
           {addresses + rest, TP_STATUS_VLAN_VALID, 292},
           {addresses + rest}});
  EXPECT_EQ(take().size(), 1U);
  EXPECT_EQ(counted_.filtered, 2U);
  EXPECT_EQ(counted_.received, 1U);
  EXPECT_EQ(block_.storage.size(), addresses.size() + rest.size() + 4);
}

TEST_F(ring, a_wrong_number_does_not_lead_out_of_the_block) {
  fill(0, {{"a"}, {"b"}, {"c"}});
  tpacket3_hdr header{};
  std::memcpy(&header, memory_ + 64, sizeof header);
  header.tp_next_offset = 1'000'000;
  std::memcpy(memory_ + 64, &header, sizeof header);
  EXPECT_THAT(take(), ElementsAre("a"));
  EXPECT_EQ(counted_.own_dropped, 2U);
  fill(1, {{"d"}, {"e"}});
  std::memcpy(&header, memory_ + block_bytes + 64, sizeof header);
  header.tp_snaplen = block_bytes;
  std::memcpy(memory_ + block_bytes + 64, &header, sizeof header);
  EXPECT_THAT(take(), ElementsAre("e"));
  EXPECT_EQ(counted_.own_dropped, 3U);
}

}  // namespace
}  // namespace kizashi::capture::live::internal
