#include "kizashi/capture/flowtuple_line.hpp"

#include <string>

#include <gtest/gtest.h>

namespace kizashi::capture {
namespace {

/// What is wrong with the last of the lines; "" when it has a tuple or nothing.
auto wrong(flowtuple_reader& reader, std::string_view line) -> std::string {
  auto const tuple = reader.read(line);
  return tuple ? "" : tuple.error().message;
}

constexpr flow_tuple syn{.minute = 1'320'969'600,
                         .source = net::ipv4{0xC0000201},
                         .destination = net::ipv4{0xC6336407},
                         .source_port = 80,
                         .destination_port = 23,
                         .ip_protocol = 6,
                         .ttl = 114,
                         .tcp_flags = 2,
                         .ip_length = 40,
                         .packets = 3};

TEST(FlowtupleReader, ReadsTheAsciiForm) {
  flowtuple_reader reader;
  for (auto const* const line : {"# CORSARO_TRACE_URI somewhere", "",
                                 "# CORSARO_INTERVAL_START 7 "
                                 "1320969600",
                                 "START flowtuple_backscatter 1"})
    EXPECT_EQ(reader.read(line).value(), std::nullopt) << line;
  EXPECT_EQ(reader.read("192.0.2.1|198.51.100.7|80|23|6|114|0x02|40,3").value(), syn);
  EXPECT_EQ(reader.read("END flowtuple_backscatter").value(), std::nullopt);
  // An interval that began within a minute belongs to that minute.
  EXPECT_EQ(wrong(reader, "# CORSARO_INTERVAL_START 8 1320969659"), "");
  EXPECT_EQ(reader.read("192.0.2.1|198.51.100.7|80|23|6|114|2|40,3").value(), syn);
}

TEST(FlowtupleReader, ReadsCsvByTheNamesOfItsColumns) {
  flowtuple_reader reader;
  EXPECT_EQ(reader
                .read("packets,timestamp,src_ip,dst_ip,src_port,dst_port,protocol,ttl,tcpflags,"
                      "ip_len,is_spoofed,asn")
                .value(),
            std::nullopt);
  EXPECT_EQ(reader.read("3,1320969601,3221225985,198.51.100.7,80,23,6,114,2,40,0,64496").value(),
            syn);
  EXPECT_EQ(wrong(reader, "1,2,3"), "3 fields; expected 12, as the first line has");
}

TEST(FlowtupleReader, SaysWhatIsWrong) {
  flowtuple_reader reader;
  EXPECT_EQ(wrong(reader, "192.0.2.1|198.51.100.7|80|23|6|114|0x02|40,3"),
            "a tuple stands before any # CORSARO_INTERVAL_START, so its time is not known");
  EXPECT_EQ(
      wrong(reader, "hello"),
      "the line is \"hello\"; expected a tuple of corsaro's ASCII form (a|b|..), or the names "
      "of columns (timestamp,src_ip,...)");
  EXPECT_EQ(wrong(reader, "timestamp,src_ip,dst_net,dst_port,protocol,packets"),
            "no column dst_ip, src_port, ttl, tcpflags, ip_len; expected those of FlowTuple 3, one "
            "tuple of all eight fields a line");
  EXPECT_EQ(wrong(reader, "# CORSARO_INTERVAL_START 0 never"),
            "the begin of an interval is \"# CORSARO_INTERVAL_START 0 never\"; expected "
            "# CORSARO_INTERVAL_START NUMBER SECONDS");
  ASSERT_EQ(wrong(reader, "# CORSARO_INTERVAL_START 0 60"), "");
  EXPECT_EQ(wrong(reader, "1.2.3.4|5.6.7.8|1|2|3|4|5|6"),
            "the line is \"1.2.3.4|5.6.7.8|1|2|3|4|5|6\"; expected "
            "source|destination|port|port|protocol|TTL|flags|length,packets");
  EXPECT_EQ(wrong(reader, "1.2.3.256|5.6.7.8|1|2|3|4|5|6,1"),
            "the source is \"1.2.3.256\"; expected an IPv4 address");
  EXPECT_EQ(wrong(reader, "1.2.3.4|5.6.7.8|65536|2|3|4|5|6,1"),
            "the source port is \"65536\"; expected 0 to 65535");
  EXPECT_EQ(wrong(reader, "1.2.3.4|5.6.7.8|1|2|256|4|5|6,1"),
            "the protocol is \"256\"; expected 0 to 255");
  for (auto const* const flags : {"0x", "0x100", "256", "-1", "0x-1", "x", ""})
    EXPECT_EQ(wrong(reader, "1.2.3.4|5.6.7.8|1|2|3|4|" + std::string{flags} + "|6,1"),
              "the set of TCP flags is \"" + std::string{flags} +
                  "\"; expected 0x00 to 0xff, or 0 to 255");
  EXPECT_EQ(wrong(reader, "1.2.3.4|5.6.7.8|1|2|3|4|5|6,0"),
            "the number of packets is \"0\"; expected 1 or more");
  ASSERT_EQ(wrong(reader, "# CORSARO_INTERVAL_END 0 119"), "");
  EXPECT_NE(wrong(reader, "1.2.3.4|5.6.7.8|1|2|3|4|5|6,1"), "");
}

}  // namespace
}  // namespace kizashi::capture
