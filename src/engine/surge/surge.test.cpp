#include "kizashi/engine/surge/surge.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <map>
#include <optional>

#include <gtest/gtest.h>

#include "kizashi/engine/internal/test_windows.hpp"
#include "kizashi/engine/surge/count_tails.hpp"
#include "kizashi/engine/surge/service_history.hpp"

namespace kizashi::engine {
namespace {

using namespace std::chrono_literals;
using surge_settings = std::vector<std::pair<std::string, std::string>>;

/// The probabilities of all counts added up, by the plainest means.
[[nodiscard]] auto summed_tail(int count, double mean, double size) -> double {
  double tail = 0;
  for (int n = count; n < count + 4000; ++n)
    tail += std::exp(std::lgamma(n + size) - std::lgamma(size) - std::lgamma(n + 1.0) +
                     n * std::log(mean / (mean + size)) + size * std::log(size / (mean + size)));
  return std::log10(tail);
}

TEST(count_tails, are_the_sums_of_the_probabilities) {
  for (double const mean : {0.01, 0.5, 4.0, 60.0})
    for (double const size : {0.3, 1.0, 2.0, 50.0})
      for (int const count : {1, 2, 5, 20, 150}) {
        auto const slow = std::max(summed_tail(count, mean, size), -300.0);
        EXPECT_NEAR(log10_negative_binomial_tail(count, mean, size), slow,
                    1e-6 + 1e-6 * std::abs(slow))
            << count << " " << mean << " " << size;
      }
  // Nearly Poisson: P(N >= 10 | 2) = 4.6498e-5.
  EXPECT_NEAR(log10_negative_binomial_tail(10, 2, 1e9), std::log10(4.6498e-5), 1e-4);
  EXPECT_EQ(log10_negative_binomial_tail(0, 2, 1), 0);
  EXPECT_EQ(log10_negative_binomial_tail(1e9, 1, 1e7), -300);
  EXPECT_NEAR(log10_normal_tail(0), std::log10(0.5), 1e-12);
  EXPECT_NEAR(log10_normal_tail(5.6120), -8, 1e-3);
  EXPECT_NEAR(log10_normal_tail(31), -210.559, 0.01);
  EXPECT_EQ(log10_normal_tail(1000), -300);
}

/// Counts by service become a window with that many sources in different networks.
using service_counts = std::map<service, std::uint32_t>;

[[nodiscard]] auto window_with(service_counts const& counts, timestamp at) -> activity_window {
  activity_window out;
  out.sensor = "north";
  out.start = at;
  out.length = 10min;
  for (auto const& [where, many] : counts)
    for (std::uint32_t i = 0; i < many; ++i) {
      auto const source = static_cast<std::uint32_t>(out.sources.size());
      out.sources.push_back({net::ipv4{0x01000000 + source * 256}, 0});
      out.rows.push_back({source, 1, source + 1, where.port, where.protocol});
    }
  out.packets = out.rows.size();
  return out;
}

/// A sensor whose ports have the counts of many kinds: negative binomial, with a day, lognormal,
/// and a few ports at random.
class noisy_sensor {
public:
  explicit noisy_sensor(std::uint64_t seed, std::uint32_t random_ports = 5)
      : chance_{seed}, random_ports_{random_ports} {}

