#include "kizashi/screening/labels.hpp"

#include <algorithm>
#include <cstdio>
#include <fstream>

#include <gtest/gtest.h>

namespace kizashi::screening {
namespace {

auto parse(std::string_view text) -> result<source_labels> {
  return source_labels::parse(text, "labels.txt");
}
auto complaint(std::string_view text) -> std::string {
  auto const labels = parse(text);
  return labels ? "accepted" : labels.error().message;
}
auto label_of(source_labels const& in, std::string_view address) -> std::string_view {
  return in.name(in.find(net::address::parse(address).value()));
}

TEST(Labels, ReadsPlainLines) {
  auto const labels = parse("# mine\n\n192.0.2.17 research\r\n 192.0.2.18\ta label \n").value();
  EXPECT_EQ(labels.size(), 2U);
  EXPECT_EQ(label_of(labels, "192.0.2.17"), "research");
  EXPECT_EQ(label_of(labels, "192.0.2.18"), "a label");
  EXPECT_EQ(label_of(labels, "192.0.2.19"), "");
}

TEST(Labels, ReadsCsv) {
  auto const labels =
      parse("address,label\n192.0.2.17,research,9\n\"192.0.2.18\",\"a, b\"\n2001:db8::1, six\n")
          .value();
  EXPECT_EQ(label_of(labels, "192.0.2.17"), "research");
  EXPECT_EQ(label_of(labels, "192.0.2.18"), "a, b");
  EXPECT_EQ(label_of(labels, "2001:db8::1"), "six");
}

TEST(Labels, TheLongestPrefixCounts) {
  auto const labels =
      parse("192.0.2.0/24 wide\n192.0.2.16/28 narrow\n192.0.2.17 one\n2001:db8::/32 six\n").value();
  EXPECT_EQ(label_of(labels, "192.0.2.1"), "wide");
  EXPECT_EQ(label_of(labels, "192.0.2.18"), "narrow");
  EXPECT_EQ(label_of(labels, "192.0.2.17"), "one");
  EXPECT_EQ(label_of(labels, "2001:db8:9::9"), "six");
  EXPECT_EQ(label_of(labels, "2001:db9::9"), "");
}

TEST(Labels, TheSameTwiceIsNoMistake) {
  EXPECT_EQ(parse("192.0.2.1 a\n192.0.2.1 a\n").value().size(), 1U);
}

TEST(Labels, SaysWhereTheMistakesAre) {
  EXPECT_EQ(
      complaint("192.0.2.1 a\nnobody b\n192.0.2.2\n192.0.2.1,c\n"),
      "labels.txt:2: 'nobody' is no address or prefix; expected ADDRESS LABEL, and a prefix with "
      "zeros behind its length\n"
      "labels.txt:3: no label; expected ADDRESS LABEL or ADDRESS,LABEL\n"
      "labels.txt:4: '192.0.2.1' is 'c' here and 'a' above; expected one label for each address");
}

TEST(Labels, RefusesLabelsThatCannotBeShown) {
  EXPECT_EQ(complaint("192.0.2.1 a\x1b[2J\n"),
            "labels.txt:1: label 'a?[2J'; expected 1 to 64 printable characters");
  EXPECT_EQ(complaint("192.0.2.1 " + std::string(65, 'x')),
            "labels.txt:1: label '" + std::string(64, 'x') +
                "'...; expected 1 to 64 printable characters");
}

TEST(Labels, RefusesBitsBelowThePrefix) {
  EXPECT_EQ(complaint("192.0.2.1/24 a\n"),
            "labels.txt:1: '192.0.2.1/24' is no address or prefix; expected ADDRESS LABEL, and a "
            "prefix with zeros behind its length");
}

TEST(Labels, RefusesAFileWithoutLabels) {
  EXPECT_EQ(complaint("# nothing\n"), "labels.txt: no labels; expected lines ADDRESS LABEL");
  EXPECT_EQ(complaint("address,label\n"), "labels.txt: no labels; expected lines ADDRESS LABEL");
}

TEST(Labels, ShowsTwentyMistakesAndCountsTheRest) {
  std::string text;
  for (int i = 0; i < 23; ++i) text += "x y\n";
  auto const message = complaint(text);
  EXPECT_EQ(std::ranges::count(message, '\n'), 20);
  EXPECT_TRUE(message.ends_with("\nlabels.txt: 3 more mistakes")) << message;
}

TEST(Labels, RefusesTooManyDifferentOnes) {
  std::string text;
  for (unsigned i = 0; i <= 4096; ++i)
    text += net::ipv4{i}.to_string() + " l" + std::to_string(i) + "\n";
  EXPECT_EQ(complaint(text), "labels.txt:4097: more than 4096 different labels");
}

TEST(Labels, ReadsAFileAndSaysWhenThereIsNone) {
  auto const path = testing::TempDir() + "kizashi_labels.txt";
  std::ofstream{path} << "192.0.2.1 a\n";
  EXPECT_EQ(source_labels::read(path).value().size(), 1U);
  std::remove(path.c_str());
  EXPECT_EQ(source_labels::read(path).error().message,
            path + ": cannot read the labels: No such file or directory");
}

}  // namespace
}  // namespace kizashi::screening
