#include "kizashi/recognise/place.hpp"

#include <fstream>
#include <iterator>
#include <unistd.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace kizashi::recognise {
namespace {

using testing::HasSubstr;

// A minimal .mmdb by the MaxMind DB File Format Specification v2.0, byte by byte: an IPv6 tree of
// 24-bit records with 1.0.0.0/8 in AU, 128.0.0.0/1 in JP and 2001::/16 in DE.
class mmdb_builder {
public:
  /// Adds a network given by its first `length` bits.
  void add(std::string const& bits, std::string const& country) {
    std::size_t node = 0;
    for (std::size_t i = 0; i + 1 < bits.size(); ++i) {
      auto& next = nodes_[node][bits[i] - '0'];
      if (next.child == 0) {
        next.child = nodes_.size();
        auto const created = next.child;
        nodes_.emplace_back();
        node = created;
      } else {
        node = next.child;
      }
    }
    nodes_[node][bits.back() - '0'].data = data_.size() + 1;
    data_ += '\xE1' + text("country_code") + text(country);
  }

  [[nodiscard]] auto bytes() const -> std::string {
    std::string out;
    for (auto const& node : nodes_)
      for (auto const& each : node) {
        auto value = nodes_.size();
        if (each.child != 0) value = each.child;
        if (each.data != 0) value = nodes_.size() + 16 + each.data - 1;
        out += static_cast<char>(value >> 16);
        out += static_cast<char>(value >> 8 & 0xFF);
        out += static_cast<char>(value & 0xFF);
      }
    out += std::string(16, '\0') + data_ + "\xAB\xCD\xEFMaxMind.com" + '\xE9';
    out += text("node_count") + '\xC2' + static_cast<char>(nodes_.size() >> 8) +
           static_cast<char>(nodes_.size() & 0xFF);
    out += text("record_size") + '\xA1' + static_cast<char>(24);
    out += text("ip_version") + '\xA1' + static_cast<char>(6);
    out += text("database_type") + text("Test");
    out += text("binary_format_major_version") + '\xA1' + static_cast<char>(2);
    out += text("binary_format_minor_version") + '\xA1' + static_cast<char>(0);
    out += text("languages") + std::string{"\x00\x04", 2};
    out += text("description") + '\xE0';
    // 2026-06-17T00:00:00Z
    out += text("build_epoch") + std::string{"\x04\x02\x6A\x31\xE3\x80", 6};
    return out;
  }

private:
  struct record {
    std::size_t child = 0;
    std::size_t data = 0;
  };
  static auto text(std::string const& value) -> std::string {
    return value.size() < 29 ? static_cast<char>(0x40 | value.size()) + value
                             : std::string{'\x5D', static_cast<char>(value.size() - 29)} + value;
  }

