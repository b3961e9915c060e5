// Types of packets in real captures, against what an independent dissector (Wireshark) says of
// them. Their sources are often private or invented addresses, so types are compared, not classes.
#include <cstring>
#include <filesystem>
#include <map>
#include <memory>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <zlib.h>

#include "kizashi/net/decode.hpp"
#include "kizashi/recognise/recogniser.hpp"
#include "kizashi/recognise/traffic.hpp"

namespace kizashi::recognise {
namespace {

using testing::ElementsAre;
using testing::Pair;

auto const captures = std::filesystem::path{KIZASHI_SHARED_DIR} / "data/pcap";
using type_counts = std::map<std::string, int>;

auto bytes_of(std::filesystem::path const& file) -> std::string {
  std::string bytes(std::size_t{8} << 20, '\0');
  auto* const in = ::gzopen(file.c_str(), "rb");
  if (in == nullptr) return {};
  bytes.resize(static_cast<std::size_t>(
      std::max(0, ::gzread(in, bytes.data(), static_cast<unsigned>(bytes.size())))));
  ::gzclose(in);
  return bytes;
}

/// Reads pcap and pcapng in this machine's byte order, plain or gzip: enough for these files.
auto read_capture(std::string const& name, net::frame_block& block) -> bool {
  auto const bytes = bytes_of(captures / name);
  auto const word = [&](std::size_t at) {
    std::uint32_t value = 0;
    if (at + 4 <= bytes.size()) std::memcpy(&value, bytes.data() + at, 4);
    return value;
  };
  auto const add = [&](std::uint32_t link, std::size_t at, std::uint32_t captured) {
    if (at + captured > bytes.size()) return;
    block.append(timestamp{1}, static_cast<net::link_type>(link), captured,
                 {reinterpret_cast<std::uint8_t const*>(bytes.data()) + at, captured});
  };
  if (word(0) == 0xA1B2C3D4)
    for (std::size_t at = 24; at < bytes.size(); at += 16 + word(at + 8))
      add(word(20), at + 16, word(at + 8));
  std::uint32_t link = 0;
  if (word(0) == 0x0A0D0D0A)
    for (std::size_t at = 0; at < bytes.size() && word(at + 4) > 0; at += word(at + 4)) {
      if (word(at) == 1) link = word(at + 8) & 0xFFFF;
      if (word(at) == 6) add(link, at + 28, word(at + 20));
    }
  return !block.frames.empty() && block.frames.size() <= net::packet_batch::capacity;
}

auto types_in(std::string const& name) -> type_counts {
  net::frame_block block;
  if (!read_capture(name, block)) {
    ADD_FAILURE() << "cannot read " << name;
    return {};
  }
  auto const batch = std::make_unique<net::packet_batch>();
  auto const tags = std::make_unique<tag_columns>();
  net::decode(block, *batch);
  add_traffic(*batch, block, *tags);
  type_counts counts;
  for (std::size_t row = 0; row < batch->size(); ++row)
    ++counts[std::string{name_of(static_cast<packet_type>(tags->type[row]))}];
  return counts;
}

class real_traffic : public testing::Test {
protected:
  void SetUp() override {
    if (!std::filesystem::exists(captures)) GTEST_SKIP() << "there is no " << captures;
  }
};

TEST_F(real_traffic, floods) {
  EXPECT_THAT(types_in("ddos/syn_flood_200.pcap"), ElementsAre(Pair("tcp-syn", 200)));
  EXPECT_THAT(types_in("ddos/ipv6_rsmurf6.pcap"), ElementsAre(Pair("icmp-request", 1000)));
  // udp.dstport == 389: 7 searchRequest; the others searchResEntry and searchResDone.
  EXPECT_THAT(types_in("ddos/cldap.pcap"),
              ElementsAre(Pair("udp-amplifier", 7), Pair("udp-reply", 4)));
}

TEST_F(real_traffic, unsolicited) {
  EXPECT_THAT(types_in("unsolicited/source_engine.pcap"), ElementsAre(Pair("udp-amplifier", 17)));
  // 9 confirmed requests and 6 Who-Is; 5 I-Am and an error; 2 messages between routers.
  EXPECT_THAT(types_in("unsolicited/bacnet.pcap"),
              ElementsAre(Pair("udp", 2), Pair("udp-amplifier", 15), Pair("udp-reply", 6)));
  EXPECT_THAT(types_in("unsolicited/rmcp.pcap"), ElementsAre(Pair("udp", 6)));
  EXPECT_THAT(types_in("unsolicited/mongodb.pcap"),
              ElementsAre(Pair("tcp-ack", 8), Pair("tcp-payload", 5), Pair("tcp-syn", 8),
                          Pair("tcp-synack", 6)));
}

TEST_F(real_traffic, requests_and_answers_of_udp_services) {
  // dns.flags.response 0 and 1
  auto types = types_in("misc/dns-tunnel-iodine.pcap");
  EXPECT_EQ(types["udp-amplifier"], 222);
  EXPECT_EQ(types["udp-reply"], 212);
  EXPECT_THAT(types_in("misc/dns_exfiltration.pcap"),
              ElementsAre(Pair("udp-amplifier", 150), Pair("udp-reply", 150)));
  // To port 161: 17 get, 8 get-next, 4 encrypted; to port 162: 10 traps and informs; the others are
  // responses, reports and encrypted answers.
  EXPECT_THAT(types_in("misc/snmp.pcap"),
              ElementsAre(Pair("udp", 10), Pair("udp-amplifier", 29), Pair("udp-reply", 33)));
  // Announcements of devices, not requests.
  EXPECT_THAT(types_in("misc/ubntac2.pcap"), ElementsAre(Pair("udp", 8)));
}

TEST_F(real_traffic, an_attempt_to_break_in) {
  // One request has "%24%7Bjndi" in its form; the class file and the shell that follow have no
  // mark.
  auto types = types_in("misc/log4j-webapp-exploit.pcap");
  EXPECT_EQ(types["tcp-exploit"], 1);
  EXPECT_EQ(types["tcp-syn"], 7);
  EXPECT_EQ(types["tcp-synack"], 6);
}

TEST_F(real_traffic, ordinary_sessions_have_no_mark_of_an_exploit) {
  for (auto const name : {"misc/memcached.cap", "misc/bittorrent.pcap", "misc/gnutella.pcap",
                          "misc/telnet.pcap", "arkime/http-simple-get.pcap", "arkime/irc.pcap",
                          "arkime/smtp-starttls.pcap", "arkime/ssh2.pcap"}) {
    auto types = types_in(name);
    EXPECT_EQ(types["tcp-exploit"] + types["udp-exploit"], 0) << name;
  }
}

TEST_F(real_traffic, a_port_scan) {
  EXPECT_THAT(types_in("misc/synscan.pcap"),
              ElementsAre(Pair("tcp-rst", 5), Pair("tcp-syn", 1994), Pair("tcp-synack", 12)));
}

}  // namespace
}  // namespace kizashi::recognise
