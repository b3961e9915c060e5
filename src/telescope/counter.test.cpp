// The counter against a slow twin that keeps every packet and counts with std::set.
#include "kizashi/telescope/counter.hpp"

#include <algorithm>
#include <cstdlib>
#include <map>
#include <memory>
#include <set>
#include <tuple>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "kizashi/base/random.hpp"
#include "kizashi/telescope/batch_totals.hpp"
#include "kizashi/telescope/window_merger.hpp"

namespace kizashi::telescope {
namespace {

using net::attribute;
using port_key = std::pair<int, std::uint16_t>;

struct seen_packet {
  std::int64_t time;
  net::address source;
  net::address destination;
  int ip_protocol;
  std::uint16_t port;
  std::uint8_t flags;
  std::uint32_t wire_length;
  bool has_ports;
};

struct behaviour {
  std::uint64_t seed = 1;
  int packets = 20000;
  std::uint32_t sources = 300;
  std::uint32_t destinations = 200;
  std::uint32_t ports = 12;
  std::int64_t mean_step = 20'000'000;  // ns
  bool has_disorder = true;
  bool has_gaps = true;
  std::uint32_t spacing = 7919;  ///< between the addresses
};

constexpr std::int64_t second = 1'000'000'000;
constexpr std::int64_t minute = 60 * second;

auto address_of(random_source& random, std::uint32_t count, std::uint32_t base,
                std::uint32_t spacing) -> net::address {
  auto const number = random.below(count);
  if (number % 8 == 0) return net::ipv6{0x20010DB800000000U + base, number};
  return net::ipv4{base + number * spacing};
}

auto packets_of(behaviour const& want) -> std::vector<seen_packet> {
  random_source random{want.seed};
  std::vector<seen_packet> answer;
  std::int64_t now = 1'700'000'000 * second;
  for (int i = 0; i < want.packets; ++i) {
    now += static_cast<std::int64_t>(random.below(static_cast<std::uint32_t>(2 * want.mean_step)));
    if (want.has_gaps && random.below(2000) == 0) now += minute * (1 + random.below(4));
    auto time = now;
    if (want.has_disorder) {
      auto const kind = random.below(100);
      if (kind < 10) time -= static_cast<std::int64_t>(random.below(3)) * second;
      if (kind == 10) time -= static_cast<std::int64_t>(random.below(200)) * second;
      if (kind == 11) time = timestamp::unknown().nanoseconds();
    }
    auto source = address_of(random, want.sources, 0x0B000000, want.spacing);
    auto destination = address_of(random, want.destinations, 0xC6120000, want.spacing);
    while (destination.is_ipv6() != source.is_ipv6())
      destination = address_of(random, want.destinations, 0xC6120000, want.spacing);
    auto const kind = random.below(10);
    answer.push_back({time, source, destination,
                      kind < 6   ? 6
                      : kind < 9 ? 17
                                 : 1,
                      static_cast<std::uint16_t>(random.below(want.ports) * 1000),
                      static_cast<std::uint8_t>(random.below(3) == 0 ? 18 : 2),
                      60 + random.below(1000), random.below(20) != 0});
  }
  return answer;
}

struct twin_cell {
  std::uint64_t packets = 0, bytes = 0, syn = 0;
  std::set<net::address> sources, destinations;
  void add(seen_packet const& each) {
    ++packets;
    bytes += each.wire_length;
    syn += each.ip_protocol == 6 && (each.flags & 18) == 2;
    sources.insert(each.source);
    destinations.insert(each.destination);
  }
};

struct twin_window {
  twin_cell all;
  std::map<port_key, twin_cell> ports;
  std::map<net::address, std::pair<std::uint64_t, std::uint64_t>> totals;
  void add(seen_packet const& each) {
    all.add(each);
    auto& total = totals[each.source];
    ++total.first;
    total.second += each.wire_length;
    if (each.has_ports && each.ip_protocol != 1) ports[{each.ip_protocol, each.port}].add(each);
  }
};

/// The rule of `window_clock`, said again without batches: see docs/counting.md.
struct twin {
  twin_window run;
  std::map<std::int64_t, twin_window> windows;
  order_counts order;

