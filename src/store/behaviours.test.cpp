#include "kizashi/store/behaviours.hpp"

#include <algorithm>
#include <map>
#include <memory>
#include <set>

#include <fmt/format.h>
#include <gmock/gmock.h>

#include "kizashi/base/random.hpp"
#include "kizashi/filter/expression.hpp"
#include "kizashi/store/internal/source_choice.hpp"
#include "kizashi/store/internal/temporary_store.hpp"
#include "kizashi/store/packet_writer.hpp"
#include "kizashi/store/schema.hpp"

namespace kizashi::store {
namespace {

constexpr std::int64_t first_second = 1'768'435'200;  // 2026-01-15T00:00:00Z
constexpr std::int64_t day_seconds = 86'400;

struct probe {
  std::int64_t time = 0;  // seconds
  net::address source;
  bool has_ip = true;
  std::uint8_t ip_protocol = 6;
  bool has_port = true;
  std::uint16_t port = 0;
};

/// Three days. Some sources come once, some all the time; some ask for one port often, others for
/// many once. 0.0.0.0 and packets without IP, which have that address too, are among them.
auto invent_probes(std::size_t count) -> std::vector<probe> {
  random_source random{11};
  std::vector<probe> all;
  for (std::size_t i = 0; i < count; ++i) {
    probe is;
    auto const begin = first_second + random.below(3 * day_seconds);
    is.time = begin;
    auto const kind = random.below(10);
    auto const who = random.below(40);
    is.source = kind == 0 ? net::address{net::ipv6{0x20010DB800000000U, random.below(9)}}
                          : net::address{net::ipv4{0xC6336400U + who}};
    if (kind == 1) is.source = net::ipv4{0};
    if (kind == 2) is.source = net::ipv4{0x0A000000U + static_cast<std::uint32_t>(i)};
    constexpr std::uint8_t protocols[] = {6, 6, 17, 1};
    is.ip_protocol = protocols[random.below(4)];
    is.port = static_cast<std::uint16_t>(who % 2 == 0 ? 23 : random.below(4 * who + 1) * 400);
    is.has_port = random.below(9) != 0;
    if (!is.has_port) is.port = 0;
    if (kind == 3)
      is = {.time = begin, .source = {}, .has_ip = false, .ip_protocol = 0, .has_port = false};
    // Whoever is new comes late.
    if (!is.source.is_ipv6() && who >= 30)
      is.time = first_second + 2 * day_seconds + begin % day_seconds;
    all.push_back(is);
  }
  return all;
}

/// What a picture tells, counted one packet after another.
struct slow_tile {
  std::uint64_t packets = 0;
  std::set<std::pair<std::uint8_t, std::uint16_t>> ports;
  std::int64_t first_hour = INT64_MAX;
  bool was_before = false;
};

class SourceBehaviours : public internal::StoreTest {
protected:
  void SetUp() override {
    StoreTest::SetUp();
    if (IsSkipped()) return;
    all_ = invent_probes(4000);
    writer_options options;
    options.sensor = "north";
    auto writer = packet_writer::open(engine_, options);
    ASSERT_TRUE(writer) << writer.error().message;
    auto const batch = std::make_unique<net::packet_batch>();
    auto const tags = std::make_unique<recognise::tag_columns>();
    batch->clear();
    batch->resize(all_.size());
    for (std::size_t row = 0; row < all_.size(); ++row) put_probe(*batch, row, all_[row]);
    ASSERT_TRUE(writer->add(*batch, *tags));
    ASSERT_TRUE(writer->finish());
  }
  static void put_probe(net::packet_batch& batch, std::size_t row, probe const& is) {
    using net::attribute;
    net::packet made;
    made.time = timestamp{is.time * 1'000'000'000};
    made.ip_protocol = is.ip_protocol;
    made.destination_port = is.port;
    made.wire_length = 60;
    if (!is.has_ip) made.attributes = net::bit(attribute::no_ip);
    if (is.has_port) made.attributes = net::bit(attribute::ports);
    if (is.source.is_ipv6()) {
      made.attributes |= net::bit(attribute::ipv6);
      made.source = made.destination = static_cast<std::uint32_t>(batch.ipv6.size());
      batch.ipv6.push_back({is.source.as_ipv6(), {0x20010DB8FFFFFFFFU, 1}});
    } else {
      made.source = is.source.as_ipv4().value();
      made.destination = 0xC6120001U;
    }
    batch.set_row(row, made);
  }

  [[nodiscard]] auto count_tiles(packet_filter const& filter) const
      -> std::map<net::address, slow_tile> {
    std::map<net::address, slow_tile> out;
    std::set<net::address> before;
    for (auto const& is : all_) {
      auto const time = timestamp{is.time * 1'000'000'000};
      if (time < filter.from && (is.has_ip || is.source == net::address{}))
        before.insert(is.source);
      bool const is_from = filter.sources.empty() ||
                           std::ranges::any_of(filter.sources, [&](net::prefix const& each) {
                             return each.contains(is.source);
                           });
      bool const has_service = is.has_port && (is.ip_protocol == 6 || is.ip_protocol == 17);
      bool const passes = !filter.where || (has_service && is.port == 23);
      if (time < filter.from || time >= filter.to || !is.has_ip || !is_from || !passes) continue;
      auto& to = out[is.source];
      ++to.packets;
      to.first_hour = std::min(to.first_hour, is.time / 3600 * 3600);
      if (has_service) to.ports.emplace(is.ip_protocol, is.port);
    }
    for (auto& [source, tile] : out) tile.was_before = before.contains(source);
    return out;
  }

  void compare(packet_filter const& filter, tile_order order, std::size_t limit) {
    auto const slow = count_tiles(filter);
    std::vector<std::string> expected;
    std::vector<std::tuple<std::uint64_t, net::address>> rows;
    for (auto const& [source, tile] : slow) {
      if (order == tile_order::novelty && tile.was_before) continue;
      auto const key = order == tile_order::volume   ? tile.packets
                       : order == tile_order::spread ? tile.ports.size()
                                                     : static_cast<std::uint64_t>(tile.first_hour);
      rows.emplace_back(key, source);
    }
    auto const total = rows.size();
    std::ranges::stable_sort(rows, [](auto const& a, auto const& b) {
      return std::get<0>(a) != std::get<0>(b) ? std::get<0>(a) > std::get<0>(b)
                                              : std::get<1>(a) < std::get<1>(b);
    });
    if (rows.size() > limit) rows.resize(limit);
    auto const describe = [](net::address source, std::uint64_t packets, std::uint64_t ports) {
      return fmt::format("{} {} packets {} ports", source.to_string(), packets, ports);
    };
    for (auto const& [key, source] : rows)
      expected.push_back(describe(source, slow.at(source).packets, slow.at(source).ports.size()));
    tile_request wanted{.order = order, .limit = limit, .columns = 24, .bands = port_bands(15)};
    auto const found = behaviours_of(*engine_, filter, wanted, {});
    ASSERT_TRUE(found) << found.error().message;
    std::vector<std::string> told;
    for (auto const& each : found->rows) {
      told.push_back(describe(each.source, each.packets, each.ports));
      std::uint64_t in_cells = 0;
      for (auto const cell : each.cells) in_cells += cell;
      EXPECT_EQ(in_cells, each.packets);
    }
    EXPECT_EQ(told, expected) << static_cast<int>(order) << " of " << limit;
    EXPECT_EQ(found->total, total);
    EXPECT_TRUE(found->is_total_exact);
  }
  void compare_all(packet_filter const& filter) {
    for (auto const order : {tile_order::volume, tile_order::spread, tile_order::novelty})
      for (std::size_t const limit : {1U, 3U, 20U, 1000U}) compare(filter, order, limit);
  }
  static auto span(std::int64_t from, std::int64_t to) -> packet_filter {
    packet_filter out;
    out.from = timestamp{(first_second + from) * 1'000'000'000};
    out.to = timestamp{(first_second + to) * 1'000'000'000};
    return out;
  }

  std::vector<probe> all_;
};

TEST_F(SourceBehaviours, OfAllDays) {
  compare_all(span(0, 3 * day_seconds));
}

TEST_F(SourceBehaviours, OfTheLastDayAndOfPartsOfHours) {
  compare_all(span(2 * day_seconds, 3 * day_seconds));
  compare_all(span(2 * day_seconds - 1800, 2 * day_seconds + 7 * 3600 + 660));
}

TEST_F(SourceBehaviours, OfSomeSources) {
  auto filter = span(day_seconds, 3 * day_seconds);
  filter.sources = {*net::prefix::parse("198.51.100.0/27"), *net::prefix::parse("0.0.0.0/8")};
  compare_all(filter);
  filter.sources = {*net::prefix::parse("2001:db8::/64")};
  compare_all(filter);
}

TEST_F(SourceBehaviours, OfAPort) {
  auto filter = span(0, 3 * day_seconds);
  auto expression = filter::parse("dst.port == 23");
  ASSERT_TRUE(expression);
  auto bound = bind_filter(*engine_, std::move(*expression), filter::target::packets, {});
  ASSERT_TRUE(bound) << bound.error().message;
  filter.where = std::make_shared<stored_filter const>(std::move(*bound));
  compare_all(filter);
}

TEST_F(SourceBehaviours, OfNothing) {
  compare_all(span(30 * day_seconds, 31 * day_seconds));
}

TEST(PortBands, HaveWellKnownPortsAlone) {
  auto const bands = port_bands(9);
  EXPECT_THAT(bands,
              ::testing::IsSupersetOf({port_band{22, 22}, port_band{23, 23}, port_band{0, 1023}}));
}

}  // namespace
}  // namespace kizashi::store
