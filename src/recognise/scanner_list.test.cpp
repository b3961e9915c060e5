// Lists of known scanners: their formats, what is refused, whose an address is, and real lists.
#include "kizashi/recognise/scanner_list.hpp"

#include <fstream>
#include <map>
#include <memory>
#include <set>
#include <sstream>
#include <unistd.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>
#include <zlib.h>

#include "kizashi/base/random.hpp"
#include "kizashi/base/text.hpp"

namespace kizashi::recognise {
namespace {

using testing::ElementsAre;
using testing::EndsWith;
using testing::HasSubstr;

namespace fs = std::filesystem;

/// A folder of its own that goes with the test.
class scanner_lists : public testing::Test {
protected:
  void SetUp() override {
    std::string name = (fs::temp_directory_path() / "kizashi-scanners-XXXXXX").string();
    ASSERT_NE(::mkdtemp(name.data()), nullptr);
    folder = name;
  }
  void TearDown() override { fs::remove_all(folder); }

  auto write(std::string const& name, std::string const& text) -> fs::path {
    fs::create_directories((folder / name).parent_path());
    std::ofstream{folder / name, std::ios::binary} << text;
    return folder / name;
  }
  auto write_gzip(std::string const& name, std::string const& text, char const* mode = "wb")
      -> fs::path {
    auto const path = folder / name;
    auto* const out = ::gzopen(path.c_str(), mode);
    ::gzwrite(out, text.data(), static_cast<unsigned>(text.size()));
    ::gzclose(out);
    return path;
  }
  static auto read(std::vector<fs::path> const& files) -> scanner_list {
    auto list = scanner_list::read(files);
    if (list) return std::move(*list);
    ADD_FAILURE() << list.error().message;
    return {};
  }
  static auto failure(std::vector<fs::path> const& files) -> std::string {
    auto const list = scanner_list::read(files);
    return list ? "" : list.error().message;
  }

