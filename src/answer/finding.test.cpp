#include "kizashi/answer/finding.hpp"

#include <gtest/gtest.h>

namespace kizashi::answer {
namespace {

TEST(FindingAnswer, ReadsServicesByTheirNames) {
  for (unsigned protocol = 0; protocol < 256; ++protocol)
    for (auto const port : {0, 1, 255, 256, 0x0800, 65535}) {
      engine::service const each{static_cast<std::uint8_t>(protocol),
                                 static_cast<std::uint16_t>(port)};
      auto const read = parse_service(each.to_string());
      ASSERT_TRUE(read) << each.to_string();
      EXPECT_EQ(*read, each);
    }
  for (std::string const text :
       {"", "tcp", "tcp/", "tcp/65536", "/23", "256/1", "icmp/8", "icmp/8.", "icmp/256.0",
        "icmp/0.256", "tcp/2.3", "TCP/23", "tcp/23 ", "23"}) {
    auto const read = parse_service(text);
    ASSERT_FALSE(read) << text;
    EXPECT_EQ(read.error().message,
              "\"" + text + "\" is no service; expected such as tcp/23, udp/53413, icmp/8.0");
  }
}

TEST(FindingAnswer, SaysOfARowWhatItSaysOfTheWholeButForSeriesAndMostSources) {
  engine::finding found;
  found.engine = "surge";
  found.first = timestamp{1'768'435'200'000'000'000};
  found.last = found.first + std::chrono::minutes{10};
  found.services = {{6, 23}, {17, 53413}};
  for (std::uint32_t i = 0; i < 30; ++i) found.sources.push_back(net::ipv4{i});
  found.source_count = 30;
  found.values = {{"ratio", 2.5}, {"rule", std::string{"quiet port"}}};
  found.series = {{"sources", found.first, std::chrono::minutes{10}, {0, 2.5}}};
  found.reason = "=Many, \"new\"";
  auto whole = finding_json(found);
  EXPECT_EQ(whole["sources"].size(), 30U);
  EXPECT_EQ(
      text_of(whole["series"]),
      "[{\"name\":\"sources\",\"start\":\"2026-01-15T00:00:00.000000000Z\",\"step\":\"10min\","
      "\"values\":[0.0,2.5]}]");
  EXPECT_EQ(text_of(whole["evidence"]), "{\"ratio\":2.5,\"rule\":\"quiet port\"}");
  EXPECT_EQ(whole["method"], "docs/engines/surge.md");
  auto const row = finding_row_json(found);
  EXPECT_EQ(row["sources"].size(), store::most_listed_sources);
  whole.erase("series");
  whole["sources"] = row["sources"];
  EXPECT_EQ(whole, row);
  EXPECT_EQ(finding_csv_line(found),
            engine::id_text(found.id()) +
                ",\"surge\",0,\"\",note,\"\",2026-01-15T00:00:00.000000000Z,"
                "2026-01-15T00:10:00.000000000Z,\"tcp/23 udp/53413\",30,0,0,0,\"\",\"\","
                "\"'=Many, \"\"new\"\"\"");
  found.engine = "of another program";
  EXPECT_EQ(finding_json(found)["method"], nullptr);
  EXPECT_EQ(finding_json(found)["title"], nullptr);
}

}  // namespace
}  // namespace kizashi::answer
