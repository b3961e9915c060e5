// A report on a day, week, month, quarter or year.
#include "kizashi/answer/report.hpp"

#include <algorithm>
#include <iterator>

#include "kizashi/api/handlers/handlers.hpp"
#include "kizashi/api/handlers/store_call.hpp"

namespace kizashi::api {
namespace {

using answer::json;
using store::group_by;

auto period_json(answer::report_period const& of) -> json {
  return {{"kind", of.kind},
          {"name", of.name},
          {"from", answer::time_json(of.from)},
          {"to", answer::time_json(of.to)}};
}

auto share_of(std::uint64_t part, std::uint64_t whole) -> double {
  return whole == 0 ? 0 : static_cast<double>(part) / static_cast<double>(whole);
}

auto report_list_json(answer::statistics_answer const& what, answer::report_list const& list,
                      answer::report const& in) -> json {
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

auto period_in(observatory const& in, call const& of, answer::asked const& question)
    -> result<answer::report_period> {
  auto const kind = of.with.get<std::string>("period");
  if (of.with.has("at")) return answer::period_at(kind, of.with.get<std::string>("at"));
  KIZASHI_TRY(auto const all, store::count_all(*in.engine, question.filter, question.options));
  auto const last = all.last.is_known() ? all.last : timestamp{std::int64_t{0}};
  return answer::period_at(kind, last);
}

auto put_lists(answer::asked question, observatory const& in, answer::report const& found,
               json& out) -> status {
  auto const& ask = question.options.ask;
  KIZASHI_TRY(auto const tools, store::stored_names(*in.engine, "fingerprint", ask));
  KIZASHI_TRY(auto const scanners, store::stored_names(*in.engine, "scanner", ask));
  for (auto const* const name : {"ports", "countries", "as", "tools", "classes", "scanners"})
    out[name] = json::array();
  for (auto const& list : found.lists) {
    question.tag_names = list.kind == group_by::tool ? tools : scanners;
    answer::statistics_answer const what{question, {}, list.kind, {}, {}, {}};
    out[name_of_list(list.kind)] = report_list_json(what, list, found);
  }
  return {};
}

auto answer_report(observatory const& in, call const& of) -> result<http::response> {
  KIZASHI_TRY(auto question, question_of(in, of));
  KIZASHI_TRY(filter_packets(in, of, question));
  KIZASHI_TRY(auto const period, period_in(in, of, question));
  KIZASHI_TRY(auto const found, answer::make_report(*in.engine, question, period));
  question.filter.from = period.from;
  question.filter.to = period.to;
  auto out = answer_head(question, "kizashi-report/1");
  out["filter"] = of.with.has("filter") ? json(of.with.get<std::string>("filter")) : json(nullptr);
  json sources{{"is_exact", false}, {"exact_up_to", 1000}, {"relative_error", 0.01}};
  out["counting"] = {{"packets", {{"is_exact", true}}}, {"sources", std::move(sources)}};
  out["read_from"] = read_from_name(std::max(store::origin_of(question.filter, group_by::port),
                                             store::origin_of(question.filter, group_by::tool)));
  out["period"] = period_json(found.period);
  out["earlier"] = period_json(found.earlier);
  out["addresses"] = found.addresses;
  out["totals"] = {{"packets", found.totals.packets},
                   {"wire_bytes", found.totals.bytes},
                   {"sources", found.totals.sources},
                   {"packets_per_address",
                    found.addresses == 0 ? json(nullptr)
                                         : json(share_of(found.totals.packets, found.addresses))}};
  out["before"] = found.has_before
                      ? json{{"packets", found.before.packets}, {"sources", found.before.sources}}
                      : json(nullptr);
  out["days"] = json::array();
  for (auto const& row : found.days.rows)
    out["days"].push_back({{"day", answer::day_text(row.key.time)},
                           {"packets", row.packets},
                           {"wire_bytes", row.bytes},
                           {"sources", row.sources}});
  KIZASHI_TRY(put_lists(question, in, found, out));
  out["scanner_share"] = share_of(found.scanner_packets, found.totals.packets);
  auto const count = [](std::optional<std::uint64_t> of_period) {
    return json{{"count", of_period ? json(*of_period) : json(nullptr)}};
  };
  out["events"] = count(found.event_count);
  out["attacks"] = count(found.attack_count);
  return json_response(out);
}

}  // namespace

auto report_routes(observatory const& in) -> std::vector<route> {
  route out{.path = "/api/v1/report",
            .id = "getReport",
            .summary =
                "A report on a day, week, month, quarter or year, and how it differs from "
                "the one before.",
            .needs = role::partner,
            .cost = 10,
            .answer_schema = "report",
            .tag = "Questions"};
  out.parameters = {
      {.name = "period",
       .kind = parameter_kind::choice,
       .help = "How long. Weeks begin on Mondays; times are UTC.",
       .standard = "month",
       .choices = {std::begin(answer::period_names), std::end(answer::period_names)}},
      {.name = "at",
       .help = "The period that has this year, month or day. Without: the one of the last packet.",
       .least = 4,
       .most = 10,
       .example = "2026-01"},
      sensor_parameter(),
      filter_parameter()};
  out.answer = [&in](call const& of) { return answered(answer_report(in, of)); };
  return {out};
}

}  // namespace kizashi::api