  twin(std::vector<seen_packet> const& packets, std::int64_t length, std::int64_t lateness) {
    auto watermark = timestamp::unknown().nanoseconds();
    for (auto const& each : packets) {
      run.add(each);
      if (each.time == timestamp::unknown().nanoseconds()) {
        ++order.untimed;
        continue;
      }
      if (each.time < watermark) ++order.out_of_order;
      watermark = std::max(watermark, each.time);
      auto const start = each.time - each.time % length;
      auto const open = watermark - watermark % length;
      bool const is_open = start == open || (start == open - length && watermark < open + lateness);
      if (is_open)
        windows[start].add(each);
      else
        ++order.late;
    }
  }
};

void fill(net::packet_batch& batch, std::vector<seen_packet> const& packets, std::size_t begin,
          std::size_t end) {
  batch.clear();
  batch.resize(end - begin);
  for (auto i = begin; i < end; ++i) {
    auto const& each = packets[i];
    net::packet row;
    row.time = timestamp{each.time};
    row.wire_length = each.wire_length;
    row.ip_protocol = static_cast<std::uint8_t>(each.ip_protocol);
    row.destination_port = each.port;
    row.tcp_flags = each.ip_protocol == 6 ? each.flags : std::uint8_t{0};
    if (each.has_ports) row.attributes |= bit(attribute::ports);
    if (each.source.is_ipv6()) {
      row.attributes |= bit(attribute::ipv6);
      row.source = row.destination = static_cast<std::uint32_t>(batch.ipv6.size());
      batch.ipv6.push_back({each.source.as_ipv6(), each.destination.as_ipv6()});
    } else {
      row.source = each.source.as_ipv4().value();
      row.destination = each.destination.as_ipv4().value();
    }
    batch.set_row(i - begin, row);
  }
}

struct window_list : window_sink {
  std::vector<window> all;
  auto observe(window const& closed) -> status override {
    all.push_back(closed);
    return {};
  }
};

struct answer {
  summary sums;
  std::vector<window> windows;
};

auto count_all(std::vector<seen_packet> const& packets, counter_options options,
               std::size_t batch_size) -> answer {
  options.window_ports = options.source_totals = true;
  window_list windows;
  window_merger merger{options.workers, &windows};
  std::vector<counter> counters;
  for (unsigned i = 0; i < options.workers; ++i) counters.emplace_back(options, i);
  batch_totals totals;
  auto batch = std::make_unique<net::packet_batch>();
  batch_plan plan{options.workers};
  std::vector<window> closed;
  std::uint64_t sequence = 0;
  for (std::size_t begin = 0; begin < packets.size(); begin += batch_size, ++sequence) {
    fill(*batch, packets, begin, std::min(packets.size(), begin + batch_size));
    plan.make(*batch);
    totals.add(*batch, plan);
    for (unsigned i = 0; i < options.workers; ++i) {
      EXPECT_TRUE(counters[i].count(*batch, plan, sequence, closed));
      EXPECT_TRUE(merger.add(i, closed));
    }
  }
  answer result;
  totals.write(result.sums);
  tally sum;
  for (unsigned i = 0; i < options.workers; ++i) {
    auto part = counters[i].finish(closed);
    EXPECT_TRUE(part) << part.error().message;
    EXPECT_TRUE(merger.add(i, closed));
    if (i == 0)
      sum = std::move(*part);
    else
      sum.add(*part);
  }
  sum.write(result.sums, options.top_sources, options.places);
  result.sums.windows = merger.take_rows();
  result.windows = std::move(windows.all);
  return result;
}

void expect_ports(std::vector<port_row> const& rows, std::map<port_key, twin_cell> const& wanted) {
  ASSERT_EQ(rows.size(), wanted.size());
  for (auto const& row : rows) {
    auto const& want = wanted.at({row.ip_protocol, row.port.value()});
    EXPECT_EQ(row.packets, want.packets);
    EXPECT_EQ(row.wire_bytes, want.bytes);
    EXPECT_EQ(row.syn_packets, want.syn);
    EXPECT_EQ(row.sources, want.sources.size());
    EXPECT_EQ(row.destinations, want.destinations.size());
  }
}

void expect_windows(std::vector<window> const& windows,
                    std::map<std::int64_t, twin_window> const& wanted) {
  ASSERT_EQ(windows.size(), wanted.size());
  auto next = wanted.begin();
  for (auto const& each : windows) {
    auto const& [start, want] = *next++;
    ASSERT_EQ(each.start.nanoseconds(), start);
    EXPECT_EQ(each.packets, want.all.packets);
    EXPECT_EQ(each.wire_bytes, want.all.bytes);
    EXPECT_EQ(each.sources, want.all.sources.size());
    EXPECT_EQ(each.destinations, want.all.destinations.size());
    expect_ports(each.ports, want.ports);
    ASSERT_EQ(each.totals.size(), want.totals.size());
    auto total = want.totals.begin();
    for (auto const& [address, packets, bytes] : each.totals) {
      EXPECT_EQ(address, total->first);
      EXPECT_EQ(std::pair(packets, bytes), total->second);
      ++total;
    }
  }
}

void expect_sources(std::vector<source_row> const& rows, twin const& wanted) {
  std::map<net::address, std::set<port_key>> ports;
  for (auto const& [key, cell] : wanted.run.ports)
    for (auto const& source : cell.sources) ports[source].insert(key);
  ASSERT_EQ(rows.size(), wanted.run.totals.size());
  for (std::size_t i = 0; i < rows.size(); ++i) {
    auto const& row = rows[i];
    EXPECT_EQ(std::pair(row.packets, row.wire_bytes), wanted.run.totals.at(row.address));
    EXPECT_EQ(row.ports, ports[row.address].size());
    if (i == 0) continue;
    auto const& before = rows[i - 1];
    EXPECT_LT(std::tuple(~before.packets, before.address), std::tuple(~row.packets, row.address));
  }
}

void expect_equal(answer const& got, twin const& wanted) {
  EXPECT_EQ(got.sums.sources, wanted.run.all.sources.size());
  EXPECT_EQ(got.sums.destinations, wanted.run.all.destinations.size());
  EXPECT_EQ(got.sums.packets.total, wanted.run.all.packets);
  EXPECT_EQ(got.sums.wire_bytes, wanted.run.all.bytes);
  EXPECT_EQ(got.sums.order.late, wanted.order.late);
  EXPECT_EQ(got.sums.order.out_of_order, wanted.order.out_of_order);
  EXPECT_EQ(got.sums.order.untimed, wanted.order.untimed);
  expect_ports(got.sums.ports, wanted.run.ports);
  expect_windows(got.windows, wanted.windows);
  expect_sources(got.sums.top_sources, wanted);
}

void compare(behaviour const& want, counter_options options, std::size_t batch_size) {
  options.top_sources = 0;
  auto const packets = packets_of(want);
  twin const wanted{packets, options.window_length.count(), options.lateness.count()};
  expect_equal(count_all(packets, options, batch_size), wanted);
}

TEST(counter, equals_its_slow_twin_for_any_number_of_workers) {
  for (unsigned const workers : {1U, 2U, 3U, 4U, 7U}) {
    SCOPED_TRACE(workers);
    compare({}, {.workers = workers}, 512);
  }
}

TEST(counter, does_not_depend_on_how_the_stream_is_cut_into_batches) {
  for (std::size_t const size : {1U, 7U, 100U, 4096U}) {
    SCOPED_TRACE(size);
    compare({.seed = 2, .packets = 8000}, {.workers = 2}, size);
  }
}

TEST(counter, takes_the_short_way_through_a_stream_in_order) {
  compare({.seed = 3, .has_disorder = false, .has_gaps = false}, {.workers = 1}, 4096);
  compare({.seed = 4, .has_disorder = false}, {.workers = 2}, 4096);
}

TEST(counter, gives_the_same_when_its_sets_do_not_fit_into_memory) {
  for (unsigned const workers : {1U, 2U}) {
    SCOPED_TRACE(workers);
    compare({.seed = 5, .packets = 40000, .sources = 5000, .destinations = 3000},
            {.workers = workers, .set_memory = 1}, 1000);
  }
}

TEST(counter, writes_out_often_enough_to_merge_runs_of_runs) {
  compare({.seed = 6, .packets = 30000, .sources = 9000, .mean_step = second / 2},
          {.workers = 1, .set_memory = std::size_t{200} << 10}, 1000);
}

TEST(counter, keeps_dense_destinations_in_pages) {
  behaviour const want{
      .seed = 10, .packets = 60000, .destinations = 100000, .ports = 2, .spacing = 1};
  for (unsigned const workers : {1U, 2U}) compare(want, {.workers = workers}, 4096);
  compare(want, {.workers = 1, .set_memory = 1}, 1000);
}

TEST(counter, writes_out_what_is_in_no_window) {
  auto packets = packets_of({.seed = 12, .packets = 30000, .sources = 20000});
  for (auto& each : packets) each.time = timestamp::unknown().nanoseconds();
  packets.front().time = 4'000'000'000 * second;
  expect_equal(count_all(packets, {.top_sources = 0, .set_memory = 1}, 500),
               {packets, minute, 10 * second});
}

TEST(counter, adds_bytes_beyond_32_bits) {
  auto packets = packets_of({.seed = 11, .packets = 3000, .sources = 20});
  for (auto& each : packets) each.wire_length = 0xFFFFFF00 + each.wire_length % 256;
  for (std::size_t const memory : {std::size_t{1}, std::size_t{1} << 30})
    expect_equal(count_all(packets, {.top_sources = 0, .set_memory = memory}, 500),
                 {packets, minute, 10 * second});
}

TEST(counter, numbers_more_windows_than_a_stamp_can) {
  compare(
      {.seed = 7, .packets = 60000, .mean_step = second, .has_gaps = false},
      {.workers = 1, .window_length = std::chrono::seconds{1}, .lateness = std::chrono::seconds{1}},
      4096);
}

TEST(counter, keeps_the_largest_sources_and_of_equals_the_lower_address) {
  auto const packets = packets_of({.seed = 8});
  auto const all = count_all(packets, {.workers = 2, .top_sources = 0}, 1000);
  auto const few = count_all(packets, {.workers = 3, .top_sources = 5}, 1000);
  ASSERT_EQ(few.sums.top_sources.size(), 5U);
  for (std::size_t i = 0; i < 5; ++i) {
    EXPECT_EQ(few.sums.top_sources[i].address, all.sums.top_sources[i].address);
    EXPECT_EQ(few.sums.top_sources[i].packets, all.sums.top_sources[i].packets);
    EXPECT_EQ(few.sums.top_sources[i].ports, all.sums.top_sources[i].ports);
  }
}

TEST(counter, says_what_to_do_when_it_cannot_write_temporary_files) {
  auto const packets = packets_of({.seed = 9});
  setenv("TMPDIR", "/nowhere", 1);
  counter one{{.set_memory = 1}, 0};
  auto batch = std::make_unique<net::packet_batch>();
  batch_plan plan{1};
  std::vector<window> closed;
  status counted;
  for (std::size_t begin = 0; counted && begin < packets.size(); begin += 1000) {
    fill(*batch, packets, begin, begin + 1000);
    plan.make(*batch);
    counted = one.count(*batch, plan, begin / 1000, closed);
  }
  unsetenv("TMPDIR");
  ASSERT_FALSE(counted);
  EXPECT_EQ(
      counted.error().message,
      "/nowhere: cannot make a temporary file: No such file or directory; set TMPDIR to a folder "
      "with space, or give more memory with --memory");
}

TEST(counter, of_nothing_is_nothing) {
  auto const got = count_all({}, {.workers = 2}, 10);
  EXPECT_EQ(got.sums.sources, 0U);
  EXPECT_TRUE(got.sums.ports.empty());
  EXPECT_TRUE(got.sums.windows.empty());
}

}  // namespace
}  // namespace kizashi::telescope
