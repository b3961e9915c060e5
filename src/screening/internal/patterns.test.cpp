#include "kizashi/screening/internal/patterns.hpp"

#include <gtest/gtest.h>

#include "kizashi/screening/internal/test_profiles.hpp"

namespace kizashi::screening::internal {
namespace {

using port_list = std::vector<std::pair<std::uint16_t, std::uint64_t>>;

/// `count` sources with this header and these ports; verdict mirai (0), masscan (1) or none (-1).
void add(std::vector<source_record>& to, int count, test_header header, port_list const& ports,
         int tool) {
  for (int i = 0; i < count; ++i)
    to.push_back(make_test_record({.address = lone_address(static_cast<std::uint32_t>(to.size())),
                                   .header = header,
                                   .ports = ports,
                                   .tool = tool},
                                  tool == 0));
}

port_list const telnet{{23, 9}, {2323, 1}};

TEST(Patterns, SpreadFromMalwareToThoseThatDoTheSame) {
  std::vector<source_record> sources;
  add(sources, 20, bare, telnet, 0);
  add(sources, 1, bare, telnet, 1);
  add(sources, 30, bare, telnet, -1);
  add(sources, 100, linux_like, {{443, 10}}, -1);
  auto const found = find_patterns(sources);
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].tool, 0);
  EXPECT_EQ(found[0].right, 20U);
  EXPECT_EQ(found[0].labelled, 21U);
  EXPECT_EQ(found[0].more, 30U);
  EXPECT_EQ(find_pattern(found, sources[40]), &found[0]);
  EXPECT_EQ(find_pattern(found, sources[60]), nullptr);
}

TEST(Patterns, OfAnotherOrderOfPortsDoNotFit) {
  std::vector<source_record> sources;
  add(sources, 20, bare, telnet, 0);
  add(sources, 100, linux_like, {{443, 10}}, -1);
  auto const found = find_patterns(sources);
  ASSERT_EQ(found.size(), 1U);
  auto other = sources[0];
  other.sequence = 1U << telescope::step_of(23, 2323);  // one step of four, or of more
  EXPECT_EQ(find_pattern(found, other), nullptr);
}

TEST(Patterns, NeedNineOfNine) {
  std::vector<source_record> sources;
  add(sources, 8, bare, telnet, 0);
  add(sources, 100, linux_like, {{443, 10}}, -1);
  EXPECT_TRUE(find_patterns(sources).empty());
  add(sources, 1, bare, telnet, 0);
  EXPECT_EQ(find_patterns(sources).size(), 1U);
}

TEST(Patterns, ThatOthersHaveAsWellDoNotSpread) {
  std::vector<source_record> sources;
  add(sources, 20, bare, telnet, 0);
  add(sources, 10, bare, telnet, 1);
  add(sources, 100, linux_like, {{443, 10}}, -1);
  EXPECT_TRUE(find_patterns(sources).empty());
}

TEST(Patterns, ThatMostSourcesHaveDoNotSpread) {
  std::vector<source_record> sources;
  add(sources, 20, bare, telnet, 0);
  add(sources, 100, bare, telnet, -1);
  add(sources, 100, linux_like, {{443, 10}}, -1);
  EXPECT_TRUE(find_patterns(sources).empty());  // half of all that nothing is known of
  add(sources, 200, linux_like, {{443, 10}}, -1);
  EXPECT_EQ(find_patterns(sources).size(), 1U);
  add(sources, 101, bare, telnet, -1);
  add(sources, 1000, linux_like, {{443, 10}}, -1);
  EXPECT_TRUE(find_patterns(sources).empty());  // ten times as many as the malware's
}

}  // namespace
}  // namespace kizashi::screening::internal
