#include "kizashi/answer/report.hpp"

#include <chrono>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "kizashi/base/text.hpp"

namespace kizashi::answer {
namespace {

using std::chrono::days;
using std::chrono::months;
using std::chrono::sys_days;
using std::chrono::year_month_day;

auto time_on(sys_days day) -> timestamp {
  return timestamp{std::int64_t{day.time_since_epoch().count()} * 86'400 * 1'000'000'000};
}

auto day_on(timestamp time) -> sys_days {
  return sys_days{days{static_cast<int>(time.nanoseconds() / (86'400'000'000'000))}};
}

auto first_of_month(year_month_day of) -> sys_days {
  return sys_days{of.year() / of.month() / 1};
}

auto span_of(std::string_view kind, sys_days from) -> std::pair<sys_days, sys_days> {
  year_month_day const of{from};
  auto const month = of.year() / of.month();
  if (kind == "day") return {from, from + days{1}};
  if (kind == "week") {
    auto const weekday = std::chrono::weekday{from}.iso_encoding();
    auto const monday = from - days{weekday - 1};
    return {monday, monday + days{7}};
  }
  if (kind == "month") return {first_of_month(of), sys_days{(month + months{1}) / 1}};
  if (kind == "quarter") {
    auto const first = of.year() / std::chrono::month{(unsigned{of.month()} - 1) / 3 * 3 + 1};
    return {sys_days{first / 1}, sys_days{(first + months{3}) / 1}};
  }
  return {sys_days{of.year() / 1 / 1}, sys_days{(of.year() + std::chrono::years{1}) / 1 / 1}};
}

auto week_name(sys_days monday) -> std::string {
  // ISO 8601: a week is of the year that has its Thursday.
  year_month_day const thursday{monday + days{3}};
  auto const number = (sys_days{thursday} - sys_days{thursday.year() / 1 / 1}).count() / 7 + 1;
  return fmt::format("{:04}-W{:02}", int{thursday.year()}, number);
}

auto name_of_period(std::string_view kind, sys_days from) -> std::string {
  year_month_day const of{from};
  auto const year = int{of.year()};
  auto const month = unsigned{of.month()};
  if (kind == "year") return fmt::format("{:04}", year);
  if (kind == "quarter") return fmt::format("{:04}-Q{}", year, (month + 2) / 3);
  if (kind == "month") return fmt::format("{:04}-{:02}", year, month);
  if (kind == "week") return week_name(from);
  return fmt::format("{:04}-{:02}-{:02}", year, month, unsigned{of.day()});
}

auto period_on(std::string_view kind, sys_days day) -> report_period {
  auto const [from, to] = span_of(kind, day);
  return {std::string{kind}, name_of_period(kind, from), time_on(from), time_on(to)};
}

constexpr std::size_t most_rows_of_list = 20;

auto ask_count(store::engine& in, asked const& question, std::string text)
    -> result<std::uint64_t> {
  auto const& sensors = question.filter.sensors;
  if (!sensors.empty()) text += fmt::format(" and sensor in ({})", fmt::join(sensors, ","));
  KIZASHI_TRY(auto const answer,
              store::ask_whole(in, {text, store::answer_form::tab_separated,
                                    question.options.ask.limits, question.options.ask.wants_stop}));
  return parse_unsigned(trim(answer), UINT64_MAX);
}

/// Which of the telescope's addresses packets went to is not told; how many may be.
auto count_addresses(store::engine& in, asked const& question) -> result<std::uint64_t> {
  auto const& filter = question.filter;
  auto const text = fmt::format(
      "select uniqExact(block) * 256 from destination_day where day >= {} and "
      "day < {}",
      filter.from.nanoseconds() / 1'000'000'000, filter.to.nanoseconds() / 1'000'000'000);
  return ask_count(in, question, text);
}

auto count_found(store::engine& in, asked const& question, std::string_view table)
    -> result<std::uint64_t> {
  auto const& filter = question.filter;
  return ask_count(
      in, question,
      fmt::format("select count() from {} final where last >= {} and first < {}", table,
                  filter.from.nanoseconds() / 1000, filter.to.nanoseconds() / 1000));
}

}  // namespace

auto period_at(std::string_view kind, timestamp at) -> report_period {
  return period_on(kind, day_on(at));
}

auto period_at(std::string_view kind, std::string_view at) -> result<report_period> {
  auto const wrong = [&] {
    return fail(errc::parse_error,
                fmt::format("query.at is \"{}\"; expected a year, a month or a day such as 2026, "
                            "2026-01 or 2026-01-15",
                            at));
  };
  auto const parts = split(at, '-');
  if (parts.empty() || parts.size() > 3 || parts[0].size() != 4) return wrong();
  unsigned values[3] = {1970, 1, 1};
  for (std::size_t i = 0; i < parts.size(); ++i) {
    if (i > 0 && parts[i].size() != 2) return wrong();
    auto const number = parse_unsigned(parts[i], 9999);
    if (!number) return wrong();
    values[i] = static_cast<unsigned>(*number);
  }
  auto const day = std::chrono::year{static_cast<int>(values[0])} / values[1] / values[2];
  if (!day.ok() || values[0] < 1970 || values[0] > 2105) return wrong();
  return period_on(kind, sys_days{day});
}

auto period_before(report_period const& of) -> report_period {
  return period_on(of.kind, day_on(of.from) - days{1});
}

auto make_report(store::engine& in, asked question, report_period const& period) -> result<report> {
  using store::group_by;
  report out;
  out.period = period;
  out.earlier = period_before(period);
  question.filter.from = period.from;
  question.filter.to = period.to;
  auto options = question.options;
  options.top = 0;
  auto before = question.filter;
  before.from = out.earlier.from;
  before.to = out.earlier.to;
  KIZASHI_TRY(out.totals, store::count_all(in, question.filter, options));
  KIZASHI_TRY(out.before, store::count_brief(in, before, options));
  out.has_before = out.before.packets > 0;
  KIZASHI_TRY(out.addresses, count_addresses(in, question));
  if (question.filter.sources.empty()) {
    KIZASHI_TRY(out.event_count, count_found(in, question, "events"));
    KIZASHI_TRY(out.attack_count, count_found(in, question, "attacks"));
  }
  if (out.totals.packets == 0) return out;
  KIZASHI_TRY(out.days, store::count_by(in, question.filter, group_by::day, options));
  for (auto const kind : {group_by::port, group_by::country, group_by::as, group_by::tool,
                          group_by::traffic_class, group_by::scanner}) {
    report_list list{kind, {}, {}};
    options.top = kind == group_by::scanner ? 0 : most_rows_of_list;
    options.keys.clear();
    KIZASHI_TRY(list.found, store::count_by(in, question.filter, kind, options));
    if (kind == group_by::scanner)
      for (auto const& row : list.found.rows)
        if (row.key.tag != 0) out.scanner_packets += row.packets;
    if (list.found.rows.size() > most_rows_of_list) list.found.rows.resize(most_rows_of_list);
    options.top = 0;
    for (auto const& row : list.found.rows) options.keys.push_back(row.key);
    if (out.has_before && !options.keys.empty()) {
      KIZASHI_TRY(auto const rows, store::count_by(in, before, kind, options));
      for (auto const& row : rows.rows) list.before.emplace(row.key, row);
    }
    out.lists.push_back(std::move(list));
  }
  return out;
}

}  // namespace kizashi::answer
