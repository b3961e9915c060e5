#include "kizashi/paper/document.hpp"

#include <algorithm>

#include "kizashi/paper/changes.hpp"
#include "kizashi/paper/notable.hpp"

namespace kizashi::paper {
namespace {

using store::group_by;

auto share_of(std::uint64_t part, std::uint64_t whole) -> double {
  return whole == 0 ? 0 : static_cast<double>(part) / static_cast<double>(whole);
}

/// null without addresses.
auto per_address_json(std::uint64_t packets, std::uint64_t addresses) -> json {
  return addresses == 0 ? json(nullptr) : json(share_of(packets, addresses));
}

auto list_json(answer::statistics_answer const& what, report_list const& list, report const& in)
    -> json {
  auto out = json::array();
  for (auto const& row : list.found.rows) {
    auto each = answer::key_json(what, row);
    each["packets"] = row.packets;
    each["wire_bytes"] = row.bytes;
    each["sources"] = row.sources;
    each["share"] = share_of(row.packets, in.totals.packets);
    each["before"] = nullptr;
    each["change"] = nullptr;
    if (in.has_before) {
      auto const found = list.before.find(row.key);
      auto const before = found == list.before.end() ? store::statistics_row{} : found->second;
      each["before"] = {{"packets", before.packets}, {"sources", before.sources}};
      if (before.packets > 0) each["change"] = share_of(row.packets, before.packets) - 1;
    }
    out.push_back(std::move(each));
  }
  return out;
}

auto name_of_list(group_by kind) -> char const* {
  switch (kind) {
    case group_by::port:
      return "ports";
    case group_by::country:
      return "countries";
    case group_by::as:
      return "as";
    case group_by::tool:
      return "tools";
    case group_by::traffic_class:
      return "classes";
    default:
      return "scanners";
  }
}

auto put_lists(store::engine& in, answer::asked question, report const& found, json& out)
    -> status {
  auto const& ask = question.options.ask;
  KIZASHI_TRY(auto const tools, store::stored_names(in, "fingerprint", ask));
  KIZASHI_TRY(auto const scanners, store::stored_names(in, "scanner", ask));
  for (auto const* const name : {"ports", "countries", "as", "tools", "classes", "scanners"})
    out[name] = json::array();
  for (auto const& list : found.lists) {
    question.tag_names = list.kind == group_by::tool ? tools : scanners;
    answer::statistics_answer const what{question, {}, list.kind, {}, {}, {}};
    out[name_of_list(list.kind)] = list_json(what, list, found);
  }
  return {};
}

auto rows_in_time(store::statistics const& rows, char const* key) -> json {
  auto out = json::array();
  for (auto const& row : rows.rows) {
    bool const is_day = std::string_view{key} == "day";
    out.push_back({{key, is_day ? json(answer::day_text(row.key.time))
                                : answer::time_json(answer::time_of(row.key.time))},
                   {"packets", row.packets},
                   {"wire_bytes", row.bytes},
                   {"sources", row.sources}});
  }
  return out;
}

auto history_json(std::vector<report_span> const& of) -> json {
  auto out = json::array();
  for (auto const& each : of)
    out.push_back({{"name", each.period.name},
                   {"packets", each.totals.packets},
                   {"sources", each.totals.sources},
                   {"addresses", each.addresses},
                   {"packets_per_address", per_address_json(each.totals.packets, each.addresses)}});
  return out;
}

auto head_json(answer::asked const& question) -> json {
  auto const& filter = question.filter;
  json out{
      {"schema", "kizashi-report/1"}, {"kizashi", answer::version()}, {"store", question.store}};
  if (question.scope) out["scope"] = *question.scope;
  out["asked_sensors"] = question.sensors;
  out["from"] = answer::time_json(filter.from);
  out["to"] = answer::time_json(filter.to);
  out["filter"] = filter.where ? json(to_text(filter.where->expression())) : json(nullptr);
  json sources{{"is_exact", false}, {"exact_up_to", 1000}, {"relative_error", 0.01}};
  out["counting"] = {{"packets", {{"is_exact", true}}}, {"sources", std::move(sources)}};
  constexpr std::string_view origins[] = {"rollups", "tuples", "packets"};
  out["read_from"] = origins[static_cast<std::size_t>(std::max(
      store::origin_of(filter, group_by::port), store::origin_of(filter, group_by::tool)))];
  return out;
}

auto totals_json(report const& found) -> json {
  return {{"packets", found.totals.packets},
          {"wire_bytes", found.totals.bytes},
          {"sources", found.totals.sources},
          {"packets_per_address", per_address_json(found.totals.packets, found.addresses)}};
}

auto observed_json(answer::asked const& question, store::statistics_totals const& totals) -> json {
  std::vector<std::string> sensors;
  for (auto const number : totals.sensors) sensors.push_back(question.sensor_name(number));
  return {{"first_minute", answer::time_json(totals.first)},
          {"last_minute", answer::time_json(totals.last)},
          {"days", totals.days},
          {"sensors", sensors}};
}

}  // namespace

auto period_json(report_period const& of) -> json {
  return {{"kind", of.kind},
          {"name", of.name},
          {"from", answer::time_json(of.from)},
          {"to", answer::time_json(of.to)},
          {"days", (of.to - of.from) / std::chrono::hours{24}}};
}

auto make_document(store::engine& in, answer::asked question, report_period const& period,
                   timestamp now) -> result<json> {
  question.filter.from = period.from;
  question.filter.to = period.to;
  KIZASHI_TRY(auto const found, make_report(in, question, period));
  auto out = head_json(question);
  out["period"] = period_json(found.period);
  out["is_over"] = now >= period.to;
  out["observed"] = observed_json(question, found.totals);
  out["earlier"] = period_json(found.earlier);
  out["addresses"] = found.addresses;
  out["totals"] = totals_json(found);
  out["before"] = found.has_before
                      ? json{{"packets", found.before.packets}, {"sources", found.before.sources}}
                      : json(nullptr);
  out["history"] = history_json(found.history);
  out["days"] = rows_in_time(found.days, "day");
  out["hours"] = rows_in_time(found.hours, "time");
  KIZASHI_TRY(put_lists(in, question, found, out));
  out["scanner_share"] = share_of(found.scanner_packets, found.totals.packets);
  auto const count = [](std::optional<std::uint64_t> of_period) {
    return json{{"count", of_period ? json(*of_period) : json(nullptr)}};
  };
  out["events"] = count(found.event_count);
  out["attacks"] = count(found.attack_count);
  KIZASHI_TRY(out["notable"], notable_json(in, question));
  out["changes"] = changes_json(out);
  return out;
}

auto newest_period(store::engine& in, answer::asked const& question, std::string_view kind,
                   timestamp now) -> result<report_period> {
  KIZASHI_TRY(auto const all, store::count_all(in, question.filter, question.options));
  return period_at(kind, all.last.is_known() ? all.last : now);
}

}  // namespace kizashi::paper