  [[nodiscard]] auto next(timestamp at) -> service_counts {
    service_counts out;
    auto const hour = static_cast<double>(at.nanoseconds() / 60'000'000'000 % 1440) / 60;
    auto const day = 1 + 0.5 * std::cos(hour / 24 * 6.2831853);
    for (std::uint16_t i = 0; i < 12; ++i) {
      out[{6, static_cast<std::uint16_t>(100 + i)}] =
          test::negative_binomial(chance_, 0.2 * (1 << i / 2), 0.5 + i % 4);
      out[{6, static_cast<std::uint16_t>(200 + i)}] = test::poisson(chance_, day * (2 + 3 * i));
      out[{17, static_cast<std::uint16_t>(300 + i)}] = test::poisson(
          chance_, (0.2 + 0.7 * i) * std::exp((0.2 + 0.05 * i) * test::gaussian(chance_)));
    }
    for (std::uint32_t i = 0; i < random_ports_; ++i)
      ++out[{6, static_cast<std::uint16_t>(1024 + chance_.below(60'000))}];
    return out;
  }
  [[nodiscard]] auto chance() -> random_source& { return chance_; }

private:
  random_source chance_;
  std::uint32_t random_ports_;
};

#ifndef KIZASHI_SANITIZED  // half a minute there, and no line that others do not run
TEST(surge_engine, keeps_the_stated_false_alarms_for_a_quarter) {
  auto const engine = test::made("surge");
  noisy_sensor sensor{1};
  finding_list out;
  auto at = test::monday;
  for (int i = 0; i < 13 * 1008; ++i, at = at + 10min)
    ASSERT_TRUE(engine->observe(window_with(sensor.next(at), at), out));
  EXPECT_LE(out.all.size(), 13U);
  for (auto const& each : out.all) {
    EXPECT_TRUE(check(each));
    if (out.all.size() > 13) ADD_FAILURE() << each.reason;
  }
}
#endif

/// Sources at tcp/3389 as NB(4, 2), and from `begin` on an outbreak that doubles in six hours up to
/// 500.
struct outbreak_outcome {
  std::optional<timestamp> alerted;
  timestamp crossed;  ///< expected sources are five times the median
  std::size_t false_alarms = 0;
};

[[nodiscard]] auto play_outbreak(std::uint64_t seed, surge_settings const& options)
    -> outbreak_outcome {
  auto const engine = test::made("surge", options);
  noisy_sensor sensor{seed, 5};
  outbreak_outcome result;
  auto const begin = test::monday + 5 * 24h;
  auto const growth = 6.0 / std::log(2.0);  // hours
  finding_list out;
  bool has_crossed = false;
  for (auto at = test::monday; at < begin + 72h; at = at + 10min) {
    auto counts = sensor.next(at);
    auto const hours = static_cast<double>((at - begin).count()) / 3.6e12;
    auto const extra = hours < 0 ? 0 : 500 / (1 + 499 * std::exp(-hours / growth));
    counts[{6, 3389}] =
        test::negative_binomial(sensor.chance(), 4, 2) + test::poisson(sensor.chance(), extra);
    if (!has_crossed && 4 + extra > 15) {  // the median of NB(4, 2) is 3
      has_crossed = true;
      result.crossed = at;
    }
    auto const before = out.all.size();
    EXPECT_TRUE(engine->observe(window_with(counts, at), out));
    for (auto i = before; i < out.all.size(); ++i) {
      if (out.all[i].services[0] == service{6, 3389} && at >= begin)
        result.alerted = result.alerted ? *result.alerted : at;
      else
        ++result.false_alarms;
    }
  }
  return result;
}

TEST(surge_engine, sees_an_outbreak_at_a_busy_port_at_once) {
  for (std::uint64_t seed = 1; seed <= 6; ++seed) {
    auto const seen = play_outbreak(seed, {});
    ASSERT_TRUE(seen.alerted) << seed;
    EXPECT_LE(*seen.alerted, seen.crossed + 20min) << seed;
    EXPECT_LE(seen.false_alarms, 1U) << seed;
  }
}

TEST(surge_engine, sees_few_sources_at_a_port_that_nobody_knew) {
  auto const engine = test::made("surge");
  noisy_sensor sensor{3};
  finding_list out;
  auto at = test::monday;
  for (int i = 0; i < 1008; ++i, at = at + 10min)
    ASSERT_TRUE(engine->observe(window_with(sensor.next(at), at), out));
  auto counts = sensor.next(at);
  counts[{17, 53413}] = 6;
  auto const before = out.all.size();
  ASSERT_TRUE(engine->observe(window_with(counts, at), out));
  ASSERT_EQ(out.all.size(), before + 1);
  auto const& found = out.all.back();
  EXPECT_EQ(found.kind, kind::surge);
  EXPECT_EQ(found.services, (std::vector<service>{{17, 53413}}));
  EXPECT_EQ(found.source_count, 6U);
  EXPECT_EQ(found.sources.size(), 6U);
  EXPECT_EQ(found.first, at);
  EXPECT_EQ(found.reason.substr(0, 55), "6 networks asked for udp/53413 within 10 minutes where ");
}

// A port at which some sources more come each few hours, spread over a day: no interval is
// remarkable.
TEST(surge_engine, sees_what_grows_too_slowly_for_one_interval) {
  auto const engine = test::made("surge");
  noisy_sensor sensor{4};
  finding_list out;
  auto at = test::monday;
  for (int i = 0; i < 5 * 144; ++i, at = at + 10min) {
    auto counts = sensor.next(at);
    counts[{6, 5555}] = test::poisson(sensor.chance(), 0.4);
    ASSERT_TRUE(engine->observe(window_with(counts, at), out));
  }
  auto const begin = at;
  std::optional<duration> delay;
  for (int i = 0; i < 72 && !delay; ++i, at = at + 10min) {
    auto counts = sensor.next(at);
    counts[{6, 5555}] = test::poisson(sensor.chance(), 2.0);  // five times the usual
    auto const before = out.all.size();
    ASSERT_TRUE(engine->observe(window_with(counts, at), out));
    for (auto j = before; j < out.all.size(); ++j)
      if (out.all[j].services[0] == service{6, 5555}) delay = at - begin;
  }
  ASSERT_TRUE(delay);
  EXPECT_LE(*delay, duration{6h});
}

TEST(surge_engine, tells_once_and_again_when_it_is_worse) {
  auto const engine = test::made("surge");
  finding_list out;
  auto at = test::monday;
  auto const show = [&](std::uint32_t many, int times) {
    for (int i = 0; i < times; ++i, at = at + 10min)
      ASSERT_TRUE(engine->observe(window_with({{{6, 80}, 3}, {{6, 7}, many}}, at), out));
  };
  show(0, 200);
  show(8, 5);
  ASSERT_EQ(out.all.size(), 2U);  // low, and as more comes together higher
  auto const told = out.all.size();
  show(8, 50);
  EXPECT_LE(out.all.size(), told + 1);
  show(2000, 1);
  EXPECT_EQ(out.all.back().level, finding_level::critical);
  EXPECT_EQ(out.all.back().first, out.all.front().first);
  EXPECT_EQ(out.all.back().id(), out.all.front().id());
}

TEST(surge_engine, counts_networks_and_leaves_known_scanners_out) {
  auto const engine = test::made("surge");
  finding_list out;
  auto at = test::monday;
  for (int i = 0; i < 200; ++i, at = at + 10min)
    ASSERT_TRUE(engine->observe(window_with({{{6, 80}, 3}}, at), out));
  test::window_maker one_network{at, 10min};
  for (std::uint32_t i = 0; i < 100; ++i) one_network.add(0x01020300 + i, {{6, 7}});
  ASSERT_TRUE(engine->observe(one_network.done(), out));
  test::window_maker scanners{at + 10min, 10min};
  for (std::uint32_t i = 0; i < 100; ++i) scanners.add(0x01020300 + i * 256, {{6, 8}}, 5);
  ASSERT_TRUE(engine->observe(scanners.done(), out));
  EXPECT_TRUE(out.all.empty());
}

TEST(surge_engine, has_the_ratio_rule_for_comparison) {
  auto const engine = test::made("surge", {{"surge.mode", "compatible"}});
  finding_list out;
  auto at = test::monday;
  for (int i = 0; i < 200; ++i, at = at + 10min)
    ASSERT_TRUE(engine->observe(window_with({{{6, 80}, 4}}, at), out));
  ASSERT_TRUE(engine->observe(window_with({{{6, 80}, 19}}, at), out));
  EXPECT_TRUE(out.all.empty());
  ASSERT_TRUE(engine->observe(window_with({{{6, 80}, 25}}, at + 10min), out));
  ASSERT_EQ(out.all.size(), 1U);
  EXPECT_NEAR(out.all[0].score, 25 / 4.1, 0.2);
}

TEST(surge_engine, does_not_ask_in_which_order_sources_stand) {
  finding_list one;
  finding_list other;
  auto const a = test::made("surge");
  auto const b = test::made("surge");
  random_source chance{6};
  auto at = test::monday;
  for (int i = 0; i < 300; ++i, at = at + 10min) {
    service_counts counts{{{6, 80}, test::poisson(chance, 5)}};
    if (i > 250) counts[{6, 81}] = 9;
    auto window = window_with(counts, at);
    ASSERT_TRUE(a->observe(window, one));
    for (auto& row : window.rows)
      row.source = static_cast<std::uint32_t>(window.sources.size() - 1 - row.source);
    ASSERT_TRUE(b->observe(window, other));
  }
  ASSERT_EQ(one.all.size(), other.all.size());
  EXPECT_EQ(test::saved(*a), test::saved(*b));
}

TEST(surge_engine, says_that_there_is_not_enough_data) {
  auto const engine = test::made("surge");
  finding_list out;
  ASSERT_TRUE(engine->observe(window_with({}, test::monday), out));
  ASSERT_TRUE(engine->finish(out));
  ASSERT_EQ(out.all.size(), 1U);
  EXPECT_EQ(out.all[0].reason, "Not enough data: 1 intervals of 10min were seen, 145 are needed.");
}

TEST(surge_engine, goes_on_from_a_state_as_if_nothing_had_been) {
  noisy_sensor sensor{9};
  auto const whole = test::made("surge");
  auto part = test::made("surge");
  finding_list of_whole;
  finding_list of_part;
  auto at = test::monday;
  for (int i = 0; i < 500; ++i, at = at + 10min) {
    auto counts = sensor.next(at);
    if (i >= 300 && i < 320) counts[{6, 7777}] = 10;
    auto const window = window_with(counts, at);
    ASSERT_TRUE(whole->observe(window, of_whole));
    ASSERT_TRUE(part->observe(window, of_part));
    if (i % 83 == 0) {
      auto next = test::made("surge");
      auto const done = test::restored(*next, test::saved(*part));
      ASSERT_TRUE(done) << done.error().message;
      part = std::move(next);
    }
  }
  EXPECT_FALSE(of_whole.all.empty());
  EXPECT_EQ(of_whole.all.size(), of_part.all.size());
  EXPECT_EQ(test::saved(*whole), test::saved(*part));
}

// What sleeps learns what it slept through: nearly the same as if it had been looked after.
TEST(service_history, sleeps_without_forgetting_more_than_when_awake) {
  learnt_weight weight;
  service_history awake{{6, 1}};
  service_history sleeper{{6, 1}};
  std::uint64_t interval = 0;
  auto const step = [&](std::uint32_t count, bool is_asleep) {
    weight.units = weight.units * weight.kept + 1;
    ++interval;
    awake.push(count, 0);
    awake.learn(weight);
    if (is_asleep) return;
    sleeper.push(count, 0);
    sleeper.learn(weight);
  };
  for (std::uint32_t i = 0; i < 300; ++i) step(i % 3, false);
  for (int i = 0; i < 40; ++i) step(0, false);
  ASSERT_TRUE(sleeper.is_silent());
  sleeper.sleep(weight, interval);
  for (int i = 0; i < 500; ++i) step(0, true);
  sleeper.wake(weight, interval);
  EXPECT_NEAR(sleeper.mean(weight), awake.mean(weight), 1e-9);
  for (auto* each : {&awake, &sleeper}) each->push(9, 0);
  EXPECT_NEAR(sleeper.judge(weight).score, awake.judge(weight).score, 1.5);
}

}  // namespace
}  // namespace kizashi::engine
