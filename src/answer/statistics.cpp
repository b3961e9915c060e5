#include "kizashi/answer/statistics.hpp"

#include <algorithm>
#include <iterator>

#include <fmt/format.h>

#include "kizashi/answer/json_document.hpp"

namespace kizashi::answer {
namespace {

using store::group_by;
using store::statistics_row;

void put_key(statistics_answer const& what, statistics_row const& row, json& to) {
  auto const& key = row.key;
  auto const& places = *what.question.places;
  switch (what.kind) {
    case group_by::port:
      to["protocol"] = protocol_name(key.ip_protocol);
      to["port"] = key.port;
      break;
    case group_by::source: {
      auto const at = places.find(key.source);
      to["address"] = key.source.to_string();
      to["country"] = country_json(at.country);
      to["as"] = system_json(at.asn);
      to["as_name"] = name_json(places.name(at.asn));
      break;
    }
    case group_by::country:
      to["country"] = country_json(key.country);
      break;
    case group_by::as:
      to["as"] = system_json(key.asn);
      to["name"] = name_json(places.name(key.asn));
      break;
    case group_by::protocol:
      to["protocol"] = stored_protocol_name(key.ip_protocol);
      break;
    case group_by::tool:
    case group_by::scanner: {
      auto const* const name = what.kind == group_by::tool ? "tool" : "scanner";
      to[name] = key.tag == 0 ? json(nullptr) : json(name_in(what.question.tag_names, key.tag));
      break;
    }
    case group_by::traffic_class:
      to["class"] = class_name(key.tag);
      break;
    case group_by::minute:
    case group_by::hour:
      to["time"] = time_json(time_of(key.time));
      break;
    case group_by::day:
      to["day"] = key.time == 0 ? json(nullptr) : json(day_text(key.time));
      break;
    case group_by::sensor:
      to["sensor"] = what.question.sensor_name(key.sensor);
      break;
  }
}

auto row_json(statistics_answer const& what, statistics_row const& row) -> json {
  json out;
  put_key(what, row, out);
  out["packets"] = row.packets;
  out["wire_bytes"] = row.bytes;
  if (what.kind != group_by::source)
    out["sources"] = what.found.has_sources ? json(row.sources) : json(nullptr);
  return out;
}

/// Of a row, or of the totals when `key` is null.
auto before_json(statistics_answer const& what, store::statistics_key const* key) -> json {
  json out = json::object();
  for (auto const& span : what.before) {
    auto& to = out[std::string{span.name}] = nullptr;
    if (!span.is_known) continue;
    if (key == nullptr) {
      to = {{"packets", span.totals.packets}, {"sources", span.totals.sources}};
      continue;
    }
    auto const found = span.rows.find(*key);
    auto const row = found == span.rows.end() ? statistics_row{} : found->second;
    to = json::object();
    to["packets"] = row.packets;
    if (what.kind != group_by::source)
      to["sources"] = what.found.has_sources ? json(row.sources) : json(nullptr);
  }
  return out;
}

auto compared_row_json(statistics_answer const& what, statistics_row const& row) -> json {
  auto out = row_json(what, row);
  if (!what.before.empty()) out["before"] = before_json(what, &row.key);
  return out;
}

auto length_of(std::string_view span) -> duration {
  return std::chrono::hours{span == "day" ? 24 : 7 * 24};
}

auto shifted(store::statistics_key key, group_by kind, duration by) -> store::statistics_key {
  if (is_in_time(kind))
    key.time +=
        static_cast<std::uint32_t>(std::chrono::duration_cast<std::chrono::seconds>(by).count());
  return key;
}

/// The span `name` before that of the question.
auto ask_span(store::engine& in, statistics_answer const& today, std::string_view name)
    -> result<earlier_span> {
  earlier_span out{span_names[name == "day" ? 0 : 1], false, {}, {}};
  auto const length = length_of(name);
  auto filter = today.question.filter;
  filter.from = filter.from - length;
  filter.to = filter.to - length;
  auto const options = today.question.options;
  KIZASHI_TRY(out.totals, store::count_brief(in, filter, options));
  if (out.totals.packets == 0 && filter.where) {
    auto all = filter;
    all.where = nullptr;
    KIZASHI_TRY(auto const there, store::count_brief(in, all, options));
    out.is_known = there.packets > 0;
  }
  out.is_known = out.is_known || out.totals.packets > 0;
  if (out.totals.packets == 0 || today.by.empty()) return out;
  auto of_rows = options;
  of_rows.top = 0;
  if (!is_in_time(today.kind))
    for (auto const& row : today.found.rows) of_rows.keys.push_back(row.key);
  if (!is_in_time(today.kind) && of_rows.keys.empty()) return out;
  KIZASHI_TRY(auto const rows, store::count_by(in, filter, today.kind, of_rows));
  for (auto const& row : rows.rows) out.rows.emplace(shifted(row.key, today.kind, length), row);
  return out;
}

auto check_question(statistics_answer const& what, std::vector<std::string> const& compare)
    -> status {
  auto const& [from, to] = std::pair{what.question.filter.from, what.question.filter.to};
  bool const has_both = from.is_known() && to.is_known();
  if (what.by == "minute" && (!has_both || to - from > std::chrono::hours{72}))
    return fail(errc::out_of_range,
                "minutes are told of three days at most; expected a time from and a time to that "
                "are no farther apart");
  if (!compare.empty() && !has_both)
    return fail(errc::parse_error,
                "a span is compared with the same span before; expected a time from and a time to");
  return {};
}

/// From what the slowest of its numbers were counted.
auto origin_name(statistics_answer const& what) -> std::string_view {
  constexpr std::string_view names[] = {"rollups", "tuples", "packets"};
  auto const of = [&](std::optional<group_by> by) {
    return static_cast<std::size_t>(store::origin_of(what.question.filter, by));
  };
  return names[std::max(of(std::nullopt), what.by.empty() ? std::size_t{0} : of(what.kind))];
}

/// How each kind of number was counted.
auto counting_json(asked const& question) -> json {
  json sources{{"is_exact", question.options.has_exact_sources}};
  // uniqCombined with its standard precision, as measured by tests/store/test_statistics.py.
  if (!question.options.has_exact_sources)
    sources.update({{"exact_up_to", 1000}, {"relative_error", 0.01}});
  return {{"packets", {{"is_exact", true}}}, {"sources", std::move(sources)}};
}

}  // namespace

auto key_json(statistics_answer const& what, statistics_row const& row) -> json {
  auto out = json::object();
  put_key(what, row, out);
  return out;
}

auto group_named(std::string_view name) -> std::optional<store::group_by> {
  auto const* const found = std::ranges::find(group_names, name);
  if (found == std::end(group_names)) return std::nullopt;
  return static_cast<group_by>(found - std::begin(group_names));
}

auto ask_statistics(store::engine& in, statistics_answer& to,
                    std::vector<std::string> const& compare) -> status {
  KIZASHI_TRY(check_question(to, compare));
  auto const& question = to.question;
  KIZASHI_TRY(to.totals, store::count_all(in, question.filter, question.options));
  if (!to.by.empty() && to.totals.packets > 0) {
    KIZASHI_TRY(to.found, store::count_by(in, question.filter, to.kind, question.options));
  }
  for (auto const name : span_names) {
    if (std::ranges::find(compare, name) == compare.end()) continue;
    KIZASHI_TRY(auto span, ask_span(in, to, name));
    to.before.push_back(std::move(span));
  }
  return {};
}

auto write_json(statistics_answer const& what, text_sink& to) -> status {
  auto const& [question, by, kind, totals, found, before] = what;
  std::vector<std::string> sensors;
  for (auto const number : totals.sensors) sensors.push_back(question.sensor_name(number));
  json_document out{to};
  KIZASHI_TRY(out.member("schema", "kizashi-stats/1"));
  KIZASHI_TRY(out.member("kizashi", version()));
  KIZASHI_TRY(out.member("store", question.store));
  if (question.scope) KIZASHI_TRY(out.member("scope", *question.scope));
  KIZASHI_TRY(out.member("by", name_json(by)));
  KIZASHI_TRY(out.member("asked_sensors", question.sensors));
  KIZASHI_TRY(out.member("from", time_json(question.filter.from)));
  KIZASHI_TRY(out.member("to", time_json(question.filter.to)));
  if (question.filter.where)
    KIZASHI_TRY(out.member("filter", to_text(question.filter.where->expression())));
  KIZASHI_TRY(out.member("packets", totals.packets));
  KIZASHI_TRY(out.member("wire_bytes", totals.bytes));
  KIZASHI_TRY(out.member("sources", totals.sources));
  KIZASHI_TRY(out.member("sources_exact", question.options.has_exact_sources));
  if (question.scope) KIZASHI_TRY(out.member("counting", counting_json(question)));
  KIZASHI_TRY(out.member("read_from", origin_name(what)));
  if (!before.empty()) KIZASHI_TRY(out.member("before", before_json(what, nullptr)));
  KIZASHI_TRY(out.member("first_minute", time_json(totals.first)));
  KIZASHI_TRY(out.member("last_minute", time_json(totals.last)));
  KIZASHI_TRY(out.member("days", totals.days));
  KIZASHI_TRY(out.member("sensors", sensors));
  if (by.empty()) return out.close();
  KIZASHI_TRY(out.member("place_origin", name_json(question.places->origin())));
  auto const all = kind == group_by::source ? totals.sources : found.all_rows;
  KIZASHI_TRY(out.member("all_rows", all));
  KIZASHI_TRY(out.list("rows", found.rows, found.rows.size(),
                       [&](statistics_row const& row) { return compared_row_json(what, row); }));
  return out.close();
}

auto write_csv(statistics_answer const& what, text_sink& out) -> status {
  std::vector<std::string> cells;
  auto const head = row_json(what, {});
  for (auto const& each : head.items()) cells.push_back(each.key());
  KIZASHI_TRY(out.write(fmt::format("{}\n", fmt::join(cells, ","))));
  for (auto const& row : what.found.rows) {
    auto const values = row_json(what, row);
    cells.clear();
    for (auto const& each : values) cells.push_back(csv_value(each));
    KIZASHI_TRY(out.write(fmt::format("{}\n", fmt::join(cells, ","))));
  }
  return {};
}

}  // namespace kizashi::answer
