#include "kizashi/store/engine.hpp"

#include <gtest/gtest.h>

namespace {

using namespace kizashi;
using namespace kizashi::store;

TEST(EngineCapabilities, FollowFromTheVersion) {
  auto const old = engine_capabilities::of_version("18.16.1").value();
  EXPECT_EQ(old.major, 18U);
  EXPECT_EQ(old.minor, 16U);
  EXPECT_FALSE(old.has_codecs || old.has_ttl || old.has_skip_indexes || old.has_low_cardinality ||
               old.has_ip_types || old.has_datetime64 || old.has_parquet || old.has_insert_tokens ||
               old.has_fsync || old.has_mutation_wait);
  auto const recent = engine_capabilities::of_version("26.7.2.1").value();
  EXPECT_TRUE(recent.has_codecs && recent.has_ttl && recent.has_skip_indexes &&
              recent.has_low_cardinality && recent.has_ip_types && recent.has_datetime64 &&
              recent.has_parquet && recent.has_insert_tokens && recent.has_fsync &&
              recent.has_mutation_wait);
  auto const between = engine_capabilities::of_version("22.3").value();
  EXPECT_TRUE(between.has_fsync);
  EXPECT_FALSE(between.has_insert_tokens);
}

TEST(EngineCapabilities, RefuseWhatIsNoVersion) {
  for (auto const* const text : {"", "26", "x.1", "26.", "26-7"}) {
    auto const has = engine_capabilities::of_version(text);
    ASSERT_FALSE(has) << text;
    EXPECT_EQ(has.error().message, "the engine says its version is \"" + std::string{text} +
                                       "\"; expected a number such as 26.7.2.1");
  }
}

TEST(SqlText, CannotBeLeftByWhatStandsInIt) {
  EXPECT_EQ(sql_text(""), "''");
  EXPECT_EQ(sql_text("it's"), "'it\\'s'");
  EXPECT_EQ(sql_text("\\"), "'\\\\'");
  EXPECT_EQ(sql_text("\\' or 1"), "'\\\\\\' or 1'");
  EXPECT_EQ(sql_text(std::string_view{"a\0b", 3}), "'a\\0b'");
}

TEST(PlainName, IsWhatNeedsNoQuotes) {
  for (auto const* const name : {"packets", "_x9", "default.packets"})
    EXPECT_TRUE(is_plain_name(name)) << name;
  for (auto const* const name :
       {"", "9x", "a b", "a;b", ".a", "a.", "a.b.c", "a..b", "a'", "a.9", "\xc3\xa9"})
    EXPECT_FALSE(is_plain_name(name)) << name;
}

}  // namespace
