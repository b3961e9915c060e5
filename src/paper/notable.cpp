#include "kizashi/paper/notable.hpp"

#include <bit>

#include "kizashi/answer/event_rows.hpp"
#include "kizashi/paper/findings.hpp"
#include "kizashi/store/event_sources.hpp"
#include "kizashi/store/pages.hpp"

namespace kizashi::paper {
namespace {

constexpr std::size_t most_notable = 10;

void put_place(answer::asked const& question, net::address of, json& to) {
  auto const at = question.places->find(of);
  to["country"] = answer::country_json(at.country);
  to["as"] = answer::system_json(at.asn);
  to["as_name"] = answer::name_json(question.places->name(at.asn));
}

auto campaigns_json(store::engine& in, answer::asked const& question) -> result<json> {
  auto const found = find_campaigns(in, question);
  if (!found && found.error().code == errc::limit_reached) return json(nullptr);
  if (!found) return tl::unexpected{found.error()};
  auto out = json::array();
  for (auto const& each : found->rows)
    if (out.size() < most_notable) out.push_back(campaign_json(each.row));
  return out;
}

}  // namespace

auto find_campaigns(store::engine& in, answer::asked const& question) -> result<found_campaigns> {
  auto const& ask = question.options.ask;
  KIZASHI_TRY(auto const found, store::event_sources_of(in, question.filter, ask));
  KIZASHI_TRY(auto const names, store::stored_names(in, "fingerprint", ask));
  found_campaigns out;
  out.is_cut = found.is_cut;
  std::vector<screening::listed_source> sources;
  for (auto const& each : found.rows) {
    // The verdict with the lowest number stands for all.
    auto const tool = each.tools == 0 ? 0 : std::countr_zero(each.tools) + 1;
    sources.push_back({each.profile, static_cast<std::uint8_t>(tool)});
    out.begins[each.profile.address] = each.profile.first;
  }
  out.rows = screening::campaigns_among(
      std::move(sources), [&](std::uint8_t number) { return answer::name_in(names, number); },
      question.places.get());
  return out;
}

auto campaign_json(screening::campaign_row const& of) -> json {
  json out{{"name", of.name}, {"description", of.description}};
  out["tool"] = answer::name_json(of.tool);
  out["quirk"] = answer::name_json(of.quirk);
  out["ports"] = json::array();
  for (auto const& each : of.ports)
    out["ports"].push_back({{"protocol", answer::protocol_name(each.ip_protocol)},
                            {"port", each.port},
                            {"packets", each.packets}});
  out["members"] = of.sources;
  out["packets"] = of.packets;
  out["networks"] = of.networks;
  out["systems"] = of.systems;
  out["countries"] = of.countries;
  out["first"] = answer::time_json(of.first);
  out["last"] = answer::time_json(of.last);
  out["synchronous"] = of.is_synchronous;
  out["confidence"] = of.confidence;
  return out;
}

auto notable_json(store::engine& in, answer::asked const& question) -> result<json> {
  if (question.filter.where) return json(nullptr);
  auto const& ask = question.options.ask;
  answer::row_names names{question.sensor_names, {}, {}};
  KIZASHI_TRY(names.scanners, store::stored_names(in, "scanner", ask));
  KIZASHI_TRY(names.fingerprints, store::stored_names(in, "fingerprint", ask));
  store::page_request asked{question.filter};
  asked.rows = most_notable;
  asked.is_largest_first = true;
  asked.ask = ask;
  json out{{"events", json::array()}, {"attacks", json::array()}};
  KIZASHI_TRY(auto const events, store::list_events(in, asked));
  for (auto const& each : events.rows) {
    out["events"].push_back(answer::listed_json(each, names));
    put_place(question, each.source, out["events"].back());
  }
  KIZASHI_TRY(auto const attacks, store::list_attacks(in, asked));
  for (auto const& each : attacks.rows) {
    out["attacks"].push_back(answer::listed_json(each, names));
    put_place(question, each.victim.first(), out["attacks"].back());
  }
  KIZASHI_TRY(out["campaigns"], campaigns_json(in, question));
  KIZASHI_TRY(out["findings"], findings_json(in, question));
  return out;
}

}  // namespace kizashi::paper
