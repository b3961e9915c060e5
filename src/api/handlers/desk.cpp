// Saved views, settings and the audit log, as rows of the table alone: who has them answers them.
#include "kizashi/api/desk.hpp"

#include "kizashi/api/handlers/store_call.hpp"

namespace kizashi::api {
namespace {

constexpr auto desk_tag = "Accounts";

auto view_routes() -> std::vector<route> {
  using http::method;
  constexpr auto all = "/api/v1/views";
  route list{.path = all, .id = "listViews", .summary = "One's own saved views, the newest first."};
  list.answer_schema = "views";
  route add{.method = method::post, .path = all, .id = "addView", .summary = "Saves a view."};
  add.body_limit = 16384;
  add.body_schema = "view_request";
  add.answer_schema = "view";
  route remove{.method = method::remove,
               .path = "/api/v1/views/{view}",
               .id = "removeView",
               .summary = "Removes one of one's own views."};
  remove.success = 204;
  remove.parameters = {{.name = "view",
                        .kind = parameter_kind::number,
                        .help = "The view's number.",
                        .place = parameter_place::path,
                        .is_required = true,
                        .least = 1,
                        .most = INT64_MAX,
                        .example = "17"}};
  std::vector<route> out{std::move(list), std::move(add), std::move(remove)};
  for (auto& each : out) each.needs = role::guest;
  return out;
}

auto audit_route() -> route {
  route out{.path = "/api/v1/audit",
            .id = "listAudit",
            .summary = "The audit log, a page at a time, the newest rows first."};
  out.answer_schema = "audit";
  out.parameters = {
      {.name = "who", .help = "Only of this account.", .least = 1, .most = 64, .example = "hana"},
      {.name = "action",
       .help = "Only of this action.",
       .least = 1,
       .most = 40,
       .example = "data.exported"},
      from_parameter(parameter_kind::instant),
      to_parameter(parameter_kind::instant),
      {.name = "before",
       .kind = parameter_kind::number,
       .help = "`next` of the page before: rows with a lower number.",
       .least = 1,
       .most = INT64_MAX},
      {.name = "limit",
       .kind = parameter_kind::number,
       .help = "Rows of a page.",
       .least = 1,
       .most = 1000,
       .standard = "100"}};
  return out;
}

}  // namespace

auto export_route() -> route {
  route out{.path = "/api/v1/export",
            .id = "exportPackets",
            .summary =
                "Packets as a file, in the order of time; destinations for who may see "
                "them. X-Packets says how many there are, limit or not."};
  out.needs = role::partner;
  out.is_audited = true;
  out.cost = 10;
  out.tag = "Questions";
  out.media_types = {"text/csv", "application/jsonl", "application/vnd.tcpdump.pcap",
                     "application/vnd.apache.parquet"};
  out.parameters = {{.name = "format",
                     .kind = parameter_kind::choice,
                     .help = "pcap: headers as they can be rebuilt (docs/import-export.md), for "
                             "who may see destinations.",
                     .standard = "csv",
                     .choices = {"csv", "jsonl", "parquet", "pcap"}},
                    sensor_parameter(),
                    from_parameter(parameter_kind::instant),
                    to_parameter(parameter_kind::instant),
                    filter_parameter(),
                    {.name = "limit",
                     .kind = parameter_kind::number,
                     .help = "Packets at most.",
                     .least = 1,
                     .most = 100'000,
                     .standard = "10000"}};
  return out;
}

auto desk_routes() -> std::vector<route> {
  auto out = view_routes();
  route settings{.path = "/api/v1/settings",
                 .id = "listSettings",
                 .summary =
                     "Every key of the configuration, its value, where it is from, and "
                     "whether it can change while the program runs."};
  settings.answer_schema = "settings";
  out.push_back(std::move(settings));
  out.push_back(audit_route());
  for (auto& each : out) each.tag = desk_tag;
  return out;
}

}  // namespace kizashi::api
