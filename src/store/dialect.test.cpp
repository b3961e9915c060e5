// The same statements, blocks and answers as on the oldest ClickHouse
// (tests/store/test_dialect.py).
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "kizashi/store/internal/temporary_store.hpp"

namespace {

using namespace kizashi;
using namespace kizashi::store;
namespace fs = std::filesystem;

fs::path const folder = fs::path{KIZASHI_SOURCE_DIR} / "tests/store";

auto read(fs::path const& file) -> std::string {
  std::ostringstream text;
  text << std::ifstream{file, std::ios::binary}.rdbuf();
  return text.str();
}

/// Statements end with ";" at the end of a line; lines that begin with "--" say why.
auto statements(fs::path const& file) -> std::vector<std::string> {
  std::vector<std::string> all(1);
  std::istringstream lines{read(file)};
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with("--")) continue;
    auto const is_last = line.ends_with(';');
    if (is_last) line.pop_back();
    all.back() += line + "\n";
    if (is_last) all.emplace_back();
  }
  all.pop_back();
  return all;
}

using Dialect = store::internal::StoreTest;

TEST_F(Dialect, GivesTheAnswersOfTheOldestEngine) {
  auto files = 0;
  for (auto const& entry : fs::directory_iterator{folder / "dialect"}) {
    if (entry.path().extension() != ".sql") continue;
    ++files;
    std::string answers;
    for (auto const& sql : statements(entry.path())) {
      if (sql.starts_with("select"))
        answers += ask(sql);
      else
        run(sql);
    }
    auto expected = entry.path();
    EXPECT_EQ(answers, read(expected.replace_extension(".expected"))) << entry.path();
  }
  EXPECT_GT(files, 0);
}

TEST(DialectBlock, HasTheBytesThatTheOldestEngineReads) {
  native_block block{2};
  block.add("u", std::vector<std::uint16_t>{1, 65535});
  block.add("i", std::vector<std::int64_t>{-1, INT64_MAX});
  block.add_fixed_string("a", std::vector<native_block::address16>{
                                  {0x20, 0x01, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1},
                                  {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 192, 0, 2, 1}});
  block.add_strings("s", std::vector<std::string_view>{"", "it's"});
  block.add_lists<std::uint32_t>("l", std::vector<std::uint64_t>{0, 3},
                                 std::vector<std::uint32_t>{7, 8, 9});
  EXPECT_EQ((std::string{block.bytes().begin(), block.bytes().end()}),
            read(folder / "block.native"));
}

}  // namespace