  fs::path folder;
};

auto whose(scanner_list const& list, std::string_view address) -> std::string {
  return std::string{list.organisation(list.find(net::address::parse(address).value()))};
}

TEST_F(scanner_lists, plain_text_is_named_by_its_file) {
  auto const list = read({write("example-labs.txt",
                                "# ours\n192.0.2.7\n\n198.51.100.0/24  # not a name\n"
                                "203.0.113.4-203.0.113.9\n2001:db8::/48\r\n192.0.2.9\t10\n")});
  EXPECT_EQ(list.organisations(), 2U);  // the '#' made it a list with names
  EXPECT_EQ(whose(list, "198.51.100.1"), "not a name");
  auto const plain = read({write("example-labs.list",
                                 "192.0.2.7\n203.0.113.4 - 203.0.113.9\n; a comment\n"
                                 "2001:db8::/48 ; a note\n192.0.2.9\t10\n")});
  EXPECT_EQ(plain.organisation(1), "example-labs");
  EXPECT_EQ(plain.notes()[0].entries, 4U);
  EXPECT_EQ(plain.notes()[0].format, "plain");
  for (auto const yes : {"192.0.2.7", "203.0.113.4", "203.0.113.9", "2001:db8::1", "192.0.2.9",
                         "2001:db8:0:ffff:ffff:ffff:ffff:ffff"})
    EXPECT_EQ(whose(plain, yes), "example-labs") << yes;
  for (auto const no :
       {"192.0.2.6", "192.0.2.8", "203.0.113.3", "203.0.113.10", "2001:db8:1::", "2001:db7::"})
    EXPECT_EQ(whose(plain, no), "") << no;
}

TEST_F(scanner_lists, maltrail_says_names_behind_its_addresses) {
  auto const list = read({write("mass.txt",
                                "# Copyright\n192.0.2.1 # scan-12.shadowserver.org\n"
                                "192.0.2.2 # 192.0.2.2\n192.0.2.3\n192.0.2.4 # (unknown)\n")});
  EXPECT_EQ(list.notes()[0].format, "address # name");
  EXPECT_EQ(whose(list, "192.0.2.1"), "Shadowserver");
  for (auto const bare : {"192.0.2.2", "192.0.2.3", "192.0.2.4"})
    EXPECT_EQ(whose(list, bare), "unknown mass scanner");
}

TEST_F(scanner_lists, misp_warning_lists_are_named_inside) {
  auto const list = read({write("x/list.json", R"({"description": {"name": "not this"},
    "list": ["192.0.2.0/25",
             "2001:db8::/32"],
    "matching_attributes": ["ip-src", "192.0.2.200"],
    "name": "Censys IP Ranges Used for Scanning", "version": 3})")});
  EXPECT_EQ(list.notes()[0].format, "MISP warning list");
  EXPECT_EQ(list.notes()[0].entries, 2U);
  EXPECT_EQ(whose(list, "192.0.2.127"), "Censys");
  EXPECT_EQ(whose(list, "2001:db8:ffff::"), "Censys");
  EXPECT_EQ(whose(list, "192.0.2.200"), "");
}

TEST_F(scanner_lists, csv_finds_its_columns_by_the_head_line) {
  auto const list =
      read({write("some.csv",
                  "first seen,Organisation,IP\n2026,\"Example, \"\"Inc\"\"\",192.0.2.1\n"
                  "2026,censys.io,198.51.100.0/24\n2026,,192.0.2.3\n")});
  EXPECT_EQ(whose(list, "192.0.2.1"), "Example, \"Inc\"");
  EXPECT_EQ(whose(list, "198.51.100.9"), "Censys");
  EXPECT_EQ(whose(list, "192.0.2.3"), "unknown mass scanner");
  auto const bare = read({write("mine.csv", "range;note\n192.0.2.1-192.0.2.2;x\n")});
  EXPECT_EQ(whose(bare, "192.0.2.2"), "mine");
}

TEST_F(scanner_lists, our_own_format) {
  auto const list = read({write("known.toml", R"(
    [[scanner]]
    organisation = "Example Research"
    source = "https://scan.example.org/"
    prefixes = ["192.0.2.0/24", "2001:db8::/48", "198.51.100.4-198.51.100.9"]
    [[scanner]]
    organisation = "shodan"
    source = "here"
    prefixes = ["203.0.113.1"]
  )")});
  EXPECT_EQ(whose(list, "198.51.100.9"), "Example Research");
  EXPECT_EQ(list.source(1), "https://scan.example.org/");
  EXPECT_EQ(list.prefixes(1), 4U);  // the range is two prefixes
  EXPECT_EQ(list.organisation(2), "Shodan");
  EXPECT_EQ(list.organisation(0), "");
  EXPECT_EQ(list.organisation(3), "");
}

TEST_F(scanner_lists, the_format_is_seen_without_an_ending) {
  EXPECT_EQ(read({write("a", "{\"name\": \"x\", \"list\": [\"192.0.2.1\"]}")}).notes()[0].format,
            "MISP warning list");
  EXPECT_EQ(read({write("b",
                        "# c\n[[scanner]]\norganisation = 'x'\nsource = 'y'\n"
                        "prefixes = ['192.0.2.1']\n")})
                .notes()[0]
                .format,
            "TOML");
  EXPECT_EQ(read({write("c", "ip,org\n192.0.2.1,x\n")}).notes()[0].format, "CSV");
}

TEST_F(scanner_lists, gzip_is_unpacked_with_all_its_members) {
  auto const path = write_gzip("labs.txt.gz", "192.0.2.1\n");
  write_gzip("labs.txt.gz", "192.0.2.2\n", "ab");
  auto const list = read({path});
  EXPECT_EQ(whose(list, "192.0.2.1"), "labs");
  EXPECT_EQ(whose(list, "192.0.2.2"), "labs");
}

TEST_F(scanner_lists, folders_are_read_in_the_order_of_their_paths) {
  write("lists/b/two.txt", "192.0.2.1\n");
  write("lists/a/one.txt", "192.0.2.1\n192.0.2.2\n");
  write("lists/README.md", "hello");
  write("lists/.git/x.txt", "not read: hidden folders hold no lists\n192.0.2.77\n");
  auto const list = read({folder / "lists"});
  EXPECT_EQ(whose(list, "192.0.2.1"), "one");
  EXPECT_EQ(list.notes()[1].repeated, 1U);
  ASSERT_EQ(list.notes().size(), 3U);
  EXPECT_EQ(list.notes()[2].format, "left out");
  EXPECT_THAT(list.notes()[2].messages[0],
              EndsWith("README.md: not read: its name is not that of a list; name the file itself "
                       "to read it"));
}

TEST_F(scanner_lists, what_is_refused_is_counted_and_told) {
  auto const path = write("x.txt",
                          "192.0.2.1\n192.0.2.256\n192.0.2.1/24\n0.0.0.0/0\n192.0.2.9-192.0.2.8\n"
                          "2001:db8::/8\n192.0.2.0/33\nhello \x1b[31m\n192.0.2.1 192.0.2.2\n");
  auto const list = read({path});
  auto const& note = list.notes()[0];
  EXPECT_EQ(note.entries, 1U);
  EXPECT_EQ(note.refused, 8U);
  auto const file = path.string();
  EXPECT_THAT(
      note.messages,
      ElementsAre(file + ":2: \"192.0.2.256\" is no address, prefix or range",
                  file + ":3: \"192.0.2.1/24\" is not a prefix such as 192.0.2.0/24: bits below "
                         "the length are set; 192.0.2.0/24 was meant?",
                  file + ":4: 0.0.0.0/0 is wider than /8; no scanner has so many addresses",
                  file + ":5: the range 192.0.2.9-192.0.2.8 is reversed or mixes IPv4 and IPv6",
                  file + ":6: \"2001:db8::/8\" is not a prefix such as 192.0.2.0/24: bits below "
                         "the length are set; 2000::/8 was meant?"));
}

TEST_F(scanner_lists, refused_lines_of_the_other_formats) {
  auto const csv = read({write("x.csv", "ip,org\n192.0.2.1,a\n192.0.2.2\n192.0.2.3,\"b\n")});
  EXPECT_THAT(csv.notes()[0].messages,
              ElementsAre(EndsWith(":3: 1 fields; expected 2 as in the head line"),
                          EndsWith(":4: a quoted field does not end on its line")));
  auto const json = read({write(
      "x.json", "{\"name\": \"x\",\n\"list\": [\"192.0.2.1\",\n\"hm\",\n7, [\"192.0.2.2\"]]}")});
  EXPECT_THAT(json.notes()[0].messages,
              ElementsAre(EndsWith(":3: \"hm\" is no address, prefix or range"),
                          EndsWith(":4: an item of \"list\" is no text"),
                          EndsWith(":4: an item of \"list\" is no text")));
  EXPECT_EQ(whose(json, "192.0.2.2"), "");
  auto const toml = read({write("x.toml",
                                "[[scanner]]\norganisation = 'x'\nsource = 'y'\nprefixes "
                                "= ['192.0.2.1',\n7,\n'hm']\n")});
  EXPECT_THAT(toml.notes()[0].messages,
              ElementsAre(EndsWith(":5: an item of prefixes is no text"),
                          EndsWith(":6: \"hm\" is no address, prefix or range")));
}

TEST_F(scanner_lists, what_cannot_be_read_fails_with_a_reason) {
  EXPECT_EQ(failure({folder / "none.txt"}),
            (folder / "none.txt").string() + ": cannot open the list: No such file or directory");
  EXPECT_THAT(failure({write("empty.txt", "# nothing\n")}),
              EndsWith("empty.txt: no address in it; expected one or more addresses, prefixes or "
                       "ranges"));
  EXPECT_THAT(failure({write("prose.txt", "Once upon\na time\n")}),
              EndsWith("prose.txt:1: \"Once upon\" is no address, prefix or range"));
  EXPECT_THAT(failure({write("prose.txt", "Once upon\na time\n")}),
              HasSubstr("none of its 2 lines is an address; the first: "));
  EXPECT_THAT(failure({write("x.bin", std::string{"\x7F\0ELF", 5})}),
              HasSubstr("x.bin: not a list of scanners: it has bytes that no text has; expected"));
  EXPECT_THAT(failure({write("e.csv", "time,who\n1,2\n")}),
              EndsWith("e.csv:1: no column of the head line is called address, prefix, range, ip, "
                       "ip_address, network, cidr, subnet, ip_prefix"));
  auto const gzip = write_gzip("cut.txt.gz", "192.0.2.1\n192.0.2.2\n");
  fs::resize_file(gzip, fs::file_size(gzip) - 6);
  EXPECT_THAT(failure({gzip}), HasSubstr("cut.txt.gz: the gzip data are cut or damaged after 20 B "
                                         "of text; fetch the list again"));
  fs::create_directories(folder / "bare");
  EXPECT_THAT(failure({folder / "bare"}), HasSubstr("bare: no list in this folder; expected"));
  EXPECT_THAT(
      failure({write_gzip("bomb.txt.gz", std::string(std::size_t{65} << 20, '\n'))}),
      EndsWith("bomb.txt.gz: more than 64.0 MiB of text; no list of scanners is that long"));
}

TEST_F(scanner_lists, json_that_is_none_fails_with_its_line) {
  EXPECT_THAT(failure({write("a.json", "{\n\"list\": [\"192.0.2.1\",\n}")}),
              HasSubstr("a.json:3: not JSON at \""));
  EXPECT_THAT(failure({write("b.json", "{\"data\": []}")}),
              EndsWith("b.json: JSON without a \"list\"; expected a MISP warning list: an object "
                       "with \"name\" and \"list\""));
  EXPECT_THAT(failure({write("c.json", "{\"list\": " + std::string(100000, '['))}),
              HasSubstr("c.json:1: more than 16 levels; expected a MISP warning list"));
}

TEST_F(scanner_lists, toml_that_is_wrong_fails_with_its_place) {
  auto const with = [&](std::string const& text) { return failure({write("x.toml", text)}); };
  auto const good = std::string{"[[scanner]]\norganisation = 'x'\nsource = 'y'\n"};
  EXPECT_THAT(with(good + "sorce = 'y'\nprefixes = ['192.0.2.1']\n"),
              EndsWith("x.toml:4:1: scanner.sorce is not known; did you mean source? a scanner may "
                       "have organisation, source, prefixes"));
  EXPECT_THAT(with("[[scaner]]\n"),
              HasSubstr("scaner is not known; did you mean scanner? a list of scanners may have "
                        "scanner"));
  EXPECT_THAT(with("[[scanner]]\nsource = 'y'\nprefixes = ['192.0.2.1']\n"),
              EndsWith("x.toml:1:1: scanner.organisation is missing; expected who scans"));
  EXPECT_THAT(with("[[scanner]]\norganisation = 'x'\nsource = 7\nprefixes = ['192.0.2.1']\n"),
              EndsWith("x.toml:3:10: scanner.source is 7; expected where that is published"));
  EXPECT_THAT(with(good), EndsWith("x.toml:1:1: scanner.prefixes is missing; expected one or more "
                                   "texts in a list such as [\"192.0.2.0/24\"]"));
  EXPECT_THAT(with(good + "prefixes = []\n"), HasSubstr("x.toml:4:12: scanner.prefixes is a list"));
  EXPECT_THAT(with("# none\n"),
              EndsWith("scanner is missing; expected tables that begin with [[scanner]]"));
  EXPECT_THAT(with("scanner = 5\n"),
              HasSubstr("x.toml:1:11: scanner is 5; expected tables that begin with [[scanner]]"));
  EXPECT_THAT(with("[[scanner]\n"), HasSubstr("x.toml:1:11: not TOML: "));
  EXPECT_THAT(with("[[scanner]]\n"), HasSubstr("scanner.organisation is missing"));
  EXPECT_THAT(with("[[scanner]]\n"), HasSubstr("\n")) << "every mistake is told";
}

TEST_F(scanner_lists, too_many_organisations) {
  std::string text = "ip,org\n";
  for (int i = 0; i < 65536; ++i) text += "192.0.2.1,x" + std::to_string(i) + "\n";
  EXPECT_THAT(failure({write("many.csv", text)}),
              EndsWith("many.csv: more than 65,535 organisations in all lists; expected fewer: is "
                       "its second column really a name?"));
}

TEST_F(scanner_lists, the_longest_prefix_counts_and_a_name_before_none) {
  auto const list = read({write("1.txt",
                                "10.0.0.0/8 # wide\n10.1.0.0/16 # middle\n"
                                "10.1.2.3 # one\n10.9.9.9 # 10.9.9.9\n11.1.1.1\n"),
                          write("2.txt",
                                "10.1.0.0/16 # later\n10.1.255.255 # last\n11.1.1.1 # name\n"
                                "11.2.0.0/16\n11.2.3.0/24 # inner\n11.2.3.4\n")});
  EXPECT_EQ(whose(list, "10.0.255.255"), "wide");
  EXPECT_EQ(whose(list, "10.1.0.0"), "middle");
  EXPECT_EQ(whose(list, "10.1.2.3"), "one");
  EXPECT_EQ(whose(list, "10.1.2.4"), "middle");
  EXPECT_EQ(whose(list, "10.1.255.255"), "last");
  EXPECT_EQ(whose(list, "10.2.0.0"), "wide");
  EXPECT_EQ(whose(list, "10.9.9.9"), "wide");
  EXPECT_EQ(whose(list, "11.1.1.1"), "name");
  EXPECT_EQ(whose(list, "11.2.0.1"), "unknown mass scanner");
  EXPECT_EQ(whose(list, "11.2.3.4"), "inner");
  EXPECT_EQ(whose(list, "9.255.255.255"), "");
  EXPECT_EQ(whose(list, "12.0.0.0"), "");
}

TEST_F(scanner_lists, a_list_without_names_is_behind_one_with_names_in_any_order) {
  auto const bare = write("blocked.txt", "192.0.2.1\t10\n192.0.2.3\t1\n198.51.100.0/24\t2\n");
  auto const other_bare = write("others.csv", "ip,seen\n192.0.2.3,4\n");
  auto const named =
      write("named.txt", "192.0.2.1 # scan-1.shadowserver.org\n198.51.100.0/25 # x\n");
  auto const misp =
      write("list.json", R"({"name": "Censys IP Ranges", "list": ["198.51.100.0/24"]})");
  std::vector<fs::path> order{bare, misp, named, other_bare};
  std::ranges::sort(order);
  do {
    auto const list = read(order);
    EXPECT_EQ(whose(list, "192.0.2.1"), "Shadowserver");
    EXPECT_EQ(whose(list, "198.51.100.200"), "Censys");
    EXPECT_EQ(whose(list, "198.51.100.1"), "x") << "a longer prefix is nearer";
    // Neither has a name: the one read first.
    auto const is_first = std::ranges::find(order, bare) < std::ranges::find(order, other_bare);
    EXPECT_EQ(whose(list, "192.0.2.3"), is_first ? "blocked" : "others");
    auto const at = static_cast<std::size_t>(std::ranges::find(order, bare) - order.begin());
    EXPECT_EQ(list.notes()[at].repeated, is_first ? 2U : 3U);
  } while (std::ranges::next_permutation(order).found);
}

TEST_F(scanner_lists, the_ends_of_the_address_space) {
  auto const list = read({write("e.txt",
                                "255.255.255.255\n255.255.0.0/16\n0.0.0.0\n"
                                "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff\n::\n")});
  for (auto const yes : {"255.255.255.255", "255.255.0.0", "0.0.0.0",
                         "::", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"})
    EXPECT_EQ(whose(list, yes), "e") << yes;
  for (auto const no : {"255.254.255.255", "0.0.0.1", "::1", "ffff::"})
    EXPECT_EQ(whose(list, no), "") << no;
}

TEST(scanner_list, without_a_list_nobody_is_known) {
  scanner_list const none;
  EXPECT_TRUE(none.is_empty());
  EXPECT_EQ(none.find(net::ipv4{1}), 0);
  auto const batch = std::make_unique<net::packet_batch>();
  batch->resize(2);
  std::vector<std::uint16_t> tags(net::packet_batch::capacity, 7);
  none.match(*batch, tags.data());
  EXPECT_THAT(std::vector(tags.begin(), tags.begin() + 3), ElementsAre(0, 0, 7));
}

TEST(scanner_list, the_shipped_one_is_whole) {
  auto const list = scanner_list::shipped();
  EXPECT_EQ(list.notes()[0].refused, 0U);
  EXPECT_EQ(list.notes()[0].repeated, 0U);
  EXPECT_EQ(whose(list, "162.142.125.132"), "Censys");
  EXPECT_EQ(whose(list, "64.62.197.26"), "Shadowserver");
  EXPECT_EQ(whose(list, "8.8.8.8"), "");
  for (std::uint16_t i = 1; i <= list.organisations(); ++i) {
    EXPECT_GT(list.prefixes(i), 0U);
    EXPECT_FALSE(list.source(i).empty());
  }
}

TEST_F(scanner_lists, files_count_before_the_shipped_one) {
  auto const list = scanner_list::read_with_shipped(
      std::vector{write("ours.txt", "162.142.125.0/24 # ours\n167.94.138.0/24\n8.8.8.8\n"),
                  write("bare.txt", "167.94.138.0/24\n8.8.8.8\n")});
  ASSERT_TRUE(list);
  EXPECT_EQ(whose(*list, "162.142.125.1"), "ours");
  EXPECT_EQ(whose(*list, "167.94.138.1"), "Censys") << "the shipped list has a name for it";
  EXPECT_EQ(whose(*list, "8.8.8.8"), "bare");
  EXPECT_EQ(whose(*list, "64.62.197.26"), "Shadowserver");
}

// The slow twin: all prefixes one after the other.
struct owned {
  net::prefix where;
  std::string name;
};
auto find_slowly(std::vector<owned> const& all, net::address a) -> std::string {
  owned const* best = nullptr;
  for (auto const& each : all)
    if (each.where.contains(a) && (best == nullptr || each.where.length() > best->where.length()))
      best = &each;
  return best == nullptr ? "" : best->name;
}

auto random_address(random_source& random, bool is_ipv6) -> net::address {
  // Few different bits, so that prefixes overlap.
  auto const value = random.next32() & 0x0F0300FF;
  if (!is_ipv6) return net::ipv4{value};
  return net::ipv6{std::uint64_t{value} << 32 | (random.next32() & 3), random.next32() & 0xFF};
}

TEST_F(scanner_lists, agrees_with_the_slow_twin_on_random_prefixes) {
  random_source random{11};
  for (int round = 0; round < 20; ++round) {
    std::vector<owned> all;
    std::string text = "prefix,name\n";
    for (int i = 0; i < 300; ++i) {
      bool const is_ipv6 = random.below(3) == 0;
      net::prefix const where{random_address(random, is_ipv6),
                              is_ipv6 ? 16 + random.below(113) : 8 + random.below(25)};
      all.push_back({where, "n" + std::to_string(random.below(20))});
      text += where.to_string() + "," + all.back().name + "\n";
    }
    auto const list = read({write("random.csv", text)});
    auto const batch = std::make_unique<net::packet_batch>();
    std::vector<std::string> expected;
    for (std::size_t row = 0; row < net::packet_batch::capacity; ++row) {
      bool const is_ipv6 = random.below(3) == 0;
      auto from = random_address(random, is_ipv6);
      // At the edges of prefixes mistakes are likely.
      auto const& near = all[random.below(300)].where;
      if (random.below(2) == 0) from = random.below(2) == 0 ? near.first() : near.last();
      net::packet made{.time = {}};
      if (random.below(20) == 0) {
        made.attributes = net::bit(net::attribute::no_ip);
      } else if (from.is_ipv6()) {
        made.attributes = net::bit(net::attribute::ipv6);
        made.source = static_cast<std::uint32_t>(batch->ipv6.size());
        batch->ipv6.push_back({from.as_ipv6(), {}});
      } else {
        made.source = from.as_ipv4().value();
      }
      auto const slow = find_slowly(all, from);
      ASSERT_EQ(list.organisation(list.find(from)), slow) << from.to_string();
      expected.push_back((made.attributes & net::bit(net::attribute::no_ip)) != 0 ? "" : slow);
      batch->set_row(row, made);
    }
    batch->resize(expected.size());
    std::vector<std::uint16_t> tags(net::packet_batch::capacity);
    list.match(*batch, tags.data());
    for (std::size_t row = 0; row < expected.size(); ++row)
      ASSERT_EQ(list.organisation(tags[row]), expected[row]);
  }
}

}  // namespace
}  // namespace kizashi::recognise
