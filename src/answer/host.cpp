#include "kizashi/answer/host.hpp"

#include <functional>

#include "kizashi/answer/finding.hpp"
#include "kizashi/answer/json_document.hpp"

namespace kizashi::answer {
namespace {

using store::kind_count;
using store::statistics_row;

auto with_numbers(json key, statistics_row const& row) -> json {
  key["packets"] = row.packets;
  key["wire_bytes"] = row.bytes;
  return key;
}

auto port_json(statistics_row const& row) -> json {
  auto out =
      with_numbers({{"protocol", protocol_name(row.key.ip_protocol)}, {"port", row.key.port}}, row);
  out["sources"] = row.sources;
  return out;
}

/// One list after another.
class host_document {
public:
  host_document(host_answer const& what, text_sink& to) : what_{what}, out_{to} {}

  [[nodiscard]] auto write() -> status {
    KIZASHI_TRY(head());
    KIZASHI_TRY(times());
    KIZASHI_TRY(kinds());
    KIZASHI_TRY(events());
    return out_.close();
  }

private:
  using row_json = std::function<json(statistics_row const&)>;

  auto head() -> status {
    auto const& question = what_.question;
    auto const& profile = what_.profile;
    KIZASHI_TRY(out_.member("schema", "kizashi-host/1"));
    KIZASHI_TRY(out_.member("kizashi", version()));
    KIZASHI_TRY(out_.member("store", question.store));
    if (question.scope) KIZASHI_TRY(out_.member("scope", *question.scope));
    KIZASHI_TRY(out_.member("host", what_.name()));
    KIZASHI_TRY(out_.member("asked_sensors", question.sensors));
    KIZASHI_TRY(out_.member("from", time_json(question.filter.from)));
    KIZASHI_TRY(out_.member("to", time_json(question.filter.to)));
    if (question.filter.where)
      KIZASHI_TRY(out_.member("filter", to_text(question.filter.where->expression())));
    KIZASHI_TRY(out_.member("packets", profile.packets));
    KIZASHI_TRY(out_.member("wire_bytes", profile.bytes));
    KIZASHI_TRY(out_.member("sources", profile.sources));
    KIZASHI_TRY(out_.member("destinations", profile.destinations));
    KIZASHI_TRY(out_.member("first", time_json(profile.first)));
    KIZASHI_TRY(out_.member("last", time_json(profile.last)));
    return out_.member("place_origin", name_json(question.places->origin()));
  }

  auto times() -> status {
    auto const& of = what_.profile;
    KIZASHI_TRY(list("days", of.days, false, [](statistics_row const& row) {
      auto const time = row.key.time;
      return with_numbers({{"day", time == 0 ? json(nullptr) : json(day_text(time))}}, row);
    }));
    return list("hours", of.hours, false, [](statistics_row const& row) {
      return with_numbers({{"time", time_json(time_of(row.key.time))}}, row);
    });
  }

  auto kinds() -> status {
    auto const& of = what_.profile;
    KIZASHI_TRY(list("sensors", of.sensors, true, [&](statistics_row const& row) {
      return with_numbers({{"sensor", what_.question.sensor_name(row.key.sensor)}}, row);
    }));
    KIZASHI_TRY(list("countries", of.countries, true, [](statistics_row const& row) {
      return with_numbers({{"country", country_json(row.key.country)}}, row);
    }));
    KIZASHI_TRY(list("as", of.systems, true, [&](statistics_row const& row) {
      auto const number = row.key.asn;
      return with_numbers({{"as", number.number() == 0 ? json(nullptr) : json(number.number())},
                           {"name", name_json(what_.question.places->name(number))}},
                          row);
    }));
    KIZASHI_TRY(list("protocols", of.protocols, true, [](statistics_row const& row) {
      return with_numbers({{"protocol", stored_protocol_name(row.key.ip_protocol)}}, row);
    }));
    KIZASHI_TRY(out_.member("port_count", of.ports.size()));
    KIZASHI_TRY(list("ports", of.ports, true, port_json));
    KIZASHI_TRY(names("types", "type", of.types, type_name));
    KIZASHI_TRY(names("classes", "class", of.classes, class_name));
    KIZASHI_TRY(names("fingerprints", "name", of.fingerprints,
                      [&](std::uint16_t number) { return name_in(what_.fingerprints, number); }));
    KIZASHI_TRY(names("known_scanners", "organisation", of.scanners,
                      [&](std::uint16_t number) { return name_in(what_.scanners, number); }));
    return list("top_sources", of.busiest, true, [](statistics_row const& row) {
      return with_numbers({{"address", row.key.source.to_string()}}, row);
    });
  }

  auto events() -> status {
    auto const& of = what_.profile;
    KIZASHI_TRY(out_.member("event_count", of.event_count));
    KIZASHI_TRY(out_.list(
        "events", of.events, of.events.size(),
        [&](store::stored_event const& each) { return event_json(each, what_.fingerprints); }));
    return out_.list("findings", what_.findings, what_.findings.size(), finding_row_json);
  }

  auto list(char const* name, std::vector<statistics_row> const& rows, bool is_cut,
            row_json const& of_row) -> status {
    auto const count = is_cut ? shown(rows, what_.question.options.top) : rows.size();
    return out_.list(name, rows, count, of_row);
  }
  auto names(char const* name, char const* key, std::vector<kind_count> const& rows,
             std::function<std::string(std::uint16_t)> const& name_of_number) -> status {
    return out_.list(name, rows, shown(rows, what_.question.options.top),
                     [&](kind_count const& row) {
                       return json{{key, name_of_number(row.number)}, {"packets", row.packets}};
                     });
  }

  host_answer const& what_;
  json_document out_;
};

}  // namespace

auto event_json(store::stored_event const& each, stored_names const& fingerprints) -> json {
  return json{{"source", each.source.to_string()},
              {"first", time_json(each.first)},
              {"last", time_json(each.last)},
              {"type", type_name(each.type)},
              {"class", class_name(each.traffic_class)},
              {"pattern", pattern_name(each.pattern)},
              {"port", each.ports > 1 ? json(nullptr) : json(each.port)},
              {"ports", each.ports},
              {"packets", each.packets},
              {"destinations", each.destinations},
              {"destinations_exact", each.is_exact},
              {"tools", tool_names(each.tools, fingerprints)},
              {"ongoing", each.is_ongoing}};
}

auto findings_of_host(store::engine& in, asked const& question, net::prefix const& who,
                      store::finding_scope const& scope) -> result<std::vector<engine::finding>> {
  store::finding_request of{.from = question.filter.from, .to = question.filter.to};
  of.sensors = question.sensors;
  of.source = who;
  of.scope = scope;
  constexpr std::size_t most = 10'000;
  of.rows = question.options.top == 0 ? most : question.options.top;
  of.ask = question.options.ask;
  KIZASHI_TRY(auto page, store::list_findings(in, of));
  std::vector<engine::finding> out;
  for (auto& each : page.rows) out.push_back(std::move(each.found));
  return out;
}

auto write_json(host_answer const& what, text_sink& out) -> status {
  return host_document{what, out}.write();
}

}  // namespace kizashi::answer
