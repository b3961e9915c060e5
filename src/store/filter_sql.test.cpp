// SQL against predicates: what a filter selects in a store is what it selects in a batch.
#include "kizashi/store/filter_sql.hpp"

#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>
#include <map>
#include <memory>
#include <set>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <gmock/gmock.h>

#include "kizashi/base/text.hpp"
#include "kizashi/filter/event_predicate.hpp"
#include "kizashi/filter/invented/events.hpp"
#include "kizashi/filter/invented/packets.hpp"
#include "kizashi/filter/packet_predicate.hpp"
#include "kizashi/store/host.hpp"
#include "kizashi/store/internal/temporary_store.hpp"
#include "kizashi/store/observation_writer.hpp"
#include "kizashi/store/packet_selection.hpp"
#include "kizashi/store/packet_writer.hpp"
#include "kizashi/store/schema.hpp"

namespace kizashi::store {
namespace {

using filter::target;

auto condition_of(std::string_view text, stored_table table, target to = target::packets)
    -> std::string {
  stored_numbers const numbers{
      {{1, "north"}, {2, "south"}}, {{7, "Censys"}}, {{1, "mirai"}, {3, "zmap"}}};
  auto parsed = filter::parse(text);
  if (!parsed) return parsed.error().message;
  auto const made = stored_filter::make(std::move(*parsed), to, numbers);
  return made ? made->condition(table) : made.error().message;
}

TEST(FilterSql, IsOneConditionPerTable) {
  using enum stored_table;
  EXPECT_EQ(condition_of("ttl in {1, 5, 7..9} or ttl >= 200", packets),
            "((bitAnd(attributes, 2) = 0 and ((ttl >= 7 and ttl <= 9) or ttl in (1, 5))) or "
            "(bitAnd(attributes, 2) = 0 and (ttl >= 200)))");
  EXPECT_EQ(condition_of("src == 192.0.2.0/24", packets),
            "((src >= 3221225984 and src <= 3221226239))");
  EXPECT_EQ(condition_of("src == 192.0.2.0/24", packets6), "0");
  EXPECT_EQ(condition_of("src != 192.0.2.0/24", packets6), "1");
  EXPECT_EQ(condition_of("src == 192.0.2.1 and ttl == 1", tuples6), "0");
  EXPECT_EQ(condition_of("ip.version == 6", tuples6), "1");
  EXPECT_EQ(condition_of("not ip.version == 6", tuples), "1");
  EXPECT_EQ(condition_of("tcp.wscale > 233", packets),
            "(bitAnd(attributes, 128) != 0 and protocol = 6 and window_scale <= 254 and "
            "(window_scale >= 234))");
  EXPECT_EQ(condition_of("dst.port == 23", ports),
            "(has_port = 1 and protocol in (6, 17) and (port = 23))");
  EXPECT_EQ(condition_of("country in {JP, none}", places), "country in ('--', 'JP')");
  EXPECT_EQ(condition_of("tool in {mirai, none}", packets),
            "(bitAnd(fingerprints, 1) != 0 or fingerprints = 0)");
  EXPECT_EQ(condition_of("sensor != south", sources), "(not ((sensor = 2)))");
  EXPECT_EQ(condition_of("port == 23", events, target::events),
            "(ports = 1 and type <= 13 and (port = 23))");
}

TEST(FilterSql, LongListsAreSetsByLength) {
  std::string text = "src in {198.51.100.0/25";
  for (int i = 0; i < 20; ++i) text += fmt::format(", 192.0.2.{}", 3 * i);
  auto const sql = condition_of(text + "}", stored_table::packets);
  EXPECT_THAT(sql, testing::HasSubstr("bitShiftRight(src, 7) in (25978568)"));
  EXPECT_THAT(sql, testing::HasSubstr("bitShiftRight(src, 0) in (3221225984,3221225987,"));
}

TEST(FilterSql, SaysWhatAStoreDoesNotHave) {
  EXPECT_EQ(condition_of("ttl 1 and tool mirei", stored_table::packets),
            "filter:1:11: there is no tool \"mirei\"; did you mean \"mirai\"?");
  EXPECT_EQ(condition_of("sensor west", stored_table::packets),
            "filter:1:1: there is no sensor \"west\"");
  EXPECT_EQ(condition_of("ttl 1", stored_table::events, target::events),
            "filter:1:1: scan events have no ttl; it is a field of packets");
  EXPECT_EQ(condition_of("country JP", stored_table::events, target::events),
            "filter:1:1: a store keeps no country with its scan events");
}

TEST(FilterSql, KnowsWhichTablesAnswer) {
  using enum stored_table;
  auto const answers = [](std::string_view text, stored_table table) {
    auto const made = stored_filter::make(*filter::parse(text), target::packets, {});
    return made->is_answered_by(table);
  };
  EXPECT_TRUE(answers("dst.port 23 and protocol tcp", ports));
  EXPECT_FALSE(answers("dst.port 23 and country JP", ports));
  EXPECT_TRUE(answers("country JP or as 4134", places));
  EXPECT_TRUE(answers("dst.port 23 and country JP and src 192.0.2.1", sources6));
  EXPECT_FALSE(answers("port 23", sources));
  EXPECT_TRUE(answers("port 23 and class scan", tuples));
  EXPECT_FALSE(answers("tcp.seq 1", tuples6));
  EXPECT_TRUE(answers("tcp.seq 1 and time > 2026-01-15", packets));
  EXPECT_FALSE(answers("ttl 1", events));
}

/// A store of invented packets that are known by the length of their frames.
class FilterStore : public internal::StoreTest {
protected:
  static constexpr std::size_t rows = 3000;

