#include "kizashi/base/output_file.hpp"

#include <fstream>
#include <iterator>
#include <unistd.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace kizashi {
namespace {

auto test_folder() -> std::filesystem::path {
  auto const* const name = testing::UnitTest::GetInstance()->current_test_info()->name();
  auto folder = std::filesystem::path{testing::TempDir()} /
                (std::string{"kizashi_output_"} + name + std::to_string(::getpid()));
  std::filesystem::remove_all(folder);
  std::filesystem::create_directories(folder);
  return folder;
}

auto content(std::filesystem::path const& file) -> std::string {
  std::ifstream in{file, std::ios::binary};
  return {std::istreambuf_iterator<char>{in}, {}};
}

TEST(output_file, appears_with_commit) {
  auto const folder = test_folder();
  auto out = output_file::create(folder / "a.txt");
  ASSERT_TRUE(out) << out.error().message;
  ASSERT_TRUE(out->write("one "));
  EXPECT_FALSE(std::filesystem::exists(folder / "a.txt"));
  ASSERT_TRUE(out->write("two"));
  ASSERT_TRUE(out->commit());
  EXPECT_EQ(content(folder / "a.txt"), "one two");
}

TEST(output_file, without_commit_leaves_what_was_there) {
  auto const folder = test_folder();
  std::ofstream{folder / "a.txt"} << "old";
  {
    auto out = output_file::create(folder / "a.txt");
    ASSERT_TRUE(out);
    ASSERT_TRUE(out->write("new"));
  }
  EXPECT_EQ(content(folder / "a.txt"), "old");
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator{folder}, {}), 1);
}

TEST(output_file, pieces_large_and_small_keep_their_order) {
  auto const folder = test_folder();
  std::string whole;
  auto out = output_file::create(folder / "a.bin");
  ASSERT_TRUE(out);
  for (std::size_t const size : {1U, 70'000U, 3U, 3'000'000U, 2U, 65'536U, 65'535U}) {
    std::string const piece(size, static_cast<char>('a' + size % 26));
    ASSERT_TRUE(out->write(piece));
    whole += piece;
  }
  ASSERT_TRUE(out->commit());
  EXPECT_EQ(content(folder / "a.bin"), whole);
}

TEST(output_file, a_folder_that_is_not_there_is_named) {
  auto const out = output_file::create("/nowhere/at/all.txt");
  ASSERT_FALSE(out);
  EXPECT_EQ(out.error().message, "/nowhere/at/all.txt: cannot write: No such file or directory");
}

TEST(output_file, a_folder_is_no_file) {
  auto const folder = test_folder();
  auto const out = output_file::create(folder);
  ASSERT_FALSE(out);
  EXPECT_THAT(out.error().message, testing::HasSubstr("it is a folder"));
}

TEST(output_file, a_full_disk_is_told) {
  if (::access("/dev/full", W_OK) != 0) GTEST_SKIP() << "/dev/full is not there";
  auto out = output_file::create("/dev/full");
  ASSERT_TRUE(out) << out.error().message;
  ASSERT_TRUE(out->write("x"));
  auto const done = out->commit();
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().message, "/dev/full: cannot write: No space left on device");
  EXPECT_FALSE(out->write(std::string(100'000, 'x')));
  EXPECT_FALSE(out->commit());
}

}  // namespace
}  // namespace kizashi
