#include "kizashi/store/internal/token_log.hpp"

#include <fcntl.h>
#include <fstream>
#include <linux/fs.h>
#include <sstream>
#include <string>
#include <sys/ioctl.h>

#include <gtest/gtest.h>

#include "kizashi/base/file_descriptor.hpp"
#include "kizashi/store/internal/temporary_store.hpp"

namespace {

using namespace kizashi;
using namespace kizashi::store::internal;
namespace fs = std::filesystem;

/// The folder of an engine with one table.
class TokenLog : public ::testing::Test {
protected:
  TokenLog() { fs::create_directories(table / "deduplication_logs"); }
  void part(std::string const& name) { fs::create_directories(table / name); }
  [[nodiscard]] auto log(int number) const -> fs::path {
    return table / "deduplication_logs" / fmt::format("deduplication_log_{}.txt", number);
  }
  void write(int number, std::string const& text) { std::ofstream{log(number)} << text; }
  [[nodiscard]] auto read(int number) const -> std::string {
    std::ostringstream text;
    text << std::ifstream{log(number)}.rdbuf();
    return text.str();
  }
  auto mend() -> mended_tokens {
    auto const mended = mend_token_logs(folder.path());
    EXPECT_TRUE(mended) << mended.error().message;
    return mended.value_or(mended_tokens{});
  }

  temporary_folder folder;
  fs::path table = folder.path() / "store" / "abc" / "abcdef";
};

TEST_F(TokenLog, StaysAsItIsWhereEveryTokenHasItsPart) {
  part("20220101_1_1_0");
  part("20220101_2_4_1");    // merged
  part("20220102_5_5_0_9");  // changed by a mutation
  write(1, "1\t20220101_1_1_0\ta\n1\t20220101_3_3_0\tb\n");
  write(2, "1\t20220102_5_5_0\tc\n");
  EXPECT_EQ(mend(), (mended_tokens{0, 0}));
  EXPECT_EQ(read(1), "1\t20220101_1_1_0\ta\n1\t20220101_3_3_0\tb\n");
  EXPECT_EQ(read(2), "1\t20220102_5_5_0\tc\n");
}

TEST_F(TokenLog, TakesBackTokensWithoutAPart) {
  part("20220101_1_1_0");
  part("tmp_insert_20220101_2_2_0");  // not yet named
  part("delete_tmp_20220101_2_2_0");  // on its way out
  part("20220102_2_2_0");             // another day
  write(2, "1\t20220101_1_1_0\ta\n");
  write(10, "1\t20220101_2_2_0\tb\n");
  EXPECT_EQ(mend(), (mended_tokens{1, 0}));
  EXPECT_EQ(read(2), "1\t20220101_1_1_0\ta\n");
  EXPECT_EQ(read(10), "1\t20220101_2_2_0\tb\n2\t20220101_2_2_0\tb\n");
  EXPECT_EQ(mend(), (mended_tokens{0, 0}));
}

TEST_F(TokenLog, KnowsWhatTheEngineTookBackItself) {
  write(1, "1\t20220101_1_1_0\ta\n2\t20220101_1_1_0\ta\n");
  EXPECT_EQ(mend(), (mended_tokens{0, 0}));
}

TEST_F(TokenLog, CutsWhatIsNoRecord) {
  part("all_1_1_0");
  for (auto const* const rest : {"1\tall_2", "1\tall_2_2_0\tb", "\n", "3\tall_2_2_0\tb\n",
                                 "1\tall_2_2_0\t\n", "1\tx\tb\n1\tall_1_1_0\tc\n"}) {
    write(1, std::string{"1\tall_1_1_0\ta\n"} + rest);
    EXPECT_EQ(mend(), (mended_tokens{0, 1})) << rest;
    EXPECT_EQ(read(1), "1\tall_1_1_0\ta\n");
  }
  write(1, std::string(64, '\0'));  // a file whose bytes the disk never got
  EXPECT_EQ(mend(), (mended_tokens{0, 1}));
  EXPECT_EQ(read(1), "");
}

TEST_F(TokenLog, HasNothingToDoInANewStore) {
  temporary_folder const empty;
  EXPECT_EQ(mend_token_logs(empty.path() / "engine").value(), (mended_tokens{0, 0}));
}

auto is_written_through(fs::path const& path) -> bool {
  file_descriptor const file{::open(path.c_str(), O_RDONLY)};
  unsigned flags = 0;
  return ::ioctl(file.get(), FS_IOC_GETFLAGS, &flags) == 0 && (flags & FS_SYNC_FL) != 0;
}

TEST_F(TokenLog, IsWrittenThroughWhereTheFileSystemCan) {
  write(1, "");
  if (write_tokens_through(folder.path()) == 0) GTEST_SKIP() << "the file system has no such flag";
  write(2, "");
  EXPECT_TRUE(is_written_through(log(1)));
  EXPECT_TRUE(is_written_through(log(2)));
  EXPECT_FALSE(is_written_through(table));
}

using TokensOfEngine = StoreTest;

TEST_F(TokensOfEngine, AreWrittenThroughFromTheFirstBlockOn) {
  run("create table t (a UInt32) engine=MergeTree order by a "
      "settings non_replicated_deduplication_window=100");
  auto const engine = folder_.path() / "store" / "engine";
  fs::create_directories(folder_.path() / "tried/store/a/b/deduplication_logs");
  if (write_tokens_through(folder_.path() / "tried") == 0)
    GTEST_SKIP() << "the file system has no such flag";
  kizashi::store::native_block block{1};
  block.add("a", std::vector<std::uint32_t>{7});
  insert("t", block, "one");
  auto logs = 0;
  for (auto const& entry : fs::recursive_directory_iterator{engine / "store"})
    if (entry.path().filename() == "deduplication_log_1.txt") {
      ++logs;
      EXPECT_TRUE(is_written_through(entry.path()));
    }
  EXPECT_EQ(logs, 1);
}

// What a process leaves that is killed between the token and the part's name, made by hand: the
// token stands in the log, the part does not.
TEST_F(TokensOfEngine, LetABlockInThatWasLostBehindItsToken) {
  run("create table t (a UInt32) engine=MergeTree order by a "
      "settings non_replicated_deduplication_window=100");
  kizashi::store::native_block block{1};
  block.add("a", std::vector<std::uint32_t>{7});
  insert("t", block, "one");
  engine_.reset();
  for (auto const& entry :
       fs::recursive_directory_iterator{folder_.path() / "store" / "engine" / "store"})
    if (entry.path().filename() == "all_1_1_0") {
      fs::remove_all(entry.path());
      break;
    }
  open();
  EXPECT_EQ(ask("select count() from t"), "0\n");
  insert("t", block, "one");
  insert("t", block, "one");
  EXPECT_EQ(ask("select a from t"), "7\n");
}

}  // namespace