  void SetUp() override {
    StoreTest::SetUp();
    if (IsSkipped()) return;
    random_source random{11};
    filter::invented::invent_packets(random, rows, 3, 2, *batch_, *tags_);
    for (std::size_t row = 0; row < rows; ++row)
      batch_->wire_length[row] = static_cast<std::uint32_t>(row);
    writer_options options;
    options.sensor = "north";
    options.scanners = names_.scanners;
    options.fingerprints = names_.tools;
    auto writer = packet_writer::open(engine_, options);
    ASSERT_TRUE(writer) << writer.error().message;
    ASSERT_TRUE(writer->add(*batch_, *tags_));
    ASSERT_TRUE(writer->finish());
    for (std::size_t i = 0; i < names_.tools.size(); ++i)
      numbers_.fingerprints.emplace(i + 1, names_.tools[i]);
    auto context = writer->numbers();
    context_ = std::make_unique<block_context>(context);
    fingerprints_ = table_of(names_.tools);
    scanners_ = list_of(names_.scanners);
  }

  static auto table_of(std::vector<std::string> const& names) -> recognise::fingerprint_table {
    std::string text;
    for (auto const& name : names)
      text += fmt::format(
          "[[fingerprint]]\nname = \"{}\"\nkind = \"tool\"\ndescription = \"A test.\"\n"
          "match = [\"ip.id == {}\"]\nfalse_match = \"2^-16\"\npackets = 2\nsource = \"a test\"\n",
          name, 1000 + text.size());
    return *recognise::fingerprint_table::parse(text, "test");
  }
  /// A list with these organisations in their order.
  auto list_of(std::vector<std::string> const& names) -> recognise::scanner_list {
    auto const file = folder_.path() / "list.csv";
    std::string text = "prefix,organisation\n";
    for (std::size_t i = 0; i < names.size(); ++i)
      text += fmt::format("203.0.113.{}/32,{}\n", i, names[i]);
    std::ofstream{file} << text;
    return *recognise::scanner_list::read(std::vector<std::filesystem::path>{file});
  }

