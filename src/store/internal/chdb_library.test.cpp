#include "kizashi/store/internal/chdb_library.hpp"

#include <fstream>
#include <map>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "kizashi/store/internal/temporary_store.hpp"

namespace {

using namespace kizashi;
using namespace kizashi::store::internal;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

auto world(std::map<std::string, std::string> variables) -> environment {
  return [variables](char const* name) -> std::optional<std::string> {
    auto const found = variables.find(name);
    if (found == variables.end()) return std::nullopt;
    return found->second;
  };
}

TEST(ChdbLibrary, IsLookedForInTheCacheAndTheSystem) {
  auto const places = library_places(world({{"HOME", "/home/a"}}));
  ASSERT_EQ(places.size(), 4U);
  EXPECT_THAT(places[0],
              ::testing::MatchesRegex("/home/a/.cache/kizashi/engine/[0-9a-f]{64}/libchdb.so"));
  EXPECT_EQ(places[2], "/usr/lib/kizashi/libchdb.so");
  EXPECT_THAT(library_places(world({{"HOME", "/home/a"}, {"XDG_CACHE_HOME", "/c"}}))[0],
              ::testing::StartsWith("/c/kizashi/engine/"));
  EXPECT_THAT(library_places(world({{"KIZASHI_ENGINE", "/x.so"}, {"HOME", "/home/a"}})),
              ElementsAre("/x.so"));
}

TEST(ChdbLibrary, SaysWhereItLookedAndHowToGetIt) {
  auto const none = load_library(world({{"KIZASHI_ENGINE", "/nowhere/libchdb.so"}}));
  ASSERT_FALSE(none);
  EXPECT_EQ(none.error().code, errc::not_found);
  EXPECT_THAT(
      none.error().message,
      ::testing::MatchesRegex(
          "the store's engine, libchdb.so, is not on this machine; looked at "
          "/nowhere/libchdb.so; to get it, install Kizashi's Debian package .it has "
          "/usr/lib/kizashi/libchdb.so., or run ./dev build in Kizashi's source .it fetches "
          "the npm package @chdb/lib-linux-x64-gnu [0-9.a-z-]+., or name its file in the "
          "environment variable KIZASHI_ENGINE"));
}

TEST(ChdbLibrary, SaysWhenAFileIsNoLibraryOrAnother) {
  temporary_folder const folder;
  auto const file = folder.path() / "libchdb.so";
  std::ofstream{file} << "no library";
  auto const odd = load_library(world({{"KIZASHI_ENGINE", file.string()}}));
  ASSERT_FALSE(odd);
  EXPECT_THAT(odd.error().message, HasSubstr(file.string() + ": cannot load the store's engine: "));
  auto const other = load_library(world({{"KIZASHI_ENGINE", "/lib/x86_64-linux-gnu/libz.so.1"}}));
  ASSERT_FALSE(other);
  EXPECT_THAT(other.error().message,
              HasSubstr("libz.so.1: not the engine of the store, or too old: it has no "
                        "chdb_version; expected libchdb.so "));
}

TEST(ChdbLibrary, NamesWhatAnOldProcessorLacks) {
  EXPECT_THAT(missing_features([](std::string_view) { return true; }), ElementsAre());
  EXPECT_THAT(
      missing_features([](std::string_view name) { return name == "sse4.2" || name == "popcnt"; }),
      ElementsAre("avx", "avx2", "bmi", "bmi2", "fma"));
}

}  // namespace
