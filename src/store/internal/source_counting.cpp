#include "kizashi/store/internal/source_counting.hpp"

#include <algorithm>
#include <functional>
#include <map>
#include <set>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "kizashi/store/internal/address_sql.hpp"
#include "kizashi/store/internal/ask_rows.hpp"
#include "kizashi/store/internal/grouping.hpp"
#include "kizashi/store/internal/stored_rows.hpp"

namespace kizashi::store::internal {
namespace {

/// Calls `use` with the condition of each family that has prefixes.
template <class Use>
auto for_families(packet_filter const& filter, Use use) -> status {
  for (auto const of : {family::ipv4, family::ipv6})
    if (auto const where = from_prefixes(filter.sources, of == family::ipv6); !where.empty())
      KIZASHI_TRY(use(of, where));
  return {};
}

auto grouping_with_source(group_by by) -> grouping {
  if (by != group_by::source) return grouping_of(by);
  return {state_table::place, {"src"}, {"src"}, {}};
}

}  // namespace

auto in_prefixes(std::vector<net::prefix> const& sources, bool is_ipv6) -> std::string {
  std::vector<net::address_range> ranges;
  for (auto const& each : sources)
    if (each.first().is_ipv6() == is_ipv6) ranges.push_back({each.first(), each.last()});
  return ranges.empty() ? std::string{} : in_ranges("src", ranges);
}

auto from_prefixes(std::vector<net::prefix> const& sources, bool is_ipv6) -> std::string {
  auto text = in_prefixes(sources, is_ipv6);
  bool const has_zero = std::ranges::any_of(
      sources, [](net::prefix const& each) { return each.first() == net::address{}; });
  return has_zero && !is_ipv6 ? fmt::format("{} and not (src = 0 and protocol = 0)", text) : text;
}

auto count_by_of_sources(engine& in, packet_filter const& filter, group_by by,
                         count_options const& options) -> result<statistics> {
  auto const as = grouping_with_source(by);
  auto const keys = fmt::format("{}", fmt::join(as.keys, ", "));
  auto inner = as.inner;
  if (by != group_by::source) inner.emplace_back("src");
  inner.insert(inner.end(), {"packets", "bytes"});
  std::map<statistics_key, statistics_row> rows;
  KIZASHI_TRY(for_families(filter, [&](family of, std::string const& from) {
    auto const where = as.where.empty() ? from : fmt::format("{} and {}", from, as.where);
    return ask_rows(
        in,
        fmt::format("select {0}, sum(packets), sum(bytes), uniqExact(src) from ({1}) group by {0}",
                    keys, source_rows(filter, of, inner, where)),
        options.ask, [&](native_row const& row) {
          statistics_key key;
          auto const column = read_key(by, row, key);
          auto& to = rows[key];
          to.key = key;
          to.packets += row.number(column);
          to.bytes += row.number(column + 1);
          to.sources += row.number(column + 2);
        });
  }));
  statistics out;
  for (auto const& [key, row] : rows) out.rows.push_back(row);
  out.all_rows = out.rows.size();
  std::ranges::stable_sort(out.rows, std::greater{}, &statistics_row::packets);
  if (options.top > 0 && out.rows.size() > options.top) out.rows.resize(options.top);
  if (is_in_time(by)) std::ranges::sort(out.rows, {}, &statistics_row::key);
  return out;
}

auto count_all_of_sources(engine& in, packet_filter const& filter, count_options const& options)
    -> result<statistics_totals> {
  statistics_totals out;
  std::set<std::uint32_t> days;
  std::set<std::uint16_t> sensors;
  std::uint64_t first = 0, last = 0;
  KIZASHI_TRY(for_families(filter, [&](family of, std::string const& where) -> status {
    KIZASHI_TRY(ask_rows(
        in,
        fmt::format("select day, sensor, sum(packets), sum(bytes) from ({}) group by day, sensor",
                    source_rows(filter, of, {"day", "sensor", "packets", "bytes"}, where)),
        options.ask, [&](native_row const& row) {
          if (row.number(0) > 0) days.insert(row.narrow<std::uint32_t>(0));
          sensors.insert(row.narrow<std::uint16_t>(1));
          out.packets += row.number(2);
          out.bytes += row.number(3);
        }));
    KIZASHI_TRY(ask_rows(
        in, fmt::format("select uniqExact(src) from ({})", source_rows(filter, of, {"src"}, where)),
        options.ask, [&](native_row const& row) { out.sources += row.number(0); }));
    return ask_rows(
        in, tuple_rows(filter, of, "minIf(minute, minute > 0), maxIf(minute, minute > 0)", where),
        options.ask, [&](native_row const& row) {
          if (row.number(0) > 0 && (first == 0 || row.number(0) < first)) first = row.number(0);
          last = std::max(last, row.number(1));
        });
  }));
  auto const time = [](std::uint64_t seconds) {
    return seconds == 0 ? timestamp::unknown()
                        : timestamp{static_cast<std::int64_t>(seconds) * 1'000'000'000};
  };
  out.first = time(first);
  out.last = time(last);
  out.days = days.size();
  out.sensors.assign(sensors.begin(), sensors.end());
  return out;
}

}  // namespace kizashi::store::internal
