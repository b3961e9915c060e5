#include "kizashi/paper/report.hpp"

#include <chrono>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "kizashi/base/text.hpp"

namespace kizashi::paper {
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

auto ask_count(store::engine& in, answer::asked const& question, std::string text)
    -> result<std::uint64_t> {
  auto const& sensors = question.filter.sensors;
  if (!sensors.empty()) text += fmt::format(" and sensor in ({})", fmt::join(sensors, ","));
  KIZASHI_TRY(auto const answer,
              store::ask_whole(in, {text, store::answer_form::tab_separated,
                                    question.options.ask.limits, question.options.ask.wants_stop}));
  return parse_unsigned(trim(answer), UINT64_MAX);
}

/// Which of the telescope's addresses packets went to is not told; how many may be.
auto count_addresses(store::engine& in, answer::asked const& question) -> result<std::uint64_t> {
  auto const& filter = question.filter;
  auto const text = fmt::format(
      "select uniqExact(block) * 256 from destination_day where day >= {} and "
      "day < {}",
      filter.from.nanoseconds() / 1'000'000'000, filter.to.nanoseconds() / 1'000'000'000);
  return ask_count(in, question, text);
}

auto count_found(store::engine& in, answer::asked const& question, std::string_view table)
    -> result<std::uint64_t> {
  auto const& filter = question.filter;
  return ask_count(
      in, question,
      fmt::format("select count() from {} final where last >= {} and first < {}", table,
                  filter.from.nanoseconds() / 1000, filter.to.nanoseconds() / 1000));
}

/// The number behind the letter of "Q1" and "W03", 1 to `most`; 0: it is none.
auto numbered(std::string_view text, char letter, std::size_t digits, unsigned most) -> unsigned {
  if (text.size() != digits + 1 || text[0] != letter) return 0;
  return static_cast<unsigned>(parse_unsigned(text.substr(1), most).value_or(0));
}

/// The first day of "2026", "2026-Q1", "2026-W03", "2026-01", "2026-01-15"; nothing of other texts.
auto begin_of(std::string_view at) -> std::optional<sys_days> {
  auto const parts = split(at, '-');
  auto const year_number = parse_unsigned(parts[0], 9999);
  if (parts[0].size() != 4 || !year_number || parts.size() > 3) return std::nullopt;
  auto const year = std::chrono::year{static_cast<int>(*year_number)};
  if (parts.size() == 1) return sys_days{year / 1 / 1};
  if (parts.size() == 2 && parts[1].starts_with('Q')) {
    auto const quarter = numbered(parts[1], 'Q', 1, 4);
    if (quarter == 0) return std::nullopt;
    return sys_days{year / std::chrono::month{quarter * 3 - 2} / 1};
  }
  if (parts.size() == 2 && parts[1].starts_with('W')) {
    auto const week = numbered(parts[1], 'W', 2, 53);
    // ISO 8601: January 4 is in the first week.
    auto const first = span_of("week", sys_days{year / 1 / 4}).first;
    auto const monday = first + days{7 * (static_cast<int>(week) - 1)};
    if (week == 0 || week_name(monday) != at) return std::nullopt;
    return monday;
  }
  unsigned values[2] = {1, 1};
  for (std::size_t i = 1; i < parts.size(); ++i) {
    auto const number = parse_unsigned(parts[i], 99);
    if (parts[i].size() != 2 || !number) return std::nullopt;
    values[i - 1] = static_cast<unsigned>(*number);
  }
  auto const day = year / values[0] / values[1];
  return day.ok() ? std::optional{sys_days{day}} : std::nullopt;
}

/// `at` and the periods before it that had packets.
auto ask_history(store::engine& in, answer::asked const& question, report_period at)
    -> result<std::vector<report_span>> {
  std::vector<report_span> out;
  auto of = question;
  of.options.top = 0;
  while (out.size() < most_history) {
    if (at.from.nanoseconds() <= 0) break;
    of.filter.from = at.from;
    of.filter.to = at.to;
    KIZASHI_TRY(auto const totals, store::count_brief(in, of.filter, of.options));
    if (totals.packets == 0) break;
    KIZASHI_TRY(auto const addresses, count_addresses(in, of));
    out.push_back({at, totals, addresses});
    at = period_before(at);
  }
  return out;
}

/// Rows of one kind, and what the period before had of the same.
auto ask_list(store::engine& in, answer::asked const& question, store::packet_filter const& before,
              store::group_by kind, report& to) -> status {
  auto options = question.options;
  report_list list{kind, {}, {}};
  options.top = kind == store::group_by::scanner ? 0 : most_rows_of_list;
  options.keys.clear();
  KIZASHI_TRY(list.found, store::count_by(in, question.filter, kind, options));
  if (kind == store::group_by::scanner)
    for (auto const& row : list.found.rows)
      if (row.key.tag != 0) to.scanner_packets += row.packets;
  if (list.found.rows.size() > most_rows_of_list) list.found.rows.resize(most_rows_of_list);
  options.top = 0;
  for (auto const& row : list.found.rows) options.keys.push_back(row.key);
  if (to.has_before && !options.keys.empty()) {
    KIZASHI_TRY(auto const rows, store::count_by(in, before, kind, options));
    for (auto const& row : rows.rows) list.before.emplace(row.key, row);
  }
  to.lists.push_back(std::move(list));
  return {};
}

}  // namespace

