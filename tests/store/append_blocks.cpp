// append_blocks FOLDER FROM TO [CRASH_AT LOG]   appends the blocks FROM..TO to a store, each with
// its
//                                               own token, over two days; a process with
//                                               crash_point.so dies before change CRASH_AT of the
//                                               last
// append_blocks FOLDER sums                     what the table and its views hold
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <dlfcn.h>
#include <fcntl.h>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/format.h>

#include "kizashi/base/random.hpp"
#include "kizashi/store/embedded_engine.hpp"

namespace {

using namespace kizashi;
using namespace kizashi::store;

constexpr std::string_view durable =
    " settings non_replicated_deduplication_window=1000, fsync_after_insert=1, "
    "fsync_part_directory=1, min_rows_to_fsync_after_merge=1";

auto make_tables(engine& in) -> status {
  KIZASHI_TRY(in.run(fmt::format(
      "create table if not exists packets (ts DateTime('UTC'), src UInt32, dport UInt16) "
      "engine=MergeTree partition by toDate(ts) order by (src, ts){}",
      durable)));
  KIZASHI_TRY(in.run(fmt::format(
      "create table if not exists sums (day Date, dport UInt16, n UInt64) engine=SummingMergeTree "
      "partition by toYYYYMM(day) order by (day, dport){}",
      durable)));
  KIZASHI_TRY(
      in.run("create materialized view if not exists sums_view to sums as select "
             "toDate(ts) as day, dport, count() as n from packets group by day, dport"));
  KIZASHI_TRY(
      in.run(fmt::format("create table if not exists states (day Date, n AggregateFunction(count), "
                         "u AggregateFunction(uniqExact, UInt32)) engine=AggregatingMergeTree "
                         "partition by toYYYYMM(day) order by day{}",
                         durable)));
  return in.run(
      "create materialized view if not exists states_view to states as select "
      "toDate(ts) as day, countState() as n, uniqExactState(src) as u from packets "
      "group by day");
}

auto append(engine& in, std::uint64_t number) -> status {
  constexpr std::size_t rows = 500;
  random_source random{number};
  std::vector<std::uint32_t> times(rows);
  std::vector<std::uint32_t> sources(rows);
  std::vector<std::uint16_t> ports(rows);
  for (std::size_t i = 0; i < rows; ++i) {
    times[i] = static_cast<std::uint32_t>(1640995200 + i % 2 * 86400 + i);
    sources[i] = static_cast<std::uint32_t>(random.next() % 1000);
    ports[i] = static_cast<std::uint16_t>(random.next() % 20);
  }
  native_block block{rows};
  block.add_datetime("ts", times);
  block.add("src", sources);
  block.add("dport", ports);
  return in.insert("packets", block, fmt::format("block {}", number));
}

auto sums(engine& of) -> result<std::string> {
  std::string all;
  for (auto const* const sql :
       {"select count(), sum(src), sum(dport), sum(cityHash64(ts, src, dport)) from packets",
        "select day, dport, sum(n) from sums group by day, dport order by day, dport",
        "select day, countMerge(n), uniqExactMerge(u) from states group by day order by day"}) {
    KIZASHI_TRY(auto const part, ask_whole(of, {sql, answer_form::tab_separated, {}}));
    all += part;
  }
  return all;
}

auto work(int count, char** arguments) -> status {
  KIZASHI_TRY(auto const opened, open_embedded_engine(arguments[1], "append_blocks"));
  KIZASHI_TRY(make_tables(*opened));
  if (count == 3) {
    KIZASHI_TRY(auto const text, sums(*opened));
    std::fputs(text.c_str(), stdout);
    return {};
  }
  auto const last = std::strtoull(arguments[3], nullptr, 10);
  for (auto number = std::strtoull(arguments[2], nullptr, 10); number <= last; ++number) {
    auto* const arm =
        reinterpret_cast<void (*)(long, int)>(::dlsym(RTLD_DEFAULT, "crash_point_arm"));
    if (number == last && count == 6 && arm != nullptr)
      arm(std::strtol(arguments[4], nullptr, 10),
          ::open(arguments[5], O_WRONLY | O_CREAT | O_TRUNC, 0644));
    KIZASHI_TRY(append(*opened, number));
    if (arm != nullptr) arm(0, -1);
  }
  return {};
}

}  // namespace

auto main(int count, char** arguments) -> int {
  if (count != 3 && count != 4 && count != 6) return 2;
  auto const done = work(count, arguments);
  if (!done) std::fprintf(stderr, "%s\n", done.error().message.c_str());
  return done ? 0 : 1;
}
