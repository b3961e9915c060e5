// Groups of sources that scan together, found in the store's scan events.
#include <bit>

#include "kizashi/api/handlers/handlers.hpp"
#include "kizashi/api/handlers/store_call.hpp"
#include "kizashi/screening/listed_campaigns.hpp"
#include "kizashi/store/event_sources.hpp"

namespace kizashi::api {
namespace {

using answer::json;

constexpr std::size_t most_members = 100;

auto campaign_json(screening::listed_campaign const& of,
                   std::map<net::address, timestamp> const& begins) -> json {
  auto const& row = of.row;
  json out{{"name", row.name}, {"description", row.description}};
  out["tool"] = answer::name_json(row.tool);
  out["quirk"] = answer::name_json(row.quirk);
  out["ports"] = json::array();
  for (auto const& each : row.ports)
    out["ports"].push_back({{"protocol", answer::protocol_name(each.ip_protocol)},
                            {"port", each.port},
                            {"packets", each.packets}});
  out["members"] = row.sources;
  out["member_sources"] = json::array();
  std::map<std::int64_t, std::uint64_t> growth;
  constexpr std::int64_t hour = std::int64_t{3600} * 1'000'000'000;
  for (auto const& each : of.members) {
    if (out["member_sources"].size() < most_members)
      out["member_sources"].push_back(each.to_string());
    if (auto const found = begins.find(each); found != begins.end() && found->second.is_known())
      ++growth[found->second.nanoseconds() / hour];
  }
  out["growth"] = json::array();
  for (auto const& [begin, members] : growth)
    out["growth"].push_back(
        {{"time", answer::time_json(timestamp{begin * hour})}, {"members", members}});
  out["packets"] = row.packets;
  out["networks"] = row.networks;
  out["systems"] = row.systems;
  out["countries"] = row.countries;
  out["first"] = answer::time_json(row.first);
  out["last"] = answer::time_json(row.last);
  out["synchronous"] = row.is_synchronous;
  out["confidence"] = row.confidence;
  return out;
}

auto answer_campaigns(observatory const& in, call const& of) -> result<http::response> {
  KIZASHI_TRY(auto question, question_of(in, of));
  KIZASHI_TRY(bound_span(in, question));
  auto const& ask = question.options.ask;
  KIZASHI_TRY(auto const found, store::event_sources_of(*in.engine, question.filter, ask));
  KIZASHI_TRY(auto const names, store::stored_names(*in.engine, "fingerprint", ask));
  std::vector<screening::listed_source> sources;
  std::map<net::address, timestamp> begins;
  for (auto const& each : found.rows) {
    // The verdict with the lowest number stands for all.
    auto const tool = each.tools == 0 ? 0 : std::countr_zero(each.tools) + 1;
    sources.push_back({each.profile, static_cast<std::uint8_t>(tool)});
    begins[each.profile.address] = each.profile.first;
  }
  auto const campaigns = screening::campaigns_among(
      std::move(sources), [&](std::uint8_t number) { return answer::name_in(names, number); },
      in.places.get());
  auto out = answer_head(question, "kizashi-campaigns/1");
  out["counting"] = {{"packets", {{"is_exact", true}}}, {"members", {{"is_exact", true}}}};
  out["cut"] = found.is_cut;
  out["total"] = campaigns.size();
  out["rows"] = json::array();
  auto const top = of.with.get<std::uint64_t>("top");
  for (auto const& each : campaigns)
    if (out["rows"].size() < top) out["rows"].push_back(campaign_json(each, begins));
  return json_response(out);
}

}  // namespace

auto campaign_routes(observatory const& in) -> std::vector<route> {
  route out{.path = "/api/v1/campaigns",
            .id = "listCampaigns",
            .summary =
                "Groups of sources that scan together (docs/campaigns.md), found in the "
                "scan events of a span.",
            .needs = role::partner,
            .cost = 10,
            .answer_schema = "campaigns",
            .tag = "Pictures"};
  out.parameters = {sensor_parameter(),
                    from_parameter(parameter_kind::minute),
                    to_parameter(parameter_kind::minute),
                    {.name = "top",
                     .kind = parameter_kind::number,
                     .help = "Rows at most, those with most packets first.",
                     .least = 1,
                     .most = 1000,
                     .standard = "100"}};
  out.answer = [&in](call const& of) { return answered(answer_campaigns(in, of)); };
  return {out};
}

}  // namespace kizashi::api