  auto context() const -> filter::name_context {
    return {&fingerprints_, &scanners_, nullptr, "north"};
  }
  /// The rows that the predicate selects.
  auto kept(filter::expression const& of) -> std::vector<std::size_t> {
    auto const wanted = filter::packet_predicate::make(of, context());
    EXPECT_TRUE(wanted) << wanted.error().message;
    std::array<std::uint8_t, net::packet_batch::capacity> keep;
    wanted->select(*batch_, tags_.get(), keep);
    std::vector<std::size_t> out;
    for (std::size_t row = 0; row < rows; ++row)
      if (keep[row] != 0) out.push_back(row);
    return out;
  }
  /// Nobody but "north" is in this store.
  auto invent(random_source& random, target to) -> filter::expression {
    for (;;) {
      auto out = filter::invented::invent_expression(random, to, 3);
      if (stored_filter::make(out, to, numbers_all())) return out;
    }
  }
  auto numbers_all() -> stored_numbers {
    if (numbers_.sensors.empty()) {
      numbers_.sensors = *stored_names(*engine_, "sensor", {});
      numbers_.scanners = *stored_names(*engine_, "scanner", {});
      numbers_.fingerprints = *stored_names(*engine_, "fingerprint", {});
    }
    return numbers_;
  }
  auto bind(filter::expression const& of, target to = target::packets) -> stored_filter {
    return *stored_filter::make(of, to, numbers_all());
  }
  auto numbers_in(std::string const& answer) -> std::vector<std::size_t> {
    std::vector<std::size_t> out;
    for (auto const line : split(trim(answer), '\n'))
      if (!line.empty()) out.push_back(static_cast<std::size_t>(*parse_unsigned(line, rows * 9)));
    return out;
  }
  auto packets_in(std::string_view table, std::string const& condition) -> std::size_t {
    auto const sum = table == "ports" || table == "places"
                         ? fmt::format("sumMerge(packets) from {}",
                                       table == "ports" ? "port_hour" : "place_hour")
                         : fmt::format("sum(packets) from {}", table);
    return numbers_in(ask(fmt::format("select {} where {}", sum, condition))).front();
  }

