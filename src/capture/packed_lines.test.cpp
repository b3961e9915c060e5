#include "kizashi/capture/packed_lines.hpp"

#include <filesystem>
#include <fstream>
#include <unistd.h>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "kizashi/capture/internal/gzip_packer.hpp"

namespace kizashi::capture {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

class PackedLines : public ::testing::Test {
protected:
  ~PackedLines() override { std::filesystem::remove(path_); }

  /// "1:text", and last the failure's words if there is one.
  auto read(std::string_view content) -> std::vector<std::string> {
    std::ofstream{path_, std::ios::binary} << content;
    auto lines = packed_lines::open(path_);
    if (!lines) return {lines.error().message};
    std::vector<std::string> out;
    for (;;) {
      auto const line = lines->next();
      if (!line) out.push_back(line.error().message);
      if (!line || !*line) return out;
      out.push_back(std::to_string((*line)->number) + ":" + std::string{(*line)->text} +
                    ((*line)->is_too_long ? "..." : ""));
    }
  }

  std::string path_ = testing::TempDir() + "kizashi_lines_" +
                      testing::UnitTest::GetInstance()->current_test_info()->name() +
                      std::to_string(::getpid());
};

auto packed(std::string_view text) -> std::string {
  auto packer = internal::gzip_packer::create();
  return std::string{packer->pack(text, true)};
}

TEST_F(PackedLines, AreNumberedAndWithoutTheirEnds) {
  EXPECT_THAT(read("a\n\nb\r\nlast"), ElementsAre("1:a", "2:", "3:b", "4:last"));
  EXPECT_THAT(read("a\n"), ElementsAre("1:a"));
  EXPECT_THAT(read(""), ElementsAre());
}

TEST_F(PackedLines, AreUnpacked) {
  EXPECT_THAT(read(packed("a\nb\n")), ElementsAre("1:a", "2:b"));
}

TEST_F(PackedLines, GoOnBehindABuffer) {
  std::string text;
  std::vector<std::string> expected;
  for (int i = 1; i <= 20'000; ++i) {
    auto const line = std::string(static_cast<std::size_t>(i % 37), 'x');
    text += line + "\n";
    expected.push_back(std::to_string(i) + ":" + line);
  }
  EXPECT_EQ(read(text), expected);
}

TEST_F(PackedLines, ThatAreTooLongSaySo) {
  std::string const full(4096, 'x');
  EXPECT_THAT(read(full + "\n" + full + "\r\n" + full + "y\nz\n"),
              ElementsAre("1:" + full, "2:" + full, "3:" + full + "...", "4:z"));
  EXPECT_THAT(read(std::string(200'000, 'x') + "\nz"), ElementsAre("1:" + full + "...", "2:z"));
}

TEST_F(PackedLines, BeforeDamageComeAndTheCutOneDoesNot) {
  std::string text;
  for (int i = 0; i < 50'000; ++i) text += std::to_string(i * 7919) + "\n";
  auto const whole = read(packed(text));
  ASSERT_EQ(whole.size(), 50'000U);
  auto const bytes = packed(text);
  auto const cut = read(bytes.substr(0, bytes.size() / 2));
  ASSERT_GT(cut.size(), 10'000U);
  for (std::size_t i = 0; i + 1 < cut.size(); ++i) ASSERT_EQ(cut[i], whole[i]);
  EXPECT_THAT(cut.back(), HasSubstr("cannot unpack gzip: the file ends inside the packed data"));
}

TEST_F(PackedLines, NeedAFile) {
  auto const lines = packed_lines::open("/nowhere/at.all");
  ASSERT_FALSE(lines);
  EXPECT_EQ(lines.error().message, "/nowhere/at.all: cannot open: No such file or directory");
}

}  // namespace
}  // namespace kizashi::capture
