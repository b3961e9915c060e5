#include "kizashi/store/sketch/sketch_records.hpp"

#include <algorithm>
#include <set>

#include <gmock/gmock.h>

#include "kizashi/base/random.hpp"
#include "kizashi/store/sketch/sketch_index.hpp"

namespace kizashi::store {
namespace {

using ::testing::HasSubstr;

auto bytes_of(std::string const& text) -> std::span<std::uint8_t const> {
  return {reinterpret_cast<std::uint8_t const*>(text.data()), text.size()};
}

/// Ascending values with steps of all lengths.
auto random_values(random_source& random, std::size_t count) -> std::vector<std::uint32_t> {
  std::set<std::uint32_t> out{0, 0xFFFFFFFF};
  while (out.size() < count)
    out.insert(random.below(2) == 0 ? random.next32() : *out.begin() + random.below(70'000));
  return {out.begin(), out.end()};
}

auto random_sets(random_source& random) -> sketch_sets {
  sketch_sets out;
  for (std::uint16_t sensor = 1; sensor < 4; ++sensor) {
    out.ipv4[{sensor, sketch_kind::ipv4_sources}] = random_values(random, 3 + random.below(10'000));
    out.ipv4[{sensor, sketch_kind::ipv4_blocks}] = {0, 1, 7, 0xFFFFFF};
    std::set<net::ipv6> some;
    while (some.size() < 5000) some.insert({random.next() >> random.below(64), random.next()});
    out.ipv6[{sensor, sketch_kind::ipv6_sources}] = {some.begin(), some.end()};
    out.ipv6[{sensor, sketch_kind::ipv6_destinations}] = {*some.begin()};
  }
  return out;
}

TEST(SketchRecords, GiveBackWhatWasWritten) {
  random_source random{7};
  for (int round = 0; round < 5; ++round) {
    auto const sets = random_sets(random);
    auto const again = sketch_sets::read(bytes_of(sets.to_bytes()));
    ASSERT_TRUE(again) << again.error().message;
    EXPECT_EQ(*again, sets);
  }
}

TEST(SketchRecords, RunsOfABlockEachComeTogether) {
  random_source random{8};
  std::string bytes{sketch_head};
  std::set<std::uint32_t> all;
  sketch_key const of{3, sketch_kind::ipv4_sources};
  for (int run = 0; run < 9; ++run) {
    auto const values = random_values(random, 5000);
    append_records(of, values, bytes);
    all.insert(values.begin(), values.end());
  }
  auto const sets = sketch_sets::read(bytes_of(bytes));
  ASSERT_TRUE(sets) << sets.error().message;
  EXPECT_EQ(sets->ipv4.at(of), (std::vector<std::uint32_t>{all.begin(), all.end()}));
}

TEST(SketchRecords, CountsWhatIsLacking) {
  sketch_key const of{1, sketch_kind::ipv4_sources}, other{2, sketch_kind::ipv4_sources};
  sketch_sets const sketch{{{of, {1, 2, 5}}}, {}};
  EXPECT_EQ(sketch.lacks({{{of, {1, 5}}}, {}}), 0U);
  EXPECT_EQ(sketch.lacks({{{of, {1, 3, 5, 9}}}, {}}), 2U);
  EXPECT_EQ(sketch.lacks({{{other, {1}}}, {}}), 1U);
  EXPECT_EQ(sketch.lacks({{}, {{{1, sketch_kind::ipv6_sources}, {net::ipv6{0, 1}}}}}), 1U);
}

TEST(SketchRecords, NoFlippedBitAndNoCutGoesUnnoticed) {
  random_source random{9};
  std::string bytes{sketch_head};
  append_records({1, sketch_kind::ipv4_sources}, random_values(random, 60), bytes);
  std::vector<net::ipv6> const some = {{1, 2}, {1, 3}, {9, 0}};
  append_records({1, sketch_kind::ipv6_sources}, some, bytes);
  ASSERT_TRUE(sketch_sets::read(bytes_of(bytes)));
  for (std::size_t bit = 0; bit < bytes.size() * 8; ++bit) {
    auto changed = bytes;
    changed[bit / 8] = static_cast<char>(changed[bit / 8] ^ 1 << (bit % 8));
    EXPECT_FALSE(sketch_sets::read(bytes_of(changed))) << bit;
  }
  std::size_t whole = 0;
  for (std::size_t size = 0; size < bytes.size(); ++size)
    whole += sketch_sets::read(bytes_of(bytes.substr(0, size))) ? 1 : 0;
  EXPECT_EQ(whole, 2U);  // behind the head, and between the two records
}

TEST(SketchRecords, SayWhatIsWrong) {
  std::string bytes{sketch_head};
  append_records({1, sketch_kind::ipv4_sources}, std::vector<std::uint32_t>{1, 9}, bytes);
  auto const why = [](std::string const& text) {
    auto const read = sketch_sets::read(bytes_of(text));
    return read ? std::string{} : read.error().message;
  };
  EXPECT_EQ(why("KZSKETC9"), "is damaged at byte 0: it does not begin with \"KZSKETC1\"");
  EXPECT_EQ(why(bytes + "x"), "is damaged at byte 73: no record is there");
  EXPECT_EQ(why(bytes.substr(0, 72)), "is damaged at byte 8: the record is longer than the file");
  bytes.back() = 7;
  EXPECT_EQ(why(bytes), "is damaged: values of a record");
}

TEST(SketchIndex, GivesBackWhatWasWritten) {
  sketch_index const index{{{1, "north"}, {7, "odd\t\\name\n"}},
                           {{0, {}}, {20'605, {4, 120'394, 3}}}};
  auto const text = index.to_text();
  EXPECT_THAT(text, HasSubstr("\nday\t2026-06-01\t4\t120394\t3\n"));
  auto const again = sketch_index::parse(text);
  ASSERT_TRUE(again) << again.error().message;
  EXPECT_EQ(*again, index);
}

TEST(SketchIndex, SaysWhatIsWrong) {
  auto const why = [](std::string const& text) {
    auto const read = sketch_index::parse(text);
    return read ? std::string{} : read.error().message;
  };
  auto const text = sketch_index{{{1, "north"}}, {{20'605, {4, 120'394, 3}}}}.to_text();
  EXPECT_EQ(why(text), "");
  EXPECT_THAT(why("kizashi-sketches 2\n"), HasSubstr("a newer Kizashi may have written it"));
  for (std::size_t size = 19; size < text.size(); ++size)
    EXPECT_THAT(why(text.substr(0, size)), HasSubstr("the last line is not the sum")) << size;
  for (std::size_t at = 19; at < text.size(); ++at) {
    auto changed = text;
    changed[at] = static_cast<char>(changed[at] ^ 1);
    EXPECT_NE(why(changed), "") << at;
  }
}

TEST(SketchIndex, DaysAreThoseOfTheEngine) {
  EXPECT_EQ(sketch_day_of(0), 0);
  EXPECT_EQ(sketch_day_of(86'399'999'999), 0);
  EXPECT_EQ(sketch_day_of(86'400'000'000), 1);
  EXPECT_EQ(sketch_day_of(std::uint64_t{4'294'967'295} * 1'000'000), 49'710);
  EXPECT_EQ(sketch_day_of(std::uint64_t{4'294'967'296} * 1'000'000), 0);
  EXPECT_EQ(name_of_day(20'605), "2026-06-01");
  EXPECT_EQ(parse_sketch_day("2026-06-01").value_or(-1), 20'605);
  EXPECT_EQ(parse_sketch_day("1970-01-01").value_or(-1), 0);
  EXPECT_FALSE(parse_sketch_day("2026-06-31"));
  EXPECT_FALSE(parse_sketch_day("2026-06-1"));
}

}  // namespace
}  // namespace kizashi::store
