#include "kizashi/engine/finding.hpp"

#include <cmath>
#include <limits>

#include <gtest/gtest.h>

namespace kizashi::engine {
namespace {

[[nodiscard]] auto finding_with_everything() -> finding {
  finding out;
  out.engine = "surge";
  out.engine_version = 3;
  out.sensor = "north";
  out.kind = kind::surge;
  out.first = timestamp{1'000'000'000};
  out.last = timestamp{601'000'000'000};
  out.services = {{6, 23}, {17, 53413}};
  out.source_count = 5;
  out.sources = {net::ipv4{1}, net::ipv4{0xC6120001}, net::ipv6{0x20010DB8'00000000, 1}};
  out.score = 12.5;
  out.threshold = 7;
  out.confidence = 0.75;
  out.level = finding_level::high;
  out.values = {{"ratio", 5.25}, {"rule", std::string{"quiet port"}}};
  out.series = {{"sources", timestamp{0}, duration{60}, {1, 2, 3}}};
  out.engines = {"glasso", "surge"};
  out.sensors = {"north", "south"};
  out.reason = "Many came.";
  return out;
}

[[nodiscard]] auto written(finding const& each) -> std::vector<std::uint8_t> {
  std::vector<std::uint8_t> bytes;
  state_writer out{[&](std::string_view more) -> status {
                     bytes.insert(bytes.end(), more.begin(), more.end());
                     return {};
                   },
                   1};
  out.begin("finding");
  write_finding(out, each);
  out.end();
  EXPECT_TRUE(out.finish());
  return bytes;
}

TEST(finding, comes_back_from_a_state_as_it_was) {
  auto const bytes = written(finding_with_everything());
  auto in = state_reader::open(bytes, "test", 1);
  ASSERT_TRUE(in);
  in->begin("finding");
  auto const back = read_finding(*in);
  in->end();
  ASSERT_TRUE(in->finish());
  EXPECT_EQ(written(back), bytes);
  EXPECT_EQ(back.sources, finding_with_everything().sources);
  EXPECT_EQ(back.reason, "Many came.");
}

TEST(finding, with_a_number_that_is_none_is_refused_from_a_state) {
  auto wrong = finding_with_everything();
  wrong.score = std::numeric_limits<double>::quiet_NaN();
  auto const bytes = written(wrong);
  auto in = state_reader::open(bytes, "test", 1);
  ASSERT_TRUE(in);
  in->begin("finding");
  (void)read_finding(*in);
  in->end();
  auto const done = in->finish();
  ASSERT_FALSE(done);
  EXPECT_NE(done.error().message.find("its score is not a number"), std::string::npos)
      << done.error().message;
}

TEST(finding, has_an_id_that_follows_from_what_it_is_about) {
  auto const one = finding_with_everything();
  auto other = one;
  other.score = 1;
  other.reason = "x";
  EXPECT_EQ(one.id(), other.id());
  other.services.pop_back();
  EXPECT_NE(one.id(), other.id());
  other = one;
  other.sensor = "south";
  EXPECT_NE(one.id(), other.id());
  other = one;
  other.first = timestamp{2};
  EXPECT_NE(one.id(), other.id());
  EXPECT_EQ(id_text(0xAB), "00000000000000ab");
}

TEST(finding, is_checked) {
  auto const said = [](auto change) {
    auto each = finding_with_everything();
    change(each);
    auto const done = check(each);
    return done ? std::string{} : done.error().message;
  };
  EXPECT_EQ(said([](finding&) {}), "");
  EXPECT_EQ(said([](finding& f) { f.score = INFINITY; }),
            "finding of surge: its score is not a number");
  EXPECT_EQ(said([](finding& f) { f.threshold = NAN; }),
            "finding of surge: its threshold is not a number");
  EXPECT_EQ(said([](finding& f) { f.confidence = 1.5; }),
            "finding of surge: its confidence is not within 0 .. 1");
  EXPECT_EQ(said([](finding& f) { f.values[0].value = NAN; }),
            "finding of surge: evidence \"ratio\" is not a number");
  EXPECT_EQ(said([](finding& f) { f.series[0].values[1] = NAN; }),
            "finding of surge: series \"sources\" has what is not a number");
  EXPECT_EQ(said([](finding& f) { f.series[0].values.resize(2000); }),
            "finding of surge: series \"sources\" is too long");
  EXPECT_EQ(said([](finding& f) { f.source_count = 1; }),
            "finding of surge: it counts fewer sources than it lists");
  EXPECT_EQ(said([](finding& f) {
              f.sources[0] = net::ipv6{1, 1};
            }),
            "finding of surge: its sources do not ascend");
  EXPECT_EQ(said([](finding& f) { f.services[0].protocol = 47; }),
            "finding of surge: its services do not ascend");
  EXPECT_EQ(said([](finding& f) {
              f.sources.assign(1001, net::ipv4{1});
              f.source_count = 1001;
            }),
            "finding of surge: it lists too many sources");
}

}  // namespace
}  // namespace kizashi::engine
