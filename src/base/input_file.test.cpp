#include "kizashi/base/input_file.hpp"

#include <filesystem>
#include <fstream>

#include <gtest/gtest.h>

namespace kizashi {
namespace {

class InputFile : public testing::Test {
protected:
  std::filesystem::path file =
      std::filesystem::path{testing::TempDir()} /
      (std::string{"input_file_"} + testing::UnitTest::GetInstance()->current_test_info()->name());
  void write(std::string const& text) { std::ofstream{file, std::ios::binary} << text; }
  void TearDown() override { std::filesystem::remove(file); }
};

TEST_F(InputFile, IsReadWhole) {
  std::string const text(200'000, 'x');
  write(text + '\0' + "end");
  EXPECT_EQ(*read_whole_file(file.string(), "read", 1 << 20), text + '\0' + "end");
  write("");
  EXPECT_EQ(*read_whole_file(file.string(), "read", 1), "");
}

TEST_F(InputFile, HasALimit) {
  write("12345");
  EXPECT_TRUE(read_whole_file(file.string(), "read", 5));
  EXPECT_EQ(read_whole_file(file.string(), "read the labels", 4).error().message,
            file.string() + ": cannot read the labels: more than 4 bytes");
}

TEST_F(InputFile, SaysWhyItCannotBeRead) {
  EXPECT_EQ(read_whole_file("/nowhere/at/all", "read the labels", 4).error().message,
            "/nowhere/at/all: cannot read the labels: No such file or directory");
  EXPECT_EQ(read_whole_file("/", "read the labels", 4).error().message,
            "/: cannot read the labels: Is a directory");
}

TEST_F(InputFile, DevicesAreFiles) {
  EXPECT_EQ(*read_whole_file("/dev/null", "read", 1), "");
}

}  // namespace
}  // namespace kizashi
