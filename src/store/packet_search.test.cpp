#include "kizashi/store/packet_search.hpp"

#include <algorithm>
#include <set>
#include <utility>

#include <fmt/format.h>
#include <gmock/gmock.h>

#include "kizashi/store/internal/address_sql.hpp"
#include "kizashi/store/internal/temporary_store.hpp"
#include "kizashi/store/packet_writer.hpp"
#include "kizashi/store/schema.hpp"

namespace kizashi::store {
namespace {

using ::testing::HasSubstr;

auto at(std::string_view text) -> net::address {
  return *net::address::parse(text);
}

TEST(address_sql, names_ranges_and_addresses) {
  std::vector<net::address_range> const ranges{{at("0.0.0.1"), at("0.0.0.2")},
                                               {at("0.0.1.0"), at("0.0.1.255")}};
  EXPECT_EQ(internal::in_ranges("src", ranges),
            "((src >= 1 and src <= 2) or (src >= 256 and src <= 511))");
  std::vector<net::address_range> const six{{at("2001:db8::"), at("2001:db8::ff")}};
  EXPECT_EQ(internal::in_ranges("dst", six),
            "((dst >= toFixedString(unhex('20010db8000000000000000000000000'), 16) and "
            "dst <= toFixedString(unhex('20010db80000000000000000000000ff'), 16)))");
  // "'", "\\" and NUL are escaped: 39.92.65.66 is 0x275C4142.
  std::vector<net::address> const odd{at("39.92.65.66"), at("0.65.65.65")};
  EXPECT_EQ(internal::in_addresses("src", odd),
            "src in (select reinterpretAsUInt32(substring('BA\\\\\\'AAA\\0', number * 4 + 1, 4)) "
            "from numbers(2))");
  EXPECT_THAT(internal::in_blocks("dst", ranges), HasSubstr("bitShiftRight(dst, 8) in"));
}

class PacketSearch : public internal::StoreTest {
protected:
  void add(std::string_view source, std::string_view destination, std::int64_t microseconds) {
    auto const from = at(source), to = at(destination);
    net::packet made;
    made.time = timestamp{microseconds * 1000};
    made.ip_protocol = 6;
    if (from.is_ipv6()) {
      made.attributes = net::bit(net::attribute::ipv6);
      batch_->ipv6.push_back({from.as_ipv6(), to.as_ipv6()});
      made.source = made.destination = static_cast<std::uint32_t>(batch_->ipv6.size() - 1);
    } else {
      made.source = from.as_ipv4().value();
      made.destination = to.as_ipv4().value();
    }
    batch_->resize(batch_->size() + 1);
    batch_->set_row(batch_->size() - 1, made);
  }
  void store(std::string const& sensor) {
    writer_options options;
    options.sensor = sensor;
    auto writer = packet_writer::open(engine_, options);
    ASSERT_TRUE(writer) << writer.error().message;
    ASSERT_TRUE(writer->add(*batch_, *tags_));
    ASSERT_TRUE(writer->finish());
    batch_->clear();
    batch_->resize(0);
  }
  auto search(search_scope scope = {}) -> packet_search {
    auto opened = packet_search::open(engine_, std::move(scope));
    EXPECT_TRUE(opened) << opened.error().message;
    return std::move(*opened);
  }
  static auto read(packet_search const& from, wanted_packets const& wanted)
      -> std::multiset<std::string> {
    std::multiset<std::string> found;
    auto const done = from.read(wanted, [&](net::packet_batch const& batch) -> status {
      for (std::size_t row = 0; row < batch.size(); ++row)
        found.insert(batch.source_address(row).to_string());
      return {};
    });
    EXPECT_TRUE(done) << done.error().message;
    return found;
  }
  using texts = std::multiset<std::string>;
  static constexpr std::int64_t noon = 1'768'478'400'000'000;  // 2026-01-15T12:00:00Z

