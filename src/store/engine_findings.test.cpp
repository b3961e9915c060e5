#include "kizashi/store/engine_findings.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "kizashi/store/internal/temporary_store.hpp"
#include "kizashi/store/schema.hpp"
#include "kizashi/store/stored_findings.hpp"

namespace kizashi::store {
namespace {

using kizashi::engine::finding;
using kizashi::engine::finding_level;

constexpr std::int64_t finding_hour = 3'600'000'000'000;

/// With something in every member, of the first hours of 2026-01-15.
auto whole_finding(std::int64_t at_hour = 0) -> finding {
  finding out;
  out.engine = "surge";
  out.engine_version = 3;
  out.sensor = "north";
  out.kind = "surge";
  out.first = *timestamp::parse("2026-01-15T00:00:00Z") + duration{at_hour * finding_hour};
  out.last = out.first + duration{finding_hour};
  out.services = {{6, 23}, {17, 53413}};
  out.source_count = 3;
  out.sources = {net::ipv4{0x01020304}, net::ipv6{0x20010db8'00000000, 7}};
  out.score = 12.5;
  out.threshold = 4.25;
  out.confidence = 0.875;
  out.level = finding_level::high;
  out.values = {{"ratio", 3.5}, {"who", std::string{"it's \t new"}}, {"zero", 0.0}};
  out.series = {
      {"sources", out.first - duration{finding_hour}, std::chrono::minutes{10}, {1, 2.5, 3}},
      {"nothing", out.first, std::chrono::minutes{1}, {}},
      {"expected", out.first, std::chrono::minutes{10}, {0.125}}};
  out.engines = {"graph", "surge"};
  out.sensors = {"north", "south"};
  out.reason = "More sources than usual.";
  return out;
}

class EngineFindings : public internal::StoreTest {
protected:
  void SetUp() override {
    internal::StoreTest::SetUp();
    if (IsSkipped()) return;
    ASSERT_TRUE(prepare_schema(*engine_));
  }
  void keep(std::vector<finding> const& all, std::uint64_t number = 0) {
    engine_finding_writer to{engine_};
    for (auto const& each : all) to.add(each, number++);
    auto const done = to.flush();
    ASSERT_TRUE(done) << done.error().message;
  }
};

TEST_F(EngineFindings, AreColumnsThatAnybodyCanRead) {
  auto const found = whole_finding();
  keep({found}, 17);
  EXPECT_EQ(ask("select lower(hex(id)), number, first, last, engine, engine_version, sensor, kind, "
                "level from findings final"),
            fmt::format("{}\t17\t1768435200000000\t1768438800000000\tsurge\t3\tnorth\tsurge\t3\n",
                        kizashi::engine::id_text(found.id())));
  EXPECT_EQ(ask("select service_protocols, service_ports, source_count, arrayMap(x -> "
                "IPv6NumToString(x), sources), score, threshold, confidence from findings final"),
            "[6,17]\t[23,53413]\t3\t['::ffff:1.2.3.4','2001:db8::7']\t12.5\t4.25\t0.875\n");
  EXPECT_EQ(ask("select evidence_names, evidence_numbers, evidence_words, evidence_in_words from "
                "findings final"),
            "['ratio','who','zero']\t[3.5,0,0]\t['','it\\'s \\t new','']\t[0,1,0]\n");
  EXPECT_EQ(ask("select series_names, series_starts, series_steps, series_lengths, series_values "
                "from findings final"),
            "['sources','nothing','expected']\t[1768431600000000,1768435200000000,"
            "1768435200000000]\t[600000000,60000000,600000000]\t[3,0,1]\t[1,2.5,3,0.125]\n");
  EXPECT_EQ(ask("select engines, sensors, reason from findings final"),
            "['graph','surge']\t['north','south']\tMore sources than usual.\n");
}

TEST_F(EngineFindings, AreReplacedByTheirNews) {
  auto before = whole_finding();
  auto news = before;
  news.source_count = 90;
  ASSERT_EQ(before.id(), news.id());
  keep({before, news});
  EXPECT_EQ(ask("select source_count from findings final"), "90\n");
  keep({before, news});  // told again: nothing changes
  keep({before}, 0);     // nor by what had been told before the news
  EXPECT_EQ(ask("select source_count from findings final"), "90\n");
  keep({before}, 2);
  EXPECT_EQ(ask("select source_count, number from findings final"), "3\t2\n");
}

/// Everything of a finding, to compare.
auto bytes_of_finding(finding const& of) -> std::string {
  std::string bytes;
  state_writer out{[&](std::string_view more) -> status {
                     bytes += more;
                     return {};
                   },
                   1};
  out.begin("finding");
  kizashi::engine::write_finding(out, of);
  out.end();
  EXPECT_TRUE(out.finish());
  return bytes;
}

TEST_F(EngineFindings, ComeBackAsTheyWere) {
  auto bare = finding{};
  bare.engine = "nmf";
  bare.first = timestamp::unknown();
  bare.last = timestamp::unknown();
  for (auto const& each : {whole_finding(), bare}) {
    keep({each}, 5);
    auto const back = find_finding(*engine_, each.id(), {});
    ASSERT_TRUE(back) << back.error().message;
    ASSERT_TRUE(*back);
    EXPECT_EQ((*back)->id, each.id());
    EXPECT_EQ((*back)->number, 5U);
    EXPECT_EQ(bytes_of_finding((*back)->found), bytes_of_finding(each));
  }
  EXPECT_FALSE(*find_finding(*engine_, 1, {}));
  EXPECT_EQ(*next_finding_number(*engine_), 6U);
}

/// Ten findings that differ in all that can be asked for.
auto ten_findings() -> std::vector<finding> {
  std::vector<finding> out;
  for (unsigned i = 0; i < 10; ++i) {
    auto each = whole_finding(i / 2);
    each.engine = i % 3 == 0 ? "surge" : "nmf";
    each.kind = i % 4 == 0 ? "surge" : "group";
    each.sensor = i % 5 == 0 ? "" : i % 2 == 0 ? "north" : "south";
    each.sensors = i == 0   ? std::vector<std::string>{"north", "south"}
                   : i == 5 ? std::vector<std::string>{"north", "west"}
                            : std::vector<std::string>{};
    each.level = static_cast<finding_level>(i % 5);
    each.services = {{6, static_cast<std::uint16_t>(20 + i)}, {17, 53}};
    each.sources.clear();
    for (unsigned s = 0; s < 30; ++s) each.sources.push_back(net::ipv4{(10U + i) << 24 | s});
    each.source_count = 40;
    out.push_back(std::move(each));
  }
  return out;
}

class FindingList : public EngineFindings {
protected:
  void SetUp() override {
    EngineFindings::SetUp();
    if (IsSkipped()) return;
    all_ = ten_findings();
    keep(all_);
  }
  /// Which of them a list has: their places, ascending.
  auto places(finding_request const& asked) -> std::vector<std::size_t> {
    auto const listed = list_findings(*engine_, asked);
    EXPECT_TRUE(listed) << listed.error().message;
    return listed ? places_of(listed->rows) : std::vector<std::size_t>{};
  }
  auto places_of(std::vector<stored_finding> const& rows) -> std::vector<std::size_t> {
    std::vector<std::size_t> out;
    for (auto const& row : rows)
      for (std::size_t i = 0; i < all_.size(); ++i)
        if (all_[i].id() == row.id) out.push_back(i);
    std::ranges::sort(out);
    return out;
  }
  /// What should be in it, the slow way.
  template <class Wanted>
  auto expected(Wanted wanted) -> std::vector<std::size_t> {
    std::vector<std::size_t> out;
    for (std::size_t i = 0; i < all_.size(); ++i)
      if (wanted(all_[i])) out.push_back(i);
    return out;
  }
  std::vector<finding> all_;
};

TEST_F(FindingList, ChoosesByEverythingThatCanBeAskedFor) {
  auto const begin = all_[0].first;
  EXPECT_EQ(places({.from = begin + duration{2 * finding_hour},
                    .to = begin + duration{4 * finding_hour}}),
            (std::vector<std::size_t>{4, 5, 6, 7}));
  EXPECT_EQ(places({.engines = {"surge"}}),
            expected([](finding const& f) { return f.engine == "surge"; }));
  EXPECT_EQ(places({.kinds = {"surge", "group"}}).size(), 10U);
  EXPECT_EQ(places({.kinds = {"surge"}}),
            expected([](finding const& f) { return f.kind == "surge"; }));
  EXPECT_EQ(places({.sensors = {"north"}}), expected([](finding const& f) {
              return f.sensor == "north" || std::ranges::count(f.sensors, "north") > 0;
            }));
  EXPECT_EQ(places({.least = finding_level::high}),
            expected([](finding const& f) { return f.level >= finding_level::high; }));
  EXPECT_EQ(places({.at = kizashi::engine::service{6, 23}}), (std::vector<std::size_t>{3}));
  EXPECT_EQ(places({.at = kizashi::engine::service{17, 23}}), (std::vector<std::size_t>{}));
  EXPECT_EQ(places({.source = *net::prefix::parse("12.0.0.7")}), (std::vector<std::size_t>{2}));
  EXPECT_EQ(places({.source = *net::prefix::parse("12.0.0.0/7")}),
            (std::vector<std::size_t>{2, 3}));
  EXPECT_EQ(places({.kinds = {"it's"}}), (std::vector<std::size_t>{}));
}

TEST_F(FindingList, ComesByPagesInBothOrders) {
  for (bool const is_newest_first : {true, false}) {
    finding_request asked{.rows = 3, .is_newest_first = is_newest_first};
    std::vector<stored_finding> rows;
    for (int pages = 0; pages < 4; ++pages) {
      auto const listed = list_findings(*engine_, asked);
      ASSERT_TRUE(listed) << listed.error().message;
      EXPECT_EQ(listed->next.empty(), pages == 3);
      rows.insert(rows.end(), listed->rows.begin(), listed->rows.end());
      asked.after = listed->next;
    }
    ASSERT_EQ(rows.size(), 10U);
    EXPECT_EQ(places_of(rows).size(), 10U);
    for (std::size_t i = 1; i < rows.size(); ++i) {
      auto const key = [](stored_finding const& of) { return std::pair{of.found.first, of.id}; };
      EXPECT_EQ(key(rows[i]) < key(rows[i - 1]), is_newest_first);
    }
  }
  auto const wrong = list_findings(*engine_, {.after = {1, 2, 3}});
  ASSERT_FALSE(wrong);
  EXPECT_EQ(wrong.error().message, "the place of the page is not one of this list");
}

TEST_F(FindingList, HasTheStrongestFirst) {
  auto const add = [&](std::int64_t hour, auto change) {
    auto each = whole_finding(hour);
    change(each);
    all_.push_back(std::move(each));
  };
  add(20, [](finding& f) { f.level = finding_level::critical, f.confidence = 0.99; });
  add(21, [](finding& f) {
    f.level = finding_level::critical, f.confidence = 0.99, f.engines = {"a", "b", "c"};
  });
  add(22, [](finding& f) {
    f.kind = kizashi::engine::kind::shortage, f.level = finding_level::critical, f.confidence = 1;
  });
  keep(all_);
  auto const listed = list_findings(*engine_, {.rows = 4, .is_strongest_first = true});
  ASSERT_TRUE(listed) << listed.error().message;
  std::vector<std::uint64_t> ids;
  for (auto const& row : listed->rows) ids.push_back(row.id);
  EXPECT_EQ(ids,
            (std::vector<std::uint64_t>{all_[11].id(), all_[10].id(), all_[9].id(), all_[4].id()}));
  EXPECT_TRUE(listed->next.empty());
}

TEST_F(FindingList, IsCountedByLevelAndEngine) {
  auto short_of = whole_finding(30);
  short_of.kind = kizashi::engine::kind::shortage;
  short_of.engine = "glasso";
  keep({short_of}, 100);
  auto const all = tally_findings(*engine_, {});
  ASSERT_TRUE(all) << all.error().message;
  EXPECT_EQ(all->by_level, (std::array<std::uint64_t, 5>{2, 2, 2, 2, 2}));
  EXPECT_EQ(all->shortages, 1U);
  EXPECT_EQ(all->engines, (std::vector<std::string>{"glasso", "nmf", "surge"}));
  finding_request asked{.engines = {"surge"}};
  asked.scope.sensors = {"north"};
  auto const mine = tally_findings(*engine_, asked);
  ASSERT_TRUE(mine) << mine.error().message;
  std::array<std::uint64_t, 5> wanted{};
  for (auto const& each : all_)
    if (each.engine == "surge" && each.sensor == "north")
      ++wanted[static_cast<std::size_t>(each.level)];
  EXPECT_EQ(mine->by_level, wanted);
  EXPECT_EQ(mine->shortages, 0U);
  EXPECT_EQ(mine->engines, (std::vector<std::string>{"surge"}));
}

TEST_F(FindingList, LeavesSeriesAndMostSourcesOut) {
  auto const listed = list_findings(*engine_, {.rows = 1});
  ASSERT_TRUE(listed);
  auto const& found = listed->rows.at(0).found;
  EXPECT_EQ(found.sources.size(), most_listed_sources);
  EXPECT_EQ(found.source_count, 40U);
  EXPECT_TRUE(found.series.empty());
  EXPECT_EQ(found.values.size(), 3U);
}

TEST_F(FindingList, TellsNobodyOfOtherSensors) {
  // 0 is of north and south, 5 of north and west.
  EXPECT_EQ(places({.scope = {{"north", "south"}, {}}}),
            expected([&](finding const& f) { return &f != &all_[5]; }));
  EXPECT_EQ(places({.scope = {{"north"}, {}}}),
            expected([](finding const& f) { return f.sensor == "north"; }));
  EXPECT_EQ(places({.sensors = {"south"}, .scope = {{"north"}, {}}}), (std::vector<std::size_t>{}));
  EXPECT_FALSE(*find_finding(*engine_, all_[5].id(), {{"north"}, {}}));
  EXPECT_TRUE(*find_finding(*engine_, all_[0].id(), {{"south", "north"}, {}}));
}

TEST_F(FindingList, TellsNobodyOfOtherSources) {
  finding_scope const mine{{},
                           {*net::prefix::parse("11.0.0.4/31"), *net::prefix::parse("9.0.0.0/8")}};
  EXPECT_EQ(places({.scope = mine}), (std::vector<std::size_t>{1}));
  EXPECT_EQ(places({.source = *net::prefix::parse("11.0.0.5"), .scope = mine}),
            (std::vector<std::size_t>{1}));
  // 11.0.0.6 takes part, too, but nobody of this scope learns of it.
  EXPECT_EQ(places({.source = *net::prefix::parse("11.0.0.6"), .scope = mine}),
            (std::vector<std::size_t>{}));
  auto const back = find_finding(*engine_, all_[1].id(), mine);
  ASSERT_TRUE(back && *back);
  auto const& found = (*back)->found;
  EXPECT_EQ(found.sources,
            (std::vector<net::address>{net::ipv4{11U << 24 | 4}, net::ipv4{11U << 24 | 5}}));
  EXPECT_EQ(found.source_count, 2U);
  EXPECT_TRUE(found.values.empty() && found.series.empty());
  EXPECT_EQ(found.reason, "2 of the sources that you may see take part.");
  EXPECT_FALSE(*find_finding(*engine_, all_[2].id(), mine));
}

/// Refuses what it is told to refuse.
class failing_engine final : public engine {
public:
  explicit failing_engine(std::shared_ptr<engine> inner) : inner_{std::move(inner)} {}
  [[nodiscard]] auto capabilities() const noexcept -> engine_capabilities const& override {
    return inner_->capabilities();
  }
  [[nodiscard]] auto run(std::string_view statement) -> status override {
    return inner_->run(statement);
  }
  [[nodiscard]] auto insert(std::string_view table, native_block const& block,
                            std::string_view token) -> status override {
    if (++inserts == failing) return fail(errc::io_error, "the disk is full");
    return inner_->insert(table, block, token);
  }
  [[nodiscard]] auto ask(question const& asked, answer_sink const& sink) -> status override {
    return inner_->ask(asked, sink);
  }
  [[nodiscard]] auto ask_parquet(question const& asked, std::filesystem::path const& file)
      -> status override {
    return inner_->ask_parquet(asked, file);
  }
  void ask_in(std::string_view database) override { inner_->ask_in(database); }

  int inserts = 0;
  int failing = 0;

private:
  std::shared_ptr<engine> inner_;
};

TEST_F(EngineFindings, AreKeptForTheNextTimeWhenTheStoreFails) {
  auto const behind = std::make_shared<failing_engine>(engine_);
  behind->failing = 2;
  engine_finding_writer to{behind};
  auto const many = static_cast<int>(engine_finding_writer::block_rows) + 5;
  for (int i = 0; i < many; ++i) to.add(whole_finding(i), static_cast<std::uint64_t>(i));
  auto const failed = to.flush();
  ASSERT_FALSE(failed);
  EXPECT_EQ(failed.error().message, "the disk is full");
  EXPECT_EQ(ask("select count() from findings"), "1000\n");
  ASSERT_TRUE(to.flush());
  EXPECT_EQ(ask("select count() from findings"), "1005\n");
  ASSERT_TRUE(to.flush());
  EXPECT_EQ(behind->inserts, 3);
}

}  // namespace
}  // namespace kizashi::store