auto period_at(std::string_view kind, timestamp at) -> report_period {
  return period_on(kind, day_on(at));
}

auto kind_of(std::string_view at) -> std::string_view {
  if (at.size() == 4) return "year";
  if (at.size() == 7 && at[5] == 'Q') return "quarter";
  if (at.size() == 8 && at[5] == 'W') return "week";
  return at.size() == 7 ? "month" : "day";
}

auto period_at(std::string_view kind, std::string_view at) -> result<report_period> {
  auto const day = begin_of(at);
  if (day && year_month_day{*day}.year() >= std::chrono::year{1970} &&
      year_month_day{*day}.year() <= std::chrono::year{2105})
    return period_on(kind, *day);
  return fail(errc::parse_error,
              fmt::format("\"{}\" is no period; expected a year, a quarter, a month, a week or a "
                          "day such as 2026, 2026-Q1, 2026-01, 2026-W03 or 2026-01-15",
                          at));
}

auto period_before(report_period const& of) -> report_period {
  return period_on(of.kind, day_on(of.from) - days{1});
}

auto period_after(report_period const& of) -> report_period {
  return period_on(of.kind, day_on(of.to));
}

auto make_report(store::engine& in, answer::asked question, report_period const& period)
    -> result<report> {
  using store::group_by;
  report out;
  out.period = period;
  out.earlier = period_before(period);
  question.filter.from = period.from;
  question.filter.to = period.to;
  question.options.top = 0;
  auto const& options = question.options;
  auto before = question.filter;
  before.from = out.earlier.from;
  before.to = out.earlier.to;
  KIZASHI_TRY(out.totals, store::count_all(in, question.filter, options));
  if (store::origin_of(question.filter, std::nullopt) == store::row_origin::rollups) {
    KIZASHI_TRY(out.history, ask_history(in, question, out.earlier));
  }
  KIZASHI_TRY(out.before, store::count_brief(in, before, options));
  out.has_before = out.before.packets > 0;
  KIZASHI_TRY(out.addresses, count_addresses(in, question));
  if (question.filter.sources.empty() && !question.filter.where) {
    KIZASHI_TRY(out.event_count, count_found(in, question, "events"));
    KIZASHI_TRY(out.attack_count, count_found(in, question, "attacks"));
  }
  if (out.totals.packets == 0) return out;
  KIZASHI_TRY(out.days, store::count_by(in, question.filter, group_by::day, options));
  if (period.kind == "day") {
    KIZASHI_TRY(out.hours, store::count_by(in, question.filter, group_by::hour, options));
  }
  for (auto const kind : {group_by::port, group_by::country, group_by::as, group_by::tool,
                          group_by::traffic_class, group_by::scanner})
    KIZASHI_TRY(ask_list(in, question, before, kind, out));
  return out;
}

}  // namespace kizashi::paper
