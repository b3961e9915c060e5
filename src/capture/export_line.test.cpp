#include "kizashi/capture/export_line.hpp"

#include <gtest/gtest.h>

#include "kizashi/capture/internal/flat_text.hpp"

namespace kizashi::capture {
namespace {

constexpr std::string_view names =
    "time,sensor,source,destination,protocol,source_port,destination_port,tcp_flags,ip_length,ttl,"
    "wire_length,payload_length,ip_id,sequence,acknowledgement,window,options,mss,window_scale,"
    "attributes,type,class,scanner,fingerprints,country,asn";
constexpr std::string_view telnet =
    "2026-01-15T09:10:00.133944Z,\"north\",\"78.129.33.186\",\"198.19.173.59\",\"tcp\",43602,23,2,"
    "40,47,60,0,24704,3323178299,7,14850,16,1460,,128,\"tcp-syn\",\"scan\",\"\",\"mirai "
    "zmap\",\"GB\","
    "65001";
constexpr std::string_view object =
    R"({"time":"2026-01-15T09:10:00.133944Z","sensor":"north","source":"2001:db8::1",)"
    R"("destination":"2001:db8:5a::2","protocol":"icmp6","source_port":128,"destination_port":0,)"
    R"("tcp_flags":0,"ip_length":48,"ttl":64,"wire_length":62,"payload_length":0,"ip_id":0,)"
    R"("sequence":0,"acknowledgement":0,"window":0,"options":0,"mss":0,"window_scale":null,)"
    R"("attributes":1,"type":"icmp6-echo","class":"scan","scanner":"A \"B\"","fingerprints":"",)"
    R"("country":"","asn":0})";

/// What a line, behind the names, is refused with.
auto wrong_export(std::string line) -> std::string {
  export_reader reader;
  EXPECT_TRUE(reader.read(names));
  auto const read = reader.read(line);
  return read ? "it was read" : read.error().message;
}
auto changed(std::string_view from, std::string_view to) -> std::string {
  std::string line{telnet};
  return line.replace(line.find(from), from.size(), to);
}

TEST(ExportLine, IsCsvUnderTheNames) {
  export_reader reader;
  EXPECT_EQ(reader.read(names).value(), nullptr);
  EXPECT_EQ(reader.read("").value(), nullptr);
  auto const read = reader.read(telnet);
  ASSERT_TRUE(read) << read.error().message;
  auto const& packet = **read;
  EXPECT_EQ(packet.row.time.to_string(), "2026-01-15T09:10:00.133944000Z");
  EXPECT_EQ(packet.row.source, 0x4E8121BAU);
  EXPECT_EQ(packet.row.destination, 0xC613AD3BU);
  EXPECT_EQ(packet.row.ip_protocol, 6);
  EXPECT_EQ(packet.row.source_port, 43602);
  EXPECT_EQ(packet.row.destination_port, 23);
  EXPECT_EQ(packet.row.tcp_flags, 2);
  EXPECT_EQ(packet.row.ip_length, 40);
  EXPECT_EQ(packet.row.ttl, 47);
  EXPECT_EQ(packet.row.wire_length, 60U);
  EXPECT_EQ(packet.row.payload_length, 0);
  EXPECT_EQ(packet.row.ip_id, 24704);
  EXPECT_EQ(packet.row.tcp_sequence, 3323178299U);
  EXPECT_EQ(packet.row.tcp_acknowledgement, 7U);
  EXPECT_EQ(packet.row.tcp_window, 14850);
  EXPECT_EQ(packet.row.tcp_options, 16U);
  EXPECT_EQ(packet.row.tcp_mss, 1460);
  EXPECT_EQ(packet.row.tcp_window_scale, 255);
  EXPECT_EQ(packet.row.attributes, 128);
  EXPECT_EQ(packet.sensor, "north");
  EXPECT_EQ(packet.type, "tcp-syn");
  EXPECT_EQ(packet.traffic_class, "scan");
  EXPECT_EQ(packet.scanner, "");
  EXPECT_EQ(packet.fingerprints, "mirai zmap");
  EXPECT_FALSE(packet.ipv6);
}

TEST(ExportLine, IsAJsonObject) {
  export_reader reader;
  auto const read = reader.read(object);
  ASSERT_TRUE(read) << read.error().message;
  auto const& packet = **read;
  ASSERT_TRUE(packet.ipv6);
  EXPECT_EQ(packet.ipv6->source.high(), 0x20010db800000000U);
  EXPECT_EQ(packet.ipv6->destination.low(), 2U);
  EXPECT_EQ(packet.row.ip_protocol, 58);
  EXPECT_EQ(packet.row.source_port, 128);
  EXPECT_EQ(packet.scanner, "A \"B\"");
  EXPECT_EQ(packet.row.tcp_window_scale, 255);
}

TEST(ExportLine, TakesTheApostropheThatKeepsSpreadsheetsQuiet) {
  export_reader reader;
  ASSERT_TRUE(reader.read(names));
  auto const read = reader.read(changed("\"north\"", "\"'=north \"\"a\"\", b\""));
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ((**read).sensor, "=north \"a\", b");
}

TEST(ExportLine, MayHaveNoTimeAndNoIp) {
  export_reader reader;
  ASSERT_TRUE(reader.read(names));
  auto line = changed("2026-01-15T09:10:00.133944Z", "");
  line = line.replace(line.find("\"78.129.33.186\",\"198.19.173.59\""), 31, "\"\",\"\"");
  line = line.replace(line.find(",128,"), 5, ",2,");
  auto const read = reader.read(line);
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_FALSE((**read).row.time.is_known());
  EXPECT_EQ((**read).row.source, 0U);
}

TEST(ExportLine, NamesTheColumnThatIsWrong) {
  EXPECT_EQ(wrong_export(changed(",47,", ",300,")),
            "column ttl is \"300\"; expected a number up to 255");
  EXPECT_EQ(wrong_export(changed(",23,", ",-1,")),
            "column destination_port is \"-1\"; expected a number up to 65535");
  EXPECT_EQ(wrong_export(changed("\"tcp\"", "\"tpc\"")),
            "column protocol is \"tpc\"; expected tcp, udp, icmp, icmp6 or a number up to 255");
  EXPECT_EQ(wrong_export(changed("78.129.33.186", "2001:db8::1")),
            "column source is \"2001:db8::1\"; expected an address of IPv4, as its attributes say");
  EXPECT_EQ(wrong_export(changed(",128,", ",129,")),
            "column source is \"78.129.33.186\"; expected an address of IPv6, as its attributes "
            "say");
  EXPECT_EQ(wrong_export(changed(",128,", ",2,")),
            "column source is \"78.129.33.186\"; expected nothing: its attributes say that it has "
            "no IP");
  EXPECT_EQ(wrong_export(changed("2026-01-15T09", "15.1.2026 9")),
            "column time is \"15.1.2026 9:10:00.133944Z\"; expected a time such as "
            "2026-01-15T09:10:00.133944Z, or nothing");
  EXPECT_EQ(wrong_export(changed("\"north\"", "\"\"")), "column sensor is \"\"; expected a name");
  EXPECT_EQ(wrong_export("1,2,3"), "3 fields; expected 26, as the first line has");
}

TEST(ExportLine, RefusesOtherColumns) {
  auto const refused = [](std::string_view line) {
    export_reader reader;
    auto const read = reader.read(line);
    return read ? "it was read" : read.error().message;
  };
  EXPECT_EQ(refused("time,sensor,colour"),
            "\"colour\" is no column of an export; expected time, sensor, source and the others "
            "that 'kizashi store export' writes");
  EXPECT_EQ(refused("time,time"), "the column time comes twice");
  EXPECT_EQ(refused("time,sensor,source"),
            "there is no column destination: this was exported --without-destinations, and packets "
            "cannot be made from it; export it again with them");
  EXPECT_EQ(refused(R"({"time":"x","time":"y"})"), "the column time comes twice");
  EXPECT_EQ(refused("time,sensor,source,destination"), "there is no column protocol");
}

TEST(FlatText, SplitsWhatRfc4180Permits) {
  using fields = std::vector<std::string>;
  EXPECT_EQ(internal::split_csv("a,,\"b\"\"c,\",").value(), (fields{"a", "", "b\"c,", ""}));
  EXPECT_EQ(internal::split_csv("").value(), (fields{""}));
  EXPECT_EQ(internal::split_csv("\"a").error().message,
            "expected a double quote that closes the field at byte 3");
  EXPECT_EQ(internal::split_csv("\"a\"b").error().message,
            "expected a comma behind the closing quote at byte 4");
}

TEST(FlatText, ReadsObjectsOfTextsNumbersAndNull) {
  std::string seen;
  auto const read = [&](std::string_view line) {
    seen.clear();
    auto const done = internal::read_flat_json(line, [&](std::string_view name, std::string value) {
      seen += std::string{name} + "=" + value + ";";
      return status{};
    });
    return done ? seen : done.error().message;
  };
  EXPECT_EQ(read(R"( { "a" : 12 , "b":null,"c":"x\n\"\u00e9\u5146\/" } )"),
            "a=12;b=;c=x\n\"\xC3\xA9\xE5\x85\x86/;");
  EXPECT_EQ(read("{}"), "");
  EXPECT_EQ(read("[]"), "expected a JSON object, which begins with { at byte 1");
  EXPECT_EQ(read(R"({"a":-1})"), "expected a text, a whole number or null at byte 6");
  EXPECT_EQ(read(R"({"a":{}})"), "expected a text, a whole number or null at byte 6");
  EXPECT_EQ(read(R"({"a":1}x)"), "expected nothing behind the object at byte 8");
  EXPECT_EQ(read(R"({"a":"x)"), "expected the end of a text at byte 8");
  EXPECT_EQ(read(R"({"a":"\ud83d\ude00"})"), "expected no half of a surrogate pair at byte 13");
  EXPECT_EQ(read(R"({"a":"\q"})"), "expected an escape of JSON at byte 9");
  EXPECT_EQ(read(R"({"a" 1})"), "expected a colon at byte 6");
  EXPECT_EQ(read(R"({"a":1 "b":2})"), "expected a comma or the end of the object at byte 8");
}

}  // namespace
}  // namespace kizashi::capture
