#include "kizashi/store/statistics.hpp"

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <map>
#include <memory>
#include <set>
#include <sstream>

#include <fmt/format.h>
#include <gmock/gmock.h>

#include "kizashi/base/random.hpp"
#include "kizashi/store/host.hpp"
#include "kizashi/store/internal/temporary_store.hpp"
#include "kizashi/store/packet_writer.hpp"
#include "kizashi/store/schema.hpp"

namespace kizashi::store {
namespace {

constexpr std::int64_t begin = 1'768'467'600;  // 2026-01-15T09:00:00Z, seconds
constexpr std::int64_t second = 1'000'000'000;

/// A packet as the tests think of it.
struct seen {
  std::uint16_t sensor = 1;
  std::int64_t time = 0;  // microseconds; 0: not known
  net::address source;
  bool has_ip = true;
  std::uint8_t ip_protocol = 6;
  std::uint16_t port = 0;
  bool has_port = true;
  std::uint32_t length = 60;
  std::uint8_t traffic_class = 0;
  std::uint16_t scanner = 0;       // 0, 1 or 2
  std::uint64_t fingerprints = 0;  // of three
};

/// Over two days with hours without packets; some without a time, some without IP, some of IPv6,
/// 0.0.0.0 among the sources.
auto invent(std::uint16_t sensor, std::size_t count) -> std::vector<seen> {
  random_source random{sensor};
  std::vector<seen> all;
  for (std::size_t i = 0; i < count; ++i) {
    seen is;
    is.sensor = sensor;
    is.time = begin * 1'000'000 +
              static_cast<std::int64_t>(i) * 1'000'000 * 170'000 / static_cast<std::int64_t>(count);
    if (random.below(50) == 0) is.time = 0;
    is.source = net::ipv4{random.below(20) == 0 ? 0 : 0xC6336400U + random.below(30)};
    constexpr std::uint8_t protocols[] = {1, 6, 6, 6, 17, 17, 47};
    is.ip_protocol = protocols[random.below(7)];
    is.port = static_cast<std::uint16_t>(is.ip_protocol == 47 ? 0 : random.below(4));
    is.length = 60 + random.below(3);
    if (random.below(8) == 0) is.has_port = false, is.port = 0;
    if (random.below(5) == 0)
      is.source = net::ipv6{0x20010DB800000000U, random.below(12)};
    else if (random.below(9) == 0)
      is.has_ip = false, is.ip_protocol = 0, is.port = 0, is.source = {};
    is.traffic_class = static_cast<std::uint8_t>(is.length % 3);
    is.scanner = static_cast<std::uint16_t>(random.below(3));
    is.fingerprints = random.below(8);
    all.push_back(is);
  }
  return all;
}

void put(net::packet_batch& batch, std::size_t row, seen const& is) {
  net::packet made;
  made.time = is.time == 0 ? timestamp::unknown() : timestamp{is.time * 1000};
  made.ip_protocol = is.ip_protocol;
  made.destination_port = is.port;
  made.wire_length = is.length;
  using net::attribute;
  if (!is.has_ip) made.attributes = net::bit(attribute::no_ip);
  if (is.has_ip && is.has_port) made.attributes = net::bit(attribute::ports);
  if (is.source.is_ipv6()) {
    made.attributes |= net::bit(attribute::ipv6);
    made.source = made.destination = static_cast<std::uint32_t>(batch.ipv6.size());
    batch.ipv6.push_back({is.source.as_ipv6(), {0x20010DB8FFFFFFFFU, row % 7}});
  } else {
    made.source = is.source.as_ipv4().value();
    made.destination = 0xC6120000U + static_cast<std::uint32_t>(row % 11);
  }
  batch.set_row(row, made);
}

auto passes(seen const& is, packet_filter const& filter) -> bool {
  bool const has_bound = filter.from.is_known() || filter.to.is_known();
  if (has_bound && is.time == 0) return false;
  if (filter.from.is_known() && is.time * 1000 < filter.from.nanoseconds()) return false;
  if (filter.to.is_known() && is.time * 1000 >= filter.to.nanoseconds()) return false;
  bool const is_from = std::ranges::any_of(
      filter.sources, [&](net::prefix const& each) { return each.contains(is.source); });
  if (!filter.sources.empty() && (!is.has_ip || !is_from)) return false;
  return filter.sensors.empty() ||
         std::ranges::find(filter.sensors, is.sensor) != filter.sensors.end();
}

auto key_of(seen const& is, group_by by) -> statistics_key {
  auto const in_steps = [&](std::int64_t step) {
    return static_cast<std::uint32_t>(is.time / 1'000'000 / step * step);
  };
  statistics_key key;
  if (by == group_by::port || by == group_by::protocol) key.ip_protocol = is.ip_protocol;
  if (by == group_by::port) key.port = is.port;
  if (by == group_by::source) key.source = is.source;
  if (by == group_by::hour) key.time = in_steps(3600);
  if (by == group_by::day) key.time = in_steps(86400);
  if (by == group_by::minute) key.time = in_steps(60);
  if (by == group_by::sensor) key.sensor = is.sensor;
  if (by == group_by::traffic_class) key.tag = is.traffic_class;
  if (by == group_by::scanner) key.tag = is.scanner;
  return key;
}

/// Slow and obvious.
struct sums {
  std::uint64_t packets = 0;
  std::uint64_t bytes = 0;
  std::set<net::address> sources;
  void add(seen const& is) {
    ++packets;
    bytes += is.length;
    if (is.has_ip) sources.insert(is.source);
  }
};

auto count_slowly(std::vector<seen> const& all, packet_filter const& filter, group_by by)
    -> std::vector<statistics_row> {
  std::map<statistics_key, sums> groups;
  for (auto const& is : all) {
    if (by == group_by::port && (!is.has_port || (is.ip_protocol != 6 && is.ip_protocol != 17)))
      continue;
    if (by == group_by::source && !is.has_ip) continue;
    if (!passes(is, filter)) continue;
    auto key = key_of(is, by);
    if (by != group_by::tool || is.fingerprints == 0) groups[key].add(is);
    for (key.tag = 1; by == group_by::tool && key.tag <= 3; ++key.tag)
      if ((is.fingerprints >> (key.tag - 1) & 1) != 0) groups[key].add(is);
  }
  std::vector<statistics_row> rows;
  for (auto const& [key, of] : groups)
    rows.push_back({key, of.packets, of.bytes, of.sources.size()});
  if (!is_in_time(by)) std::ranges::stable_sort(rows, std::greater{}, &statistics_row::packets);
  return rows;
}

auto text_of(std::vector<statistics_row> const& rows) -> std::vector<std::string> {
  std::vector<std::string> out;
  for (auto const& [key, packets, bytes, sources] : rows)
    out.push_back(fmt::format("time {} sensor {} port {}/{} {} AS {} source {} tag {}: {} {} {}",
                              key.time, key.sensor, key.port, key.ip_protocol, key.country.text(),
                              key.asn.number(), key.source.to_string(), key.tag, packets, bytes,
                              sources));
  return out;
}

constexpr group_by kinds[] = {
    group_by::port,     group_by::source,        group_by::country, group_by::as,
    group_by::protocol, group_by::hour,          group_by::day,     group_by::sensor,
    group_by::tool,     group_by::traffic_class, group_by::scanner, group_by::minute};

class Statistics : public internal::StoreTest {
protected:
  void SetUp() override {
    StoreTest::SetUp();
    if (IsSkipped()) return;
    for (std::uint16_t sensor = 1; sensor <= 2; ++sensor) store(sensor, invent(sensor, 2000));
  }
  void store(std::uint16_t sensor, std::vector<seen> const& packets) {
    writer_options options;
    options.sensor = fmt::format("sensor {}", sensor);
    options.scanners = {"one", "two"};
    options.fingerprints = {"a", "b", "c"};
    auto writer = packet_writer::open(engine_, options);
    ASSERT_TRUE(writer) << writer.error().message;
    auto const batch = std::make_unique<net::packet_batch>();
    auto const tags = std::make_unique<recognise::tag_columns>();
    batch->clear();
    batch->resize(packets.size());
    for (std::size_t i = 0; i < packets.size(); ++i) {
      put(*batch, i, packets[i]);
      tags->traffic_class[i] = packets[i].traffic_class;
      tags->scanner[i] = packets[i].scanner;
      tags->fingerprints[i] = packets[i].fingerprints;
    }
    ASSERT_TRUE(writer->add(*batch, *tags));
    ASSERT_TRUE(writer->finish());
    all_.insert(all_.end(), packets.begin(), packets.end());
  }
  void compare(packet_filter const& filter, bool has_exact_sources) {
    count_options options;
    options.has_exact_sources = has_exact_sources;
    for (auto const by : kinds) {
      auto const found = count_by(*engine_, filter, by, options);
      ASSERT_TRUE(found) << found.error().message;
      EXPECT_EQ(text_of(found->rows), text_of(count_slowly(all_, filter, by)))
          << "by " << static_cast<int>(by);
    }
    compare_totals(filter, options);
  }
  void compare_totals(packet_filter const& filter, count_options const& options) {
    auto const found = count_all(*engine_, filter, options);
    ASSERT_TRUE(found) << found.error().message;
    sums expected;
    std::set<std::int64_t> minutes, days;
    std::set<std::uint16_t> sensors;
    for (auto const& is : all_) {
      if (!passes(is, filter)) continue;
      expected.add(is);
      sensors.insert(is.sensor);
      if (is.time == 0) continue;
      minutes.insert(is.time / 60'000'000 * 60 * second);
      days.insert(is.time / 86'400'000'000);
    }
    EXPECT_EQ(found->packets, expected.packets);
    EXPECT_EQ(found->bytes, expected.bytes);
    EXPECT_EQ(found->sources, expected.sources.size());
    EXPECT_EQ(found->days, days.size());
    EXPECT_TRUE(std::ranges::equal(found->sensors, sensors));
    auto const known = [](std::int64_t time) { return timestamp{time}; };
    auto const none = timestamp::unknown();
    EXPECT_EQ(found->first, minutes.empty() ? none : known(*minutes.begin()));
    EXPECT_EQ(found->last, minutes.empty() ? none : known(*minutes.rbegin()));
  }

  std::vector<seen> all_;
};

TEST_F(Statistics, OfEverything) {
  compare({}, false);
  compare({}, true);
}

TEST_F(Statistics, OfOneSensor) {
  packet_filter filter;
  filter.sensors = {2};
  compare(filter, false);
  compare(filter, true);
}

TEST_F(Statistics, OfAnyTime) {
  random_source random{7};
  for (auto round = 0; round < 6; ++round) {
    packet_filter filter;
    auto const some_time = [&] {
      // Every other one on an hour, a day among them.
      auto const time = begin + static_cast<std::int64_t>(random.below(180'000));
      return timestamp{(round % 2 == 0 ? time / 3600 * 3600 : time / 60 * 60) * second};
    };
    if (round % 5 != 1) filter.from = some_time();
    if (round % 5 != 2) filter.to = some_time();
    if (filter.from.is_known() && filter.to.is_known() && filter.to <= filter.from)
      std::swap(filter.from, filter.to);
    if (round % 3 == 0) filter.sensors = {1};
    SCOPED_TRACE(fmt::format("{} to {}", filter.from.to_string(), filter.to.to_string()));
    compare(filter, round % 4 == 0);
  }
}

TEST_F(Statistics, OfPartsOfAnHour) {
  packet_filter filter;
  filter.from = timestamp{(begin + 600) * second};
  filter.to = timestamp{(begin + 3000) * second};
  compare(filter, false);
  compare(filter, true);
}

TEST_F(Statistics, OfSomeSources) {
  packet_filter filter;
  for (auto const* const text : {"198.51.100.0/28", "198.51.100.8/29", "0.0.0.0", "2001:db8::/126"})
    filter.sources.push_back(*net::prefix::parse(text));
  compare(filter, false);
  compare(filter, true);
  filter.sensors = {1};
  filter.from = timestamp{(begin + 600) * second};
  filter.to = timestamp{(begin + 90'060) * second};
  compare(filter, true);
  filter.sources = {*net::prefix::parse("203.0.113.0/24")};
  compare(filter, true);
}

TEST_F(Statistics, OfNothing) {
  packet_filter filter;
  filter.to = timestamp{begin * second};
  compare(filter, false);
  filter.to = timestamp{60 * second};
  compare(filter, true);
}

TEST_F(Statistics, TheTopRowsHaveTheirSources) {
  for (auto const by : kinds) {
    count_options options;
    options.top = 3;
    auto const found = count_by(*engine_, {}, by, options);
    ASSERT_TRUE(found) << found.error().message;
    auto expected = count_slowly(all_, {}, by);
    if (by != group_by::source) {
      EXPECT_EQ(found->all_rows, expected.size());
    }
    std::ranges::stable_sort(expected, std::greater{}, &statistics_row::packets);
    expected.resize(std::min<std::size_t>(3, expected.size()));
    if (is_in_time(by)) std::ranges::sort(expected, {}, &statistics_row::key);
    EXPECT_EQ(text_of(found->rows), text_of(expected));
  }
}

TEST_F(Statistics, OfHosts) {
  packet_filter cut;
  cut.from = timestamp{(begin + 600) * second};
  cut.to = timestamp{(begin + 90'000) * second};
  for (auto const* const text : {"198.51.100.3", "198.51.100.0/28", "0.0.0.0", "0.0.0.0/0",
                                 "2001:db8::5", "2001:db8::/125", "203.0.113.1"})
    for (auto const& filter : {packet_filter{}, cut}) {
      SCOPED_TRACE(text);
      auto const who = *net::prefix::parse(text);
      auto const found = profile_of(*engine_, who, filter, {});
      ASSERT_TRUE(found) << found.error().message;
      std::vector<seen> theirs;
      for (auto const& is : all_)
        if (is.has_ip && who.contains(is.source) && passes(is, filter)) theirs.push_back(is);
      EXPECT_EQ(found->packets, theirs.size());
      if (theirs.empty()) continue;
      auto const without_sources = [&](group_by by) {
        auto rows = count_slowly(theirs, {}, by);
        for (auto& each : rows) each.sources = 0;
        return text_of(rows);
      };
      EXPECT_EQ(text_of(found->hours), without_sources(group_by::hour));
      EXPECT_EQ(text_of(found->days), without_sources(group_by::day));
      EXPECT_EQ(text_of(found->sensors), without_sources(group_by::sensor));
      EXPECT_EQ(text_of(found->protocols), without_sources(group_by::protocol));
      EXPECT_EQ(text_of(found->ports), text_of(count_slowly(theirs, {}, group_by::port)));
      auto const sources = count_slowly(theirs, {}, group_by::source);
      EXPECT_EQ(found->sources, sources.size());
      EXPECT_EQ(text_of(found->busiest),
                who.first() == who.last() ? text_of({}) : text_of(sources));
      std::set<std::int64_t> times;
      for (auto const& is : theirs)
        if (is.time != 0) times.insert(is.time * 1000);
      EXPECT_EQ(found->first, timestamp{*times.begin()});
      EXPECT_EQ(found->last, timestamp{*times.rbegin()});
    }
}

TEST_F(Statistics, OfSomeKeysAlone) {
  packet_filter filter;
  filter.sensors = {2};
  for (auto const by : kinds) {
    if (is_in_time(by)) continue;
    auto const all = count_slowly(all_, filter, by);
    for (bool const is_exact : {false, true}) {
      count_options options;
      options.has_exact_sources = is_exact;
      options.keys = {all.back().key, {.port = 9, .source = net::ipv4{0xCB007109}}};
      auto const found = count_by(*engine_, filter, by, options);
      ASSERT_TRUE(found) << found.error().message;
      auto const row = std::ranges::find(found->rows, all.back().key, &statistics_row::key);
      ASSERT_NE(row, found->rows.end());
      EXPECT_EQ(text_of({*row}), text_of({all.back()}));
      if (by == group_by::port || by == group_by::source) {
        EXPECT_EQ(found->rows.size(), 1U);
      }
    }
  }
  auto const brief = count_brief(*engine_, filter, {});
  auto const whole = count_all(*engine_, filter, {});
  ASSERT_TRUE(brief && whole);
  EXPECT_EQ(brief->packets, whole->packets);
  EXPECT_EQ(brief->sources, whole->sources);
}

TEST_F(Statistics, AStopEndsTheQuestion) {
  count_options options;
  options.ask.wants_stop = [] { return true; };
  auto const found = count_all(*engine_, {}, options);
  // Where the answer is there before somebody looks, it is an answer.
  if (!found) {
    EXPECT_EQ(found.error().code, errc::interrupted);
  }
}

/// Writes down what is asked.
class recording_engine final : public engine {
public:
  explicit recording_engine(engine& to) : to_{to} {}
  [[nodiscard]] auto capabilities() const noexcept -> engine_capabilities const& override {
    return to_.capabilities();
  }
  [[nodiscard]] auto run(std::string_view statement) -> status override {
    return to_.run(statement);
  }
  [[nodiscard]] auto insert(std::string_view table, native_block const& block,
                            std::string_view token) -> status override {
    return to_.insert(table, block, token);
  }
  [[nodiscard]] auto ask(question const& what, answer_sink const& sink) -> status override {
    asked.emplace_back(what.sql);
    return to_.ask(what, sink);
  }
  [[nodiscard]] auto ask_parquet(question const& what, std::filesystem::path const& file)
      -> status override {
    return to_.ask_parquet(what, file);
  }
  void ask_in(std::string_view database) override { to_.ask_in(database); }
  std::vector<std::string> asked;

private:
  engine& to_;
};

constexpr auto example_packets =
    "insert into tuples (sensor, minute, src, dst, dst_port, protocol, attributes, scanner, "
    "fingerprints, country, asn, packets, bytes) select toUInt16(1 + number % 2), "
    "toUInt32(if(number = 7, 0, intDiv(1768467600 + number * 777, 60) * 60)), "
    "toUInt32(if(number % 9 = 8, 0, 3325256704 + number % 5)), toUInt32(number), "
    "toUInt16(number % 4), toUInt8(if(number % 9 = 8, 0, if(number % 3 = 0, 17, 6))), "
    "toUInt16(if(number % 4 = 0, 0, 128)), toUInt16(number % 2), bitShiftLeft(toUInt64(1), number "
    "% 3), toFixedString(if(number % 2 = 0, 'JP', 'US'), 2), toUInt32(64500 + number % 2), "
    "toUInt64(1 + number % 3), toUInt64(60 * (1 + number % 3)) from numbers(120);\n"
    "insert into tuples6 (sensor, minute, src, dst, dst_port, protocol, attributes, country, asn, "
    "packets, bytes) select toUInt16(1), toUInt32(intDiv(1768467600 + number * 7777, 60) * 60), "
    "toFixedString(unhex(concat('20010DB80000000000000000000000', if(number % 2 = 0, '0A', "
    "'0B'))), "
    "16), toFixedString('', 16), toUInt16(443), toUInt8(6), toUInt16(129), toFixedString('--', 2), "
    "toUInt32(0), toUInt64(2), toUInt64(160) from numbers(12);\n"
    "insert into source_hour (hour, sensor, src, protocol, port, has_port, country, asn, packets, "
    "bytes) select toUInt32(intDiv(minute, 3600) * 3600) as hour, sensor, src, protocol, dst_port "
    "as port, toUInt8(bitAnd(attributes, 128) != 0) as has_port, country, asn, sum(tuples.packets) "
    "as packets, sum(tuples.bytes) as bytes from tuples group by hour, sensor, src, protocol, "
    "port, has_port, country, asn;\n"
    "insert into source6_hour (hour, sensor, src, protocol, port, has_port, country, asn, packets, "
    "bytes) select toUInt32(intDiv(minute, 3600) * 3600) as hour, sensor, src, protocol, dst_port "
    "as port, toUInt8(bitAnd(attributes, 128) != 0) as has_port, country, asn, "
    "sum(tuples6.packets) as packets, sum(tuples6.bytes) as bytes from tuples6 group by hour, "
    "sensor, src, protocol, port, has_port, country, asn;\n"
    "insert into packets (sensor, ts, src, dst) select toUInt16(1 + number % 2), 1768467600000001 "
    "+ "
    "number * 777000000, toUInt32(3325256704 + number % 5), toUInt32(number) from numbers(120);\n"
    "insert into names values ('sensor', 1, 'north'), ('sensor', 2, 'south');\n";

/// Everything that statistics ask is in tests/store/statistics.sql, and the answers are those that
/// the oldest engine gives as well (tests/store/test_statistics.py). KIZASHI_UPDATE_GOLDEN=1 writes
/// both files instead.
class Asked : public internal::StoreTest {
protected:
  void expect_file(std::string const& name, std::string const& text) {
    auto const file = std::string{KIZASHI_SOURCE_DIR} + "/tests/store/" + name;
    if (std::getenv("KIZASHI_UPDATE_GOLDEN") != nullptr) std::ofstream{file} << text;
    std::ostringstream there;
    there << std::ifstream{file}.rdbuf();
    EXPECT_EQ(there.str(), text) << file;
  }
};

TEST_F(Asked, IsWhatTheOldestEngineAnswersAlike) {
  ASSERT_TRUE(prepare_schema(*engine_));
  std::istringstream lines{example_packets};
  for (std::string line; std::getline(lines, line);) run(line.substr(0, line.size() - 1));
  recording_engine recorded{*engine_};
  packet_filter cut;
  cut.from = timestamp{(begin + 600) * second};
  cut.to = timestamp{(begin + 18 * 3600 + 1800) * second};  // a day's end between them
  cut.sensors = {1, 2};
  for (auto const& filter : {packet_filter{}, cut}) {
    count_options options;
    options.has_exact_sources = !filter.sensors.empty();
    options.top = 2;
    ASSERT_TRUE(count_all(recorded, filter, options));
    for (auto const by : kinds) ASSERT_TRUE(count_by(recorded, filter, by, options));
    for (auto const* const who : {"198.51.100.1", "0.0.0.0/0", "2001:db8::/64"})
      ASSERT_TRUE(profile_of(recorded, *net::prefix::parse(who), filter, {}));
  }
  cut.sensors = {2};
  cut.to = timestamp{(begin + 60 * 3600) * second};  // a whole day between them
  ASSERT_TRUE(count_by(recorded, cut, group_by::port, {}));
  ASSERT_TRUE(count_by(recorded, cut, group_by::source, {}));
  ASSERT_TRUE(stored_names(recorded, "sensor", {}));
  std::string answers;
  for (auto const& sql : recorded.asked) answers += ask(sql);
  for (auto& byte : answers)  // of addresses
    if (static_cast<unsigned char>(byte) >= 0x80) byte = '?';
  expect_file("statistics.sql",
              "-- What src/store/statistics.cpp and host.cpp ask, behind rows to ask about.\n"
              "-- Written by src/store/statistics.test.cpp.\n" +
                  std::string{example_packets} +
                  fmt::format("{};\n", fmt::join(recorded.asked, ";\n")));
  expect_file("statistics.expected", answers);
}

}  // namespace
}  // namespace kizashi::store