  std::vector<std::array<record, 2>> nodes_{1};
  std::string data_;
};

auto bits_of(unsigned value, int count) -> std::string {
  std::string out;
  for (int bit = count - 1; bit >= 0; --bit) out += (value >> bit & 1) != 0 ? '1' : '0';
  return out;
}

auto country_mmdb(std::string const& australia = "AU") -> std::string {
  auto const zeros = std::string(96, '0');
  mmdb_builder out;
  out.add(zeros + bits_of(1, 8), australia);
  out.add(zeros + "1", "JP");
  out.add(bits_of(0x2001, 16), "DE");
  return out.bytes();
}

constexpr auto as_ipv4 =
    "1.0.0.0,1.0.0.255,13335,\"Cloudflare, Inc.\"\r\n"
    "1.0.4.0,1.0.7.255,38803,\"The \"\"Gtelecom\"\"\x1b[31m\"\n"
    "255.255.255.0,255.255.255.255,64500,Last";
constexpr auto as_ipv6 = "2001:200::,2001:200:ffff:ffff:ffff:ffff:ffff:ffff,2500,WIDE Project\n";

class place_file : public testing::Test {
protected:
  void SetUp() override {
    auto const* const name = testing::UnitTest::GetInstance()->current_test_info()->name();
    folder_ = std::filesystem::path{testing::TempDir()} /
              (std::string{"kizashi_place_"} + name + std::to_string(::getpid()));
    std::filesystem::create_directories(folder_);
    write("country.mmdb", country_mmdb());
    write("as4.csv", as_ipv4);
    write("as6.csv", as_ipv6);
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  void write(char const* name, std::string const& bytes) const {
    std::ofstream{folder_ / name, std::ios::binary} << bytes;
  }
  [[nodiscard]] auto read(char const* name) const -> std::string {
    std::ifstream in{folder_ / name, std::ios::binary};
    return {std::istreambuf_iterator<char>{in}, {}};
  }
  [[nodiscard]] auto at(char const* name) const -> std::filesystem::path { return folder_ / name; }
  [[nodiscard]] auto sources() const -> place_sources {
    return {at("country.mmdb"), at("as4.csv"), at("as6.csv"), {}};
  }
  [[nodiscard]] auto compile() const -> result<place_counts> {
    return compile_places(sources(), at("t"));
  }
  [[nodiscard]] auto compile_failure() const -> std::string {
    auto const done = compile();
    return done ? "no failure" : done.error().message;
  }
  [[nodiscard]] auto path(char const* name) const -> std::string { return at(name).string(); }

private:
  std::filesystem::path folder_;
};

auto describe(place_table const& table, char const* text) -> std::string {
  auto const found = table.find(net::address::parse(text).value());
  return std::string{found.country.text()} + " " + std::to_string(found.asn.number());
}

TEST_F(place_file, answers_at_the_borders_of_ranges) {
  ASSERT_TRUE(compile()) << compile_failure();
  auto const table = place_table::open(at("t"));
  ASSERT_TRUE(table) << table.error().message;
  EXPECT_EQ(describe(*table, "0.0.0.0"), "-- 0");
  EXPECT_EQ(describe(*table, "0.255.255.255"), "-- 0");
  EXPECT_EQ(describe(*table, "1.0.0.0"), "AU 13335");
  EXPECT_EQ(describe(*table, "1.0.0.255"), "AU 13335");
  EXPECT_EQ(describe(*table, "1.0.1.0"), "AU 0");
  EXPECT_EQ(describe(*table, "1.0.7.255"), "AU 38803");
  EXPECT_EQ(describe(*table, "1.0.8.0"), "AU 0");
  EXPECT_EQ(describe(*table, "1.255.255.255"), "AU 0");
  EXPECT_EQ(describe(*table, "2.0.0.0"), "-- 0");
  EXPECT_EQ(describe(*table, "127.255.255.255"), "-- 0");
  EXPECT_EQ(describe(*table, "128.0.0.0"), "JP 0");
  EXPECT_EQ(describe(*table, "255.255.254.255"), "JP 0");
  EXPECT_EQ(describe(*table, "255.255.255.255"), "JP 64500");
  EXPECT_EQ(describe(*table, "::"), "-- 0");
  EXPECT_EQ(describe(*table, "2000:ffff::"), "-- 0");
  EXPECT_EQ(describe(*table, "2001::"), "DE 0");
  EXPECT_EQ(describe(*table, "2001:200::1"), "DE 2500");
  EXPECT_EQ(describe(*table, "2001:201::"), "DE 0");
  EXPECT_EQ(describe(*table, "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"), "-- 0");
}

TEST_F(place_file, gives_names_without_control_characters_and_the_origin) {
  ASSERT_TRUE(compile());
  auto const table = place_table::open(at("t"));
  ASSERT_TRUE(table);
  EXPECT_EQ(table->name(asn{13335}), "Cloudflare, Inc.");
  EXPECT_EQ(table->name(asn{38803}), "The \"Gtelecom\" [31m");
  EXPECT_EQ(table->name(asn{64500}), "Last");
  EXPECT_EQ(table->name(asn{2500}), "WIDE Project");
  EXPECT_EQ(table->name(asn{1}), "");
  EXPECT_EQ(table->name(asn{}), "");
  EXPECT_EQ(table->origin(), "country.mmdb of 2026-06-17, as4.csv, as6.csv");
}

TEST_F(place_file, the_origin_can_be_given) {
  auto from = sources();
  from.origin = "somebody's data, CC BY 4.0";
  ASSERT_TRUE(compile_places(from, at("t")));
  EXPECT_EQ(place_table::open(at("t"))->origin(), "somebody's data, CC BY 4.0");
}

TEST_F(place_file, equal_sources_give_equal_bytes) {
  ASSERT_TRUE(compile());
  auto const first = read("t");
  ASSERT_TRUE(compile());
  EXPECT_EQ(first, read("t"));
}

TEST_F(place_file, without_a_table_nothing_is_known) {
  place_table const table;
  EXPECT_TRUE(table.is_empty());
  EXPECT_EQ(describe(table, "1.0.0.0"), "-- 0");
  EXPECT_EQ(describe(table, "2001::"), "-- 0");
  EXPECT_EQ(table.name(asn{1}), "");
  EXPECT_EQ(table.origin(), "");
}

TEST_F(place_file, csv_failures_name_file_and_line) {
  write("as4.csv", "1.0.0.0,1.0.0.255,1,a\n1.0.1.0,1.0.1.255,2\n");
  EXPECT_EQ(
      compile_failure(),
      path("as4.csv") + ":2: 3 fields; expected first address, last address, AS number, name");
  write("as4.csv", "1.0.0.0,1.0.0.255,\"1\n\n\",a\n");
  EXPECT_THAT(compile_failure(), HasSubstr(path("as4.csv") + ":1: "));
  write("as4.csv", "1.0.0.0,1.0.0.255,1,\"a\nb\"\n1.0.1.0,x,2,b\n");
  EXPECT_THAT(compile_failure(), HasSubstr(path("as4.csv") + ":3: "));
  write("as4.csv", "1.0.0.0,1.0.0.255,1,\"a\n");
  EXPECT_EQ(compile_failure(), path("as4.csv") +
                                   ":1: a quoted field does not end at a comma or at "
                                   "the end of a line");
  write("as4.csv", "1.0.0.9,1.0.0.2,1,a\n");
  EXPECT_EQ(compile_failure(), path("as4.csv") +
                                   ":1: the range 1.0.0.9 to 1.0.0.2 is reversed or "
                                   "mixes IPv4 and IPv6");
  write("as4.csv", "");
  EXPECT_EQ(compile_failure(),
            path("as4.csv") + ": no rows; expected first address, last address, AS number, name");
  EXPECT_FALSE(std::filesystem::exists(at("t")));
}

TEST_F(place_file, the_more_specific_of_overlapping_rows_holds) {
  write("as4.csv",
        "4.0.0.0,4.0.0.9,5,e\n3.0.0.0,3.0.0.9,3,c\n3.0.0.5,3.0.0.20,4,d\n"
        "1.0.0.0,1.0.0.255,1,a\n1.0.0.16,1.0.0.31,2,b\n4.0.0.0,4.0.0.3,6,f\n"
        "255.255.255.0,255.255.255.255,7,g\n255.255.255.255,255.255.255.255,8,h\n");
  auto const done = compile();
  ASSERT_TRUE(done) << done.error().message;
  EXPECT_EQ(done->overlaps, 4U);
  EXPECT_EQ(done->systems, 9U);
  auto const table = place_table::open(at("t"));
  ASSERT_TRUE(table);
  auto const number = [&](char const* text) {
    return table->find(net::ipv4::parse(text).value()).asn.number();
  };
  EXPECT_EQ(number("1.0.0.15"), 1U);
  EXPECT_EQ(number("1.0.0.16"), 2U);
  EXPECT_EQ(number("1.0.0.31"), 2U);
  EXPECT_EQ(number("1.0.0.32"), 1U);
  EXPECT_EQ(number("3.0.0.4"), 3U);
  EXPECT_EQ(number("3.0.0.5"), 4U);
  EXPECT_EQ(number("3.0.0.20"), 4U);
  EXPECT_EQ(number("3.0.0.21"), 0U);
  EXPECT_EQ(number("4.0.0.3"), 6U);
  EXPECT_EQ(number("4.0.0.4"), 5U);
  EXPECT_EQ(number("255.255.255.254"), 7U);
  EXPECT_EQ(number("255.255.255.255"), 8U);
}

TEST_F(place_file, mmdb_failures_name_the_file) {
  write("country.mmdb", "hello");
  EXPECT_THAT(compile_failure(), HasSubstr(path("country.mmdb") + ": cannot read as .mmdb: "));
  std::filesystem::remove(at("country.mmdb"));
  EXPECT_THAT(compile_failure(), HasSubstr(path("country.mmdb") + ": cannot read as .mmdb: "));
  write("country.mmdb", country_mmdb("au"));
  EXPECT_EQ(compile_failure(), path("country.mmdb") +
                                   ": data offset 0: the country is \"au\"; "
                                   "expected two letters such as JP");
}

TEST_F(place_file, a_tree_that_runs_in_circles_ends) {
  auto bytes = country_mmdb();
  for (std::size_t i = 0; i < 12; ++i)
    bytes[i] = '\0';  // both records of the first nodes point to node 0
  write("country.mmdb", bytes);
  EXPECT_THAT(compile_failure(), HasSubstr("the search tree is damaged at node"));
}

TEST_F(place_file, any_damage_of_an_mmdb_is_survived) {
  auto const whole = country_mmdb();
  for (std::size_t at = 0; at < whole.size(); ++at) {
    auto bytes = whole;
    bytes[at] = static_cast<char>(bytes[at] ^ 0x55);
    write("country.mmdb", bytes);
    (void)compile();
  }
}

TEST_F(place_file, a_file_that_is_no_table_is_told) {
  auto const failure = [&] {
    auto const opened = place_table::open(at("t"));
    return opened ? std::string{"no failure"} : opened.error().message;
  };
  auto const remedy = std::string{"make it anew with 'kizashi place compile'"};
  EXPECT_EQ(failure(), path("t") + ": cannot open the place table: No such file or directory");
  write("t", "short");
  EXPECT_THAT(failure(), HasSubstr("not a place table"));
  write("t", std::string(200, 'x'));
  EXPECT_EQ(failure(), path("t") + ": offset 0: not a place table; " + remedy);
  ASSERT_TRUE(compile());
  auto const whole = read("t");
  auto bytes = whole;
  bytes[8] = 9;
  write("t", bytes);
  EXPECT_EQ(failure(), path("t") +
                           ": offset 8: a place table of version 9; this program reads "
                           "version 1; " +
                           remedy);
  bytes = whole;
  bytes[20] = static_cast<char>(bytes[20] ^ 1);
  write("t", bytes);
  EXPECT_THAT(failure(), HasSubstr("the checksum of the head is wrong"));
  write("t", whole.substr(0, whole.size() - 1));
  EXPECT_THAT(failure(), HasSubstr("its head says " + std::to_string(whole.size())));
}

TEST_F(place_file, damage_behind_the_head_gives_no_wrong_access) {
  ASSERT_TRUE(compile());
  auto bytes = read("t");
  for (std::size_t at = 136; at < bytes.size(); ++at) bytes[at] = '\xFF';
  write("t", bytes);
  auto const table = place_table::open(at("t"));
  ASSERT_TRUE(table);
  for (auto const* const each : {"0.0.0.0", "1.2.3.4", "255.255.255.255", "::", "2001::", "ffff::"})
    (void)describe(*table, each);
  EXPECT_EQ(table->name(asn{13335}), "");
  EXPECT_EQ(table->name(asn{0xFFFFFFFF}), "");
}

// The slow twin: the answer of the table for random addresses equals that of a search through all
// rows of the sources.
TEST_F(place_file, equals_a_search_through_the_sources) {
  std::filesystem::path const modules{KIZASHI_SOURCE_DIR
                                      "/data/place/node_modules/@ip-location-db"};
  auto const countries = modules / "iptoasn-country-mmdb/iptoasn-country.mmdb";
  auto const systems = modules / "asn/asn-ipv4.csv";
  if (!std::filesystem::exists(countries) || !std::filesystem::exists(systems))
    GTEST_SKIP() << "run npm ci in data/place for the real sources";
  auto const done = compile_places({countries, systems, modules / "asn/asn-ipv6.csv", {}}, at("t"));
  ASSERT_TRUE(done) << done.error().message;
  auto const table = place_table::open(at("t"));
  ASSERT_TRUE(table) << table.error().message;
  // One row of the published file begins inside of the one before it.
  EXPECT_LE(done->overlaps, 10U);
  std::ifstream rows{systems};
  std::string row;
  std::size_t count = 0;
  for (; std::getline(rows, row); ++count) {
    if (count % 97 != 0) continue;
    auto const comma = row.find(',');
    auto const second = row.find(',', comma + 1);
    auto const number = std::stoul(row.substr(second + 1));
    for (auto const& text : {row.substr(0, comma), row.substr(comma + 1, second - comma - 1)}) {
      auto const found = table->find(net::ipv4::parse(text).value());
      ASSERT_EQ(found.asn.number(), number) << row;
    }
  }
  EXPECT_GT(count, 100'000U);
  EXPECT_EQ(describe(*table, "192.0.2.1").substr(3), "0");  // TEST-NET-1 is routed by nobody
}

}  // namespace
}  // namespace kizashi::recognise
