#include "kizashi/app/stats_output.hpp"

#include <algorithm>
#include <iterator>

#include <fmt/format.h>

#include "kizashi/answer/names.hpp"
#include "kizashi/app/json_document.hpp"
#include "kizashi/app/report_page.hpp"
#include "kizashi/app/text_layout.hpp"
#include "kizashi/base/text.hpp"

namespace kizashi::app {
namespace {

using store::group_by;
using store::statistics_row;

// --- text -------------------------------------------------------------------------------------

/// Above it sketches are no longer exact.
constexpr std::uint64_t most_exact = 1000;

auto sources_text(stats_answer const& what, std::uint64_t sources) -> std::string {
  auto const is_exact = what.question.options.has_exact_sources || sources <= most_exact;
  return (is_exact ? "" : "~") + with_thousands(sources);
}

auto country_text(recognise::country_code code) -> std::string {
  return code == recognise::country_code{} ? "unknown" : printable(code.text());
}

auto system_text(stats_answer const& what, recognise::asn number) -> std::string {
  if (number.number() == 0) return "unknown";
  auto const name = what.question.places->name(number);
  return fmt::format("AS{}{}{}", number.number(), name.empty() ? "" : " ", printable(name));
}

/// The head of the list, and of the columns before and behind the numbers.
struct list_head {
  std::string title;
  std::string key;
  std::vector<std::string> notes;
};

auto head_of(group_by kind) -> list_head {
  switch (kind) {
    case group_by::port:
      return {"Destination ports", "port", {"service"}};
    case group_by::source:
      return {"Sources", "address", {"country", "AS"}};
    case group_by::country:
      return {"Countries", "country", {}};
    case group_by::as:
      return {"Autonomous systems", "", {"AS"}};
    case group_by::protocol:
      return {"Protocols", "protocol", {""}};
    case group_by::hour:
      return {"Packets per hour", "hour (UTC)", {""}};
    case group_by::day:
      return {"Packets per day", "day (UTC)", {""}};
    case group_by::sensor:
      return {"Sensors", "sensor", {}};
    case group_by::tool:
      return {"Tools and malware, by fingerprints", "tool", {}};
    case group_by::traffic_class:
      return {"Classes", "class", {}};
    case group_by::scanner:
      return {"Known scanners", "organisation", {}};
    case group_by::minute:
      return {"Packets per minute", "minute (UTC)", {""}};
  }
  return {};
}

auto key_text(stats_answer const& what, statistics_row const& row) -> std::string {
  auto const& key = row.key;
  switch (what.kind) {
    case group_by::port:
      return fmt::format("{}/{}", key.port, protocol_name(key.ip_protocol));
    case group_by::source:
      return key.source.to_string();
    case group_by::country:
      return country_text(key.country);
    case group_by::as:
      return {};
    case group_by::protocol:
      return stored_protocol_name(key.ip_protocol);
    case group_by::hour:
      return hour_text(key.time);
    case group_by::day:
      return day_text(key.time);
    case group_by::sensor:
      return printable(what.question.sensor_name(key.sensor));
    case group_by::tool:
    case group_by::scanner:
      return key.tag == 0 ? "none" : printable(answer::name_in(what.question.tag_names, key.tag));
    case group_by::traffic_class:
      return answer::class_name(key.tag);
    case group_by::minute:
      return hour_text(key.time);
  }
  return {};
}

/// A bar as long as the row's share of the highest.
auto bar(std::uint64_t packets, std::uint64_t highest, bool is_utf8) -> std::string {
  constexpr std::uint64_t longest = 20;
  auto const length = std::max<std::uint64_t>(1, (packets * longest + highest / 2) / highest);
  std::string text;
  for (std::uint64_t i = 0; i < length; ++i) text += is_utf8 ? "▇" : "#";
  return text;
}

auto notes_of(stats_answer const& what, statistics_row const& row, std::uint64_t highest,
              bool is_utf8) -> std::vector<std::string> {
  auto const& key = row.key;
  switch (what.kind) {
    case group_by::port:
      return {std::string{answer::service_name(key.ip_protocol, key.port)}};
    case group_by::source: {
      auto const at = what.question.places->find(key.source);
      return {country_text(at.country), system_text(what, at.asn)};
    }
    case group_by::as:
      return {system_text(what, key.asn)};
    case group_by::protocol:
      return {key.ip_protocol == 0 ? "packets without IP" : ""};
    case group_by::minute:
    case group_by::hour:
    case group_by::day:
      return {bar(row.packets, highest, is_utf8)};
    case group_by::country:
    case group_by::sensor:
    case group_by::tool:
    case group_by::traffic_class:
    case group_by::scanner:
      break;
  }
  return {};
}

/// Packets of the same key in an earlier span.
auto before_text(answer::earlier_span const& span, statistics_row const& row) -> std::string {
  if (!span.is_known) return "not known";
  auto const found = span.rows.find(row.key);
  return with_thousands(found == span.rows.end() ? 0 : found->second.packets);
}

auto write_list(stats_answer const& what, text_style const& style, text_sink& out) -> status {
  auto const head = head_of(what.kind);
  auto const& rows = what.found.rows;
  auto const is_source = what.kind == group_by::source;
  auto const all = is_source ? what.totals.sources : what.found.all_rows;
  std::string tail;
  if (all > rows.size())
    tail = fmt::format(" ({} of {})", with_thousands(rows.size()),
                       is_source ? sources_text(what, all) : with_thousands(all));
  KIZASHI_TRY(out.write(fmt::format("\n{}{}\n", paint(head.title, ink::strong, style), tail)));
  std::vector<text_table::column> columns;
  if (!head.key.empty()) columns.push_back({head.key});
  columns.insert(columns.end(), {{"packets", true}, {"share", true}, {"bytes", true}});
  if (!is_source) columns.push_back({"sources", true});
  for (auto const& span : what.before)
    columns.push_back({fmt::format("{} before", span.name), true});
  for (auto const& each : head.notes) columns.push_back({each});
  text_table table{std::move(columns)};
  std::uint64_t highest = 1;
  for (auto const& row : rows) highest = std::max(highest, row.packets);
  for (auto const& row : rows) {
    std::vector<std::string> cells;
    if (!head.key.empty()) cells.push_back(key_text(what, row));
    cells.push_back(with_thousands(row.packets));
    cells.push_back(share_text(row.packets, what.totals.packets));
    cells.push_back(short_bytes(row.bytes));
    if (!is_source) cells.push_back(what.found.has_sources ? sources_text(what, row.sources) : "");
    for (auto const& span : what.before) cells.push_back(before_text(span, row));
    std::ranges::move(notes_of(what, row, highest, style.is_utf8), std::back_inserter(cells));
    table.add(std::move(cells));
  }
  return table.write(style, out);
}

auto sensors_text(stats_answer const& what) -> std::string {
  constexpr std::size_t most = 3;
  auto const& all = what.totals.sensors;
  std::vector<std::string> names;
  for (std::size_t i = 0; i < std::min(most, all.size()); ++i)
    names.push_back(printable(what.question.sensor_name(all[i])));
  auto const rest = all.size() > most ? fmt::format(" and {} more", all.size() - most) : "";
  return fmt::format("sensor{} {}{}", all.size() == 1 ? "" : "s", fmt::join(names, ", "), rest);
}

auto times_text(store::statistics_totals const& of) -> std::string {
  if (!of.first.is_known()) return "without times";
  auto const first = minute_text(of.first), last = minute_text(of.last);
  return first == last ? first + " UTC" : fmt::format("{} to {} UTC", first, last);
}

auto write_nothing(stats_answer const& what, text_sink& out) -> status {
  if (!what.whole || what.whole->packets == 0) return out.write("No packets\n");
  auto const which =
      what.question.filter.where ? "for which the filter holds" : "of that time and those sensors";
  return out.write(fmt::format("No packets {}; the store has {}, {}\n", which,
                               counted(what.whole->packets, "packet"), times_text(*what.whole)));
}

auto write_places(stats_answer const& what, text_style const& style, text_sink& out) -> status {
  if (what.kind != group_by::source && what.kind != group_by::as) return {};
  auto const& places = *what.question.places;
  auto const text = places.is_empty()
                        ? what.question.place_hint
                        : fmt::format("Countries and ASes by {}", printable(places.origin()));
  KIZASHI_TRY(out.write("\n"));
  for (auto const& each : wrap(text, style.width))
    KIZASHI_TRY(out.write(paint(each, places.is_empty() ? ink::plain : ink::faint, style) + "\n"));
  return {};
}

}  // namespace

auto write_text(stats_answer const& what, text_style const& style, text_sink& out) -> status {
  auto const& totals = what.totals;
  auto const title = fmt::format("Kizashi stats of {}", printable(what.question.store));
  KIZASHI_TRY(out.write(paint(title, ink::strong, style) + "\n"));
  if (auto const& where = what.question.filter.where)
    KIZASHI_TRY(out.write(fmt::format("filter: {}\n", printable(to_text(where->expression())))));
  if (totals.packets == 0) return write_nothing(what, out);
  KIZASHI_TRY(out.write(fmt::format("{}{}, {}\n", times_text(totals),
                                    totals.days == 0 ? "" : ", " + counted(totals.days, "day"),
                                    sensors_text(what))));
  KIZASHI_TRY(out.write(fmt::format("{}, {}, from {} source{}\n", counted(totals.packets, "packet"),
                                    short_bytes(totals.bytes), sources_text(what, totals.sources),
                                    totals.sources == 1 ? "" : "s")));
  for (auto const& span : what.before)
    KIZASHI_TRY(out.write(
        span.is_known
            ? fmt::format("a {} before: {}, from {} source{}\n", span.name,
                          counted(span.totals.packets, "packet"),
                          sources_text(what, span.totals.sources),
                          span.totals.sources == 1 ? "" : "s")
            : fmt::format("a {} before: the store has nothing of that time\n", span.name)));
  if (what.by.empty()) return {};
  if (what.found.rows.empty()) return out.write(fmt::format("\nNo packet has a {}\n", what.by));
  KIZASHI_TRY(write_list(what, style, out));
  return write_places(what, style, out);
}

}  // namespace kizashi::app