  filter::invented::names names_;
  recognise::fingerprint_table fingerprints_;
  recognise::scanner_list scanners_;
  stored_numbers numbers_;
  std::unique_ptr<block_context> context_;
  std::unique_ptr<net::packet_batch> batch_ = std::make_unique<net::packet_batch>();
  std::unique_ptr<recognise::tag_columns> tags_ = std::make_unique<recognise::tag_columns>();
};

TEST_F(FilterStore, SelectsThePacketsThatThePredicateSelects) {
  random_source random{3};
  std::size_t some = 0;
  for (int i = 0; i < 150; ++i) {
    auto const of = invent(random, target::packets);
    auto const where = bind(of);
    auto const found = numbers_in(ask(fmt::format(
        "select wire_length from (select wire_length from packets where {} union all select "
        "wire_length from packets6 where {}) order by wire_length",
        where.condition(stored_table::packets), where.condition(stored_table::packets6))));
    auto const expected = kept(of);
    ASSERT_EQ(found, expected) << to_text(of) << '\n' << where.condition(stored_table::packets);
    some += !expected.empty() && expected.size() < rows ? 1 : 0;
  }
  EXPECT_GT(some, 60U);
}

/// Filters of the fields that rollups have.
constexpr std::array<std::string_view, 17> coarse = {
    "port == 3",
    "port in 1..2 and country == none and src != 198.51.100.7",
    "port < 4 and sensor == north and not port == 2",
    "port == 1 and (protocol == udp or protocol == tcp)",
    "port in {1, 3} and class == scan",
    "dst.port == 3",
    "dst.port in 1..4 and not protocol == udp",
    "protocol in {icmp, none}",
    "country == none",
    "as != none or sensor == north",
    "src == 198.51.100.0/26 and dst.port < 3",
    "src in {198.51.100.7, 2001:db8::/124}",
    "ip.version == 6 and dst.port != 1",
    "not ip.version == 4",
    "src == 0.0.0.0/0 and protocol == tcp",
    "class == scan and port == 2",
    "flag == syn or icmp.type == 3 or tool == mirai or dst == 198.51.100.16/28"};

TEST_F(FilterStore, CountsTheSameInEveryTableThatAnswers) {
  using enum stored_table;
  struct {
    stored_table four, six;
    std::string_view name_four, name_six;
  } const tables[] = {{tuples, tuples6, "tuples", "tuples6"},
                      {sources, sources6, "source_hour", "source6_hour"},
                      {ports, ports, "ports", ""},
                      {places, places, "places", ""}};
  std::size_t asked = 0;
  for (auto const text : coarse) {
    auto const of = *filter::parse(text);
    auto const where = bind(of);
    for (auto const& each : tables) {
      if (!where.is_answered_by(each.four)) continue;
      auto found = packets_in(each.name_four, where.condition(each.four));
      if (!each.name_six.empty()) found += packets_in(each.name_six, where.condition(each.six));
      EXPECT_EQ(found, kept(of).size()) << text << " in " << each.name_four;
      ++asked;
    }
  }
  EXPECT_GE(asked, 25U);
}

TEST_F(FilterStore, TakesPortsApart) {
  auto const texts = [&](std::string_view text) {
    std::vector<std::string> out;
    for (auto const& each : bind(*filter::parse(text)).apart_by_port())
      out.push_back(to_text(each.expression()));
    return out;
  };
  using strings = std::vector<std::string>;
  EXPECT_EQ(texts("port == 3"), (strings{"dst.port == 3", "src.port == 3 and dst.port != 3"}));
  EXPECT_EQ(texts("protocol == tcp and port in {1, 3}"),
            (strings{"dst.port in {1, 3} and protocol == tcp",
                     "src.port in {1, 3} and dst.port not in {1, 3} and protocol == tcp"}));
  for (auto const* const other : {"dst.port == 3", "port != 3", "not port == 3",
                                  "port == 3 or protocol == tcp", "protocol == tcp"})
    EXPECT_EQ(texts(other), strings{}) << other;
}

/// A key, and what belongs to it: counted row by row.
struct slow_counts {
  std::uint64_t packets = 0, bytes = 0;
  std::set<net::address> sources;
};

struct slow_tables {
  slow_counts whole;
  std::map<std::uint8_t, slow_counts> by_protocol;
  std::map<net::address, slow_counts> by_source;
};

auto count_slowly(net::packet_batch const& packets, std::vector<std::size_t> const& rows)
    -> slow_tables {
  slow_tables out;
  for (auto const row : rows) {
    bool const has_ip = !packets.has(row, net::attribute::no_ip);
    auto const source = packets.source_address(row);
    for (auto* const to : {&out.whole, &out.by_protocol[packets.ip_protocol[row]]}) {
      ++to->packets;
      to->bytes += packets.wire_length[row];
      if (has_ip) to->sources.insert(source);
    }
    if (has_ip) ++out.by_source[source].packets;
  }
  return out;
}

TEST_F(FilterStore, GivesStatisticsOfWhatItSelects) {
  random_source random{5};
  std::vector<filter::expression> all;
  for (auto const text : coarse) all.push_back(*filter::parse(text));
  for (int i = 0; i < 6; ++i) all.push_back(invent(random, target::packets));
  for (auto const& of : all) {
    packet_filter filter;
    filter.where = std::make_shared<stored_filter const>(bind(of));
    auto [whole, by_protocol, by_source] = count_slowly(*batch_, kept(of));
    for (bool const is_exact : {false, true}) {
      count_options options;
      options.has_exact_sources = is_exact;
      auto const found = count_all(*engine_, filter, options);
      ASSERT_TRUE(found) << found.error().message << to_text(of);
      EXPECT_EQ(found->packets, whole.packets) << to_text(of);
      EXPECT_EQ(found->bytes, whole.bytes) << to_text(of);
      EXPECT_EQ(found->sources, whole.sources.size()) << to_text(of);
      auto const protocols = count_by(*engine_, filter, group_by::protocol, options);
      ASSERT_TRUE(protocols) << protocols.error().message;
      EXPECT_EQ(protocols->rows.size(), by_protocol.size());
      for (auto const& row : protocols->rows) {
        auto const& expected = by_protocol[row.key.ip_protocol];
        EXPECT_EQ(row.packets, expected.packets) << to_text(of);
        EXPECT_EQ(row.sources, expected.sources.size()) << to_text(of);
      }
    }
    auto const sources = count_by(*engine_, filter, group_by::source, {});
    ASSERT_TRUE(sources) << sources.error().message;
    EXPECT_EQ(sources->rows.size(), by_source.size()) << to_text(of);
    for (auto const& row : sources->rows)
      EXPECT_EQ(row.packets, by_source[row.key.source].packets) << to_text(of);
    for (auto const by : {group_by::port, group_by::country, group_by::as, group_by::hour,
                          group_by::day, group_by::sensor}) {
      auto const rows_by = count_by(*engine_, filter, by, {});
      ASSERT_TRUE(rows_by) << rows_by.error().message << to_text(of);
      std::uint64_t sum = 0;
      for (auto const& row : rows_by->rows) sum += row.packets;
      if (by != group_by::port) {
        EXPECT_EQ(sum, whole.packets) << to_text(of);
      }
    }
    auto const profile = profile_of(*engine_, *net::prefix::parse("198.51.100.0/26"), filter, {});
    ASSERT_TRUE(profile) << profile.error().message;
    packet_selection selection;
    selection.where = filter.where;
    auto const chosen = chosen_packets::find(*engine_, selection, {});
    ASSERT_TRUE(chosen) << chosen.error().message;
    EXPECT_EQ(chosen->packets(), whole.packets) << to_text(of);
  }
}

template <class Event>
auto matching(std::vector<Event> const& events, filter::event_predicate const& wanted)
    -> std::vector<std::size_t> {
  std::vector<std::size_t> out;
  for (auto const& each : events)
    if (wanted.matches(each)) out.push_back(each.packets);
  return out;
}

TEST_F(FilterStore, SelectsTheEventsThatThePredicateSelects) {
  random_source random{9};
  std::vector<telescope::scan_event> events;
  std::vector<telescope::dos_event> attacks;
  for (std::uint32_t i = 0; i < 500; ++i) {
    events.push_back(filter::invented::invent_event(random, i));
    events.back().first = events.back().first - std::chrono::microseconds{i};  // no two the same
    attacks.push_back(filter::invented::invent_attack(random, i));
    attacks.back().first = attacks.back().first - std::chrono::microseconds{i};
  }
  observation_writer into{engine_, *context_};
  ASSERT_TRUE(into.finish(1, 1, [&](observation_writer& writer) -> status {
    for (auto const& each : events) KIZASHI_TRY(writer.add(each, each.pattern));
    for (auto const& each : attacks) KIZASHI_TRY(writer.add(each));
    return {};
  }));
  std::size_t some = 0;
  for (int i = 0; i < 160; ++i) {
    bool const is_event = i % 2 == 0;
    auto const to = is_event ? target::events : target::attacks;
    auto const of = invent(random, to);
    auto const wanted = filter::event_predicate::make(of, to, context());
    ASSERT_TRUE(wanted) << wanted.error().message;
    auto const table = is_event ? stored_table::events : stored_table::attacks;
    auto const condition = bind(of, to).condition(table);
    auto const found =
        numbers_in(ask(fmt::format("select packets from {} final where {} order by "
                                   "packets",
                                   is_event ? "events" : "attacks", condition)));
    auto const expected = is_event ? matching(events, *wanted) : matching(attacks, *wanted);
    ASSERT_EQ(found, expected) << to_text(of) << '\n' << condition;
    some += !expected.empty() && expected.size() < 500 ? 1 : 0;
  }
  EXPECT_GT(some, 60U);
}

}  // namespace
}  // namespace kizashi::store
