#include "kizashi/recognise/fingerprint_check.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace kizashi::recognise {
namespace {

using testing::ElementsAre;
using testing::StartsWith;

auto table_of(std::string const& lines) -> fingerprint_table {
  auto made = fingerprint_table::parse(
      "[[fingerprint]]\nname = \"x\"\nkind = \"tool\"\nsource = \"x\"\n" + lines, "x.toml");
  EXPECT_TRUE(made) << (made ? "" : made.error().message);
  return made ? std::move(*made) : fingerprint_table{};
}

TEST(fingerprint_check, shipped_fingerprints_pass_as_rarely_as_they_say) {
  EXPECT_THAT(check_ordinary(fingerprint_table::shipped(), 1), ElementsAre());
  EXPECT_THAT(check_ordinary(fingerprint_table::shipped(), 2), ElementsAre());
}

TEST(fingerprint_check, a_fingerprint_that_matches_everything_is_told) {
  EXPECT_THAT(check_ordinary(
                  table_of("match = [\"ip.ttl > 0\"]\nfalse_match = \"2^-32\"\npackets = 1\n"), 1),
              ElementsAre("x: it matched 100 % of 262,144 ordinary packets, but its false_match is "
                          "2.33e-08 %; add conditions or raise false_match"));
  EXPECT_THAT(check_ordinary(table_of("match = [\"tcp.syn\", \"ip.ttl < 240\"]\nfalse_match = "
                                      "0.01\npackets = 1\nindependent = false\n"),
                             1),
              ElementsAre(StartsWith("x: it matched 9")));
}

TEST(fingerprint_check, an_expression_that_all_sources_share_is_told) {
  EXPECT_THAT(check_ordinary(table_of("match = [\"tcp.syn\"]\nsame = \"ip.src\"\nfalse_match = "
                                      "\"2^-32\"\npackets = 2\n"),
                             1),
              ElementsAre(testing::HasSubstr("x: it matched 100 % of ")));
  EXPECT_THAT(check_ordinary(table_of("match = [\"tcp.syn\"]\nsame = \"tcp.seq\"\nfalse_match = "
                                      "\"2^-32\"\npackets = 2\n"),
                             1),
              ElementsAre());
}

TEST(fingerprint_check, the_same_seed_gives_the_same_numbers) {
  auto const table = fingerprint_table::shipped();
  auto const a = measure_ordinary(table, 9);
  auto const b = measure_ordinary(table, 9);
  ASSERT_EQ(a.size(), table.entries().size());
  for (std::size_t i = 0; i < a.size(); ++i) {
    EXPECT_EQ(a[i].matched, b[i].matched);
    EXPECT_EQ(a[i].tried, b[i].tried);
    EXPECT_GT(a[i].tried, 10'000U);
  }
}

}  // namespace
}  // namespace kizashi::recognise
