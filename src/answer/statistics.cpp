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
  if (what.kind != group_by::source) out["sources"] = row.sources;
  return out;
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

auto group_named(std::string_view name) -> std::optional<store::group_by> {
  auto const* const found = std::ranges::find(group_names, name);
  if (found == std::end(group_names)) return std::nullopt;
  return static_cast<group_by>(found - std::begin(group_names));
}

auto write_json(statistics_answer const& what, text_sink& to) -> status {
  auto const& [question, by, kind, totals, found] = what;
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
  KIZASHI_TRY(out.member("first_minute", time_json(totals.first)));
  KIZASHI_TRY(out.member("last_minute", time_json(totals.last)));
  KIZASHI_TRY(out.member("days", totals.days));
  KIZASHI_TRY(out.member("sensors", sensors));
  if (by.empty()) return out.close();
  KIZASHI_TRY(out.member("place_origin", name_json(question.places->origin())));
  auto const all = kind == group_by::source ? totals.sources : found.all_rows;
  KIZASHI_TRY(out.member("all_rows", all));
  KIZASHI_TRY(out.list("rows", found.rows, found.rows.size(),
                       [&](statistics_row const& row) { return row_json(what, row); }));
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