  std::unique_ptr<net::packet_batch> batch_ = std::make_unique<net::packet_batch>();
  std::unique_ptr<recognise::tag_columns> tags_ = std::make_unique<recognise::tag_columns>();
};

TEST_F(PacketSearch, SaysWhichAddressesThereAre) {
  add("192.0.2.1", "198.18.0.1", noon);
  add("192.0.2.9", "198.18.1.1", noon);
  add("2001:db8::1", "2001:db8:1::1", noon);
  store("north");
  auto const all = search();
  std::set<std::uint32_t> sources;
  ASSERT_TRUE(
      all.sources(std::vector{net::address_range{at("192.0.2.2"), at("192.0.2.255")}},
                  [&](auto const& some) { sources.insert(some.ipv4.begin(), some.ipv4.end()); }));
  EXPECT_EQ(sources, (std::set<std::uint32_t>{0xC0000209}));
  std::set<net::ipv6> sources6;
  ASSERT_TRUE(
      all.sources(std::vector{net::address_range{at("2001:db8::"), at("2001:db8::ff")}},
                  [&](auto const& some) { sources6.insert(some.ipv6.begin(), some.ipv6.end()); }));
  EXPECT_EQ(sources6, (std::set<net::ipv6>{at("2001:db8::1").as_ipv6()}));
  std::set<std::string> blocks;
  auto const add_block = [&](net::address_range const& each) {
    blocks.insert(each.first.to_string() + "-" + each.last.to_string());
  };
  ASSERT_TRUE(all.destinations(
      std::vector{net::address_range{at("0.0.0.0"), at("255.255.255.255")}}, add_block));
  ASSERT_TRUE(all.destinations(std::vector{net::address_range{at("2001:db8::"), at("2001:db9::")}},
                               add_block));
  EXPECT_EQ(blocks, (std::set<std::string>{"198.18.0.0-198.18.0.255", "198.18.1.0-198.18.1.255",
                                           "2001:db8:1::1-2001:db8:1::1"}));
}

TEST_F(PacketSearch, ReadsWhatIsFromOrToTheAddresses) {
  add("192.0.2.1", "198.18.0.1", noon);
  add("192.0.2.2", "198.18.1.1", noon);
  add("192.0.2.3", "198.18.2.1", noon);
  add("2001:db8::1", "2001:db8:1::1", noon);
  add("2001:db8::2", "2001:db8:1::2", noon);
  store("north");
  auto const all = search();
  EXPECT_EQ(read(all, {}), texts{});
  EXPECT_EQ(read(all, {.sources = {at("192.0.2.1"), at("192.0.2.7")}, .destinations = {}}),
            texts{"192.0.2.1"});
  net::address_range const block{at("198.18.1.0"), at("198.18.1.255")};
  EXPECT_EQ(read(all, {.sources = {}, .destinations = {block}}), texts{"192.0.2.2"});
  EXPECT_EQ(read(all, {.sources = {at("192.0.2.1")}, .destinations = {block}}),
            (texts{"192.0.2.1", "192.0.2.2"}));
  EXPECT_EQ(read(all, {.is_ipv6 = true, .sources = {at("2001:db8::2")}, .destinations = {}}),
            texts{"2001:db8::2"});
  net::address_range const one{at("2001:db8:1::1"), at("2001:db8:1::1")};
  EXPECT_EQ(read(all, {.is_ipv6 = true, .sources = {}, .destinations = {one}}),
            texts{"2001:db8::1"});
}

TEST_F(PacketSearch, StaysInItsScope) {
  add("192.0.2.1", "198.18.0.1", noon);
  add("192.0.2.2", "198.18.0.1", noon + 1);
  add("192.0.2.3", "198.18.0.1", 0);
  store("north");
  add("192.0.2.4", "198.18.0.1", noon);
  store("south");
  wanted_packets const any{.sources = {}, .destinations = {{at("198.18.0.0"), at("198.18.0.255")}}};
  timestamp const at_noon{noon * 1000}, behind{(noon + 1) * 1000};
  EXPECT_EQ(read(search(), any), (texts{"192.0.2.1", "192.0.2.2", "192.0.2.3", "192.0.2.4"}));
  EXPECT_EQ(read(search({.sensor = "south"}), any), texts{"192.0.2.4"});
  EXPECT_EQ(read(search({.sensor = "north", .from = at_noon, .to = behind}), any),
            texts{"192.0.2.1"});
  // A time between two microseconds.
  EXPECT_EQ(read(search({.sensor = "", .from = at_noon + duration{1}}), any), texts{"192.0.2.2"});
  EXPECT_EQ(read(search({.sensor = "", .to = at_noon + duration{1}}), any),
            (texts{"192.0.2.1", "192.0.2.4"}));
  EXPECT_EQ(*search().packets(), 4U);
  EXPECT_EQ(*search({.sensor = "north", .from = at_noon}).packets(), 2U);
}

TEST_F(PacketSearch, RefusesWhatItCannotAnswer) {
  add("192.0.2.1", "198.18.0.1", noon);
  store("north");
  auto opened = packet_search::open(engine_, {.sensor = "east"});
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().message, "there is no sensor \"east\" in the store; it has north");
  run("insert into names values ('schema', 9, 'version')");
  opened = packet_search::open(engine_, {});
  ASSERT_FALSE(opened);
  EXPECT_THAT(opened.error().message, HasSubstr("of version 9"));
}

}  // namespace
}  // namespace kizashi::store
