// Groups of sources that scan together, found in the store's scan events.
#include "kizashi/api/handlers/handlers.hpp"
#include "kizashi/api/handlers/store_call.hpp"
#include "kizashi/paper/notable.hpp"

namespace kizashi::api {
namespace {

using answer::json;

auto campaign_json(screening::listed_campaign const& of,
                   std::map<net::address, timestamp> const& begins, std::uint64_t most_members)
    -> json {
  auto out = paper::campaign_json(of.row);
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
  return out;
}

auto answer_campaigns(observatory const& in, call const& of) -> result<http::response> {
  KIZASHI_TRY(auto question, question_of(in, of));
  KIZASHI_TRY(bound_span(in, question));
  KIZASHI_TRY(auto const found, paper::find_campaigns(*in.engine, question));
  auto out = answer_head(question, "kizashi-campaigns/1");
  out["counting"] = {{"packets", {{"is_exact", true}}}, {"members", {{"is_exact", true}}}};
  out["cut"] = found.is_cut;
  out["total"] = found.rows.size();
  out["rows"] = json::array();
  auto const top = of.with.get<std::uint64_t>("top");
  auto const members = of.with.get<std::uint64_t>("members");
  for (auto const& each : found.rows)
    if (out["rows"].size() < top) out["rows"].push_back(campaign_json(each, found.begins, members));
  return json_response(out);
}

}  // namespace

auto campaign_routes(observatory const& in) -> std::vector<route> {
  route out{.path = "/api/v1/campaigns",
            .id = "listCampaigns",
            .summary =
                "Groups of sources that scan together (docs/campaigns.md), found in the "
                "scan events of a span.",
            .needs = role::viewer,
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
                     .standard = "100"},
                    {.name = "members",
                     .kind = parameter_kind::number,
                     .help = "Addresses of members at most, of each.",
                     .least = 0,
                     .most = 10'000,
                     .standard = "100"}};
  out.answer = [&in](call const& of) { return answered(answer_campaigns(in, of)); };
  return {out};
}

}  // namespace kizashi::api
