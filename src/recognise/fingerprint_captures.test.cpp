// Real captures named right, and not named where chance alone matches.
#include <algorithm>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <memory>
#include <set>

#include <gtest/gtest.h>

#include "kizashi/net/decode.hpp"
#include "kizashi/recognise/evidence.hpp"
#include "kizashi/recognise/fingerprint.hpp"
#include "kizashi/recognise/recogniser.hpp"
#include "kizashi/recognise/traffic.hpp"

namespace kizashi::recognise {
namespace {

/// Frames of a little-endian pcap or pcapng file; no more is needed here.
auto read_capture(std::filesystem::path const& path) -> net::frame_block {
  std::ifstream in{path, std::ios::binary};
  std::string const bytes{std::istreambuf_iterator<char>{in}, {}};
  auto const u32 = [&](std::size_t at) {
    std::uint32_t value = 0;
    if (at + 4 <= bytes.size()) std::memcpy(&value, bytes.data() + at, 4);
    return value;
  };
  auto const is_ng = u32(0) == 0x0A0D0D0A;
  net::frame_block block;
  auto link = u32(20);
  for (std::size_t at = is_ng ? 0 : 24; at + 16 <= bytes.size() && !block.is_full();) {
    auto const kind = is_ng ? u32(at) : 6;
    auto const head = std::size_t{is_ng ? 28U : 16U};
    auto const captured = u32(at + head - 8);
    if (kind == 1) link = u32(at + 8) & 0xFFFF;
    if (kind == 6 && at + head + captured <= bytes.size())
      block.append(timestamp{1}, static_cast<net::link_type>(link), u32(at + head - 4),
                   {reinterpret_cast<std::uint8_t const*>(bytes.data()) + at + head, captured});
    at += is_ng ? std::max(u32(at + 4), 12U) : head + captured;
  }
  return block;
}

/// Which fingerprints matched how many packets, and which became a verdict of some source.
struct findings {
  std::map<std::string, std::size_t> marks;
  std::set<std::string> verdicts;
};

auto look_at(char const* name) -> findings {
  auto const table = fingerprint_table::shipped();
  auto const frames = read_capture(std::filesystem::path{KIZASHI_SHARED_DIR} / "data/pcap" / name);
  auto const batch = std::make_unique<net::packet_batch>();
  auto const tags = std::make_unique<tag_columns>();
  net::decode(frames, *batch);
  add_traffic(*batch, frames, *tags);
  table.match(*batch, frames, *tags);
  std::map<net::address, tool_evidence> evidence;
  std::map<net::address, tool_evidence::totals> totals;
  findings answer;
  for (std::size_t row = 0; row < batch->size(); ++row) {
    auto const source = batch->source_address(row);
    auto const protocol = batch->ip_protocol[row];
    auto const is_syn = tags->type[row] == static_cast<std::uint8_t>(packet_type::tcp_syn);
    auto& count = totals[source];
    ++count.any;
    count.tcp += protocol == 6 ? 1 : 0;
    count.udp += protocol == 17 ? 1 : 0;
    count.tcp_syn += is_syn ? 1 : 0;
    for (std::size_t i = 0; i < table.entries().size(); ++i)
      if ((tags->fingerprints[row] >> i & 1) != 0) ++answer.marks[table.entries()[i].name];
    evidence[source].add(tags->fingerprints[row]);
    if (is_syn) evidence[source].add_keys(*tags, row, batch->tcp_sequence[row]);
  }
  for (auto const& [source, of] : evidence)
    for (auto const& each : of.judge(table, totals[source]))
      answer.verdicts.insert(table.entries()[each.fingerprint].name);
  return answer;
}

class fingerprint_captures : public testing::Test {
protected:
  void SetUp() override {
    if (!std::filesystem::exists(std::filesystem::path{KIZASHI_SHARED_DIR} / "data/pcap"))
      GTEST_SKIP() << "the shared captures are not here";
  }
};

TEST_F(fingerprint_captures, nmap_is_named_and_a_chance_match_is_nothing) {
  auto const found = look_at("misc/synscan.pcap");
  EXPECT_EQ(found.marks.at("nmap-syn-look"), 1994U);
  // One IP-ID of 1,994 is ZMap's; the rest of the packet is not.
  EXPECT_FALSE(found.marks.contains("zmap-before-4.1"));
  // Its sequence numbers are dc525218, dd525318 and dd535319: the halves of each differ by 8e4a.
  EXPECT_EQ(found.verdicts, (std::set<std::string>{"nmap", "nmap-syn-look"}));
}

TEST_F(fingerprint_captures, zmap_and_probes_of_services) {
  auto found = look_at("unsolicited/bacnet.pcap");
  EXPECT_EQ(found.marks["zmap-udp"], 6U);
  EXPECT_TRUE(found.verdicts.contains("bacnet-wildcard-probe"));
  found = look_at("unsolicited/rmcp.pcap");
  EXPECT_EQ(found.marks["zmap-udp"], 3U);
  EXPECT_EQ(found.marks["rmcp-probe"], 6U);
  found = look_at("unsolicited/ripe_atlas.pcap");
  EXPECT_EQ(found.marks["zmap-udp"], 7U);
  EXPECT_EQ(found.marks["mglndd"], 7U);
  EXPECT_TRUE(found.verdicts.contains("mglndd"));
  found = look_at("unsolicited/source_engine.pcap");
  EXPECT_TRUE(found.verdicts.contains("a2s-info-probe"));
  found = look_at("unsolicited/zug.pcap");
  EXPECT_TRUE(found.verdicts.empty());
}

TEST_F(fingerprint_captures, friendly_traffic_has_no_name) {
  for (auto const* const name :
       {"misc/bittorrent.pcap", "misc/gnutella.pcap", "misc/ethereum.pcap", "misc/telnet.pcap",
        "scan_bruteforce/malicious-ssh-bruteforce.pcap", "scan_bruteforce/bruteforce.pcap"})
    EXPECT_EQ(look_at(name).verdicts, std::set<std::string>{}) << name;
}

}  // namespace
}  // namespace kizashi::recognise
