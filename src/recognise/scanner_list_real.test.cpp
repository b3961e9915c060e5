// Real lists and real captures: counted by other means, and named as their notes say.
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>
#include <regex>
#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>
#include <zlib.h>

#include "kizashi/recognise/scanner_list.hpp"

namespace kizashi::recognise {
namespace {

namespace fs = std::filesystem;

auto const lists = fs::path{KIZASHI_SHARED_DIR} / "data/scanners";

auto real_owner(scanner_list const& list, std::string_view address) -> std::string {
  return std::string{list.organisation(list.find(net::address::parse(address).value()))};
}

/// The lines of a file, unpacked by zlib's own reader.
auto lines_of(fs::path const& file) -> std::vector<std::string> {
  std::vector<std::string> lines;
  auto* const in = ::gzopen(file.c_str(), "rb");
  char buffer[4096];
  while (::gzgets(in, buffer, sizeof(buffer)) != nullptr) lines.emplace_back(buffer);
  ::gzclose(in);
  return lines;
}

class real_lists : public testing::Test {
protected:
  void SetUp() override {
    if (!fs::exists(lists)) GTEST_SKIP() << "there is no " << lists;
  }
};

TEST_F(real_lists, every_line_of_maltrail_is_an_entry_or_refused) {
  auto const file = lists / "mass_scanner.txt.gz";
  auto const list = scanner_list::read(std::vector{file});
  ASSERT_TRUE(list) << list.error().message;
  std::regex const good{R"(^\s*(\d+\.\d+\.\d+\.\d+|[0-9a-f]+:[0-9a-f:]+)\s*(#.*)?\s*$)"};
  std::regex const ignored{R"(^\s*(#.*)?\s*$)"};
  std::size_t entries = 0;
  std::size_t refused = 0;
  std::set<std::string> different;
  for (auto const& line : lines_of(file)) {
    if (std::regex_match(line, ignored)) continue;
    if (!std::regex_match(line, good)) {
      ++refused;
      continue;
    }
    ++entries;
    different.insert(line.substr(0, line.find_first_of(" \t#\r\n")));
  }
  auto const& note = list->notes()[0];
  EXPECT_EQ(note.entries, entries);
  EXPECT_EQ(note.refused, refused);
  EXPECT_EQ(note.entries - note.repeated, different.size());
}

TEST_F(real_lists, every_misp_list_is_read_whole) {
  std::size_t files = 0;
  for (auto const& each : fs::directory_iterator{lists / "misp_warninglists/lists"}) {
    auto const file = each.path() / "list.json";
    SCOPED_TRACE(file);
    auto const list = scanner_list::read(std::vector{file});
    ASSERT_TRUE(list) << list.error().message;
    std::ifstream in{file};
    auto const expected = nlohmann::json::parse(in);
    EXPECT_EQ(list->notes()[0].entries, expected["list"].size());
    EXPECT_EQ(list->notes()[0].refused, 0U);
    EXPECT_EQ(list->organisations(), 1U);
    for (std::string text : expected["list"])
      EXPECT_EQ(list->find(net::prefix::parse(text).value().first()), 1);
    ++files;
  }
  EXPECT_EQ(files, 34U);
}

TEST_F(real_lists, a_hundred_thousand_addresses) {
  auto const file = lists / "ipsum.txt.gz";
  auto const list = scanner_list::read(std::vector{file});
  ASSERT_TRUE(list) << list.error().message;
  EXPECT_EQ(list->notes()[0].entries, 120430U);  // as data/README.md says
  EXPECT_EQ(list->notes()[0].refused, 0U);
  EXPECT_EQ(real_owner(*list, "77.90.185.20"), "ipsum");
}

TEST_F(real_lists, a_block_list_takes_no_name_away_in_either_order) {
  auto const blocked = lists / "ipsum.txt.gz";
  auto const named = lists / "mass_scanner.txt.gz";
  auto const alone = scanner_list::read(std::vector{named});
  auto const before = scanner_list::read(std::vector{blocked, named});
  auto const behind = scanner_list::read(std::vector{named, blocked});
  ASSERT_TRUE(alone && before && behind);
  std::size_t names = 0;
  std::size_t both = 0;
  std::set<std::string> is_blocked;
  for (auto const& line : lines_of(blocked)) is_blocked.insert(line.substr(0, line.find('\t')));
  for (auto const& line : lines_of(named)) {
    auto const address = net::address::parse(line.substr(0, line.find_first_of(" #\r\n")));
    if (!address) continue;
    std::string name{alone->organisation(alone->find(*address))};
    if (name == "unknown mass scanner") continue;
    ++names;
    both += is_blocked.count(address->to_string());
    ASSERT_EQ(before->organisation(before->find(*address)), name) << line;
    ASSERT_EQ(behind->organisation(behind->find(*address)), name) << line;
  }
  EXPECT_GT(names, 10'000U);
  EXPECT_GT(both, 100U) << "the lists do not meet: nothing was tried";
}

TEST_F(real_lists, one_organisation_has_one_name_over_all_formats) {
  auto const list = scanner_list::read_with_shipped(std::vector{
      lists / "mass_scanner.txt.gz", lists / "mass_scanner_cidr.txt", lists / "misp_warninglists"});
  ASSERT_TRUE(list) << list.error().message;
  std::multiset<std::string> small;
  for (std::uint16_t i = 1; i <= list->organisations(); ++i) {
    std::string name{list->organisation(i)};
    std::ranges::transform(name, name.begin(), [](unsigned char c) { return std::tolower(c); });
    small.insert(name);
  }
  for (auto const part :
       {"censys", "shadowserver", "shodan", "rapid7", "onyphe", "modat", "stretchoid", "umich",
        "michigan", "internet census", "circl", "ipip", "alpha"})
    EXPECT_LE(
        std::ranges::count_if(small, [&](auto& name) { return name.find(part) != name.npos; }), 1)
        << part;
}

TEST_F(real_lists, scanners_of_the_bacnet_capture) {
  auto const mass = scanner_list::read(std::vector{lists / "mass_scanner.txt.gz"});
  ASSERT_TRUE(mass);
  for (auto const each : {"162.142.125.132", "162.142.125.140", "167.94.138.111"})
    EXPECT_EQ(real_owner(*mass, each), "Censys") << each;
  for (auto const each : {"64.62.197.26", "64.62.197.166", "65.49.20.98"})
    EXPECT_EQ(real_owner(*mass, each), "Shadowserver") << each;
  for (auto const each : {"198.235.24.39", "198.235.24.45", "198.235.24.166", "204.172.177.255"})
    EXPECT_EQ(real_owner(*mass, each), "") << each;
  // The list of /24 has more: 198.235.24.0/24 # cortex xpanse.
  auto const wide = scanner_list::read(std::vector{lists / "mass_scanner_cidr.txt"});
  ASSERT_TRUE(wide);
  EXPECT_EQ(real_owner(*wide, "198.235.24.39"), "Palo Alto Networks Cortex Xpanse");
}

}  // namespace
}  // namespace kizashi::recognise
