// Rows of the store's tables, a page at a time: packets, events, attacks, windows.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "kizashi/answer/event_rows.hpp"
#include "kizashi/answer/text_sink.hpp"
#include "kizashi/api/handlers/handlers.hpp"
#include "kizashi/api/handlers/paging.hpp"
#include "kizashi/api/handlers/store_call.hpp"
#include "kizashi/store/pages.hpp"

namespace kizashi::api {
namespace {

using answer::json;

/// The names that rows need, and what they may tell.
struct row_names : answer::row_names {
  bool has_destinations = false;
};

auto row_of(store::listed_event const& of, row_names const& names) -> json {
  return answer::listed_json(of, names);
}
auto row_of(store::listed_attack const& of, row_names const& names) -> json {
  return answer::listed_json(of, names);
}

auto row_of(store::listed_window const& of, row_names const& names) -> json {
  return {{"start", answer::time_json(of.start)},
          {"seconds", std::chrono::duration_cast<std::chrono::seconds>(of.length).count()},
          {"sensor", answer::name_in(names.sensors, of.sensor)},
          {"packets", of.packets},
          {"wire_bytes", of.bytes},
          {"sources", of.sources},
          {"destinations", of.destinations},
          {"ports", of.ports}};
}

auto row_of(store::listed_packet const& of, row_names const& names) -> json {
  json out{{"time", answer::time_json(of.time)}};
  out["sensor"] = answer::name_in(names.sensors, of.sensor);
  // A source that is the destination itself (a LAND packet) is one of the telescope's addresses.
  bool const is_shown = of.has_ip && (names.has_destinations || of.source != of.destination);
  out["source"] = is_shown ? json(of.source.to_string()) : json(nullptr);
  if (names.has_destinations)
    out["destination"] = of.has_ip ? json(of.destination.to_string()) : json(nullptr);
  out["protocol"] = answer::stored_protocol_name(of.ip_protocol);
  out["source_port"] = of.source_port;
  out["destination_port"] = of.destination_port;
  out["tcp_flags"] = of.tcp_flags;
  out["ttl"] = of.ttl;
  out["ip_length"] = of.ip_length;
  out["wire_length"] = of.wire_length;
  out["payload_length"] = of.payload_length;
  out["window"] = of.window;
  if (names.has_destinations) {
    // Tools make these from the address that they send to.
    out["ip_id"] = of.ip_id;
    out["sequence"] = of.seq;
    out["acknowledgement"] = of.ack;
  }
  out["type"] = answer::type_name(of.type);
  out["class"] = answer::class_name(of.traffic_class);
  out["known_scanner"] = answer::scanner_json(names, of.scanner);
  out["fingerprints"] = answer::tool_names(of.fingerprints, names.fingerprints);
  out["country"] = answer::country_json(of.country);
  out["as"] = answer::system_json(of.asn);
  return out;
}

/// Lists and objects stay what they are in JSON, in a cell.
auto csv_cell(json const& value) -> std::string {
  return value.is_structured() ? answer::csv_text(answer::text_of(value))
                               : answer::csv_value(value);
}

auto csv_line(json const& row, bool is_head) -> std::string {
  std::vector<std::string> cells;
  for (auto const& each : row.items())
    cells.push_back(is_head ? each.key() : csv_cell(each.value()));
  return fmt::format("{}\n", fmt::join(cells, ","));
}

/// What one of these operations is.
template <class Row>
struct listing {
  std::string_view id;
  std::string_view schema;
  std::string_view ipv4_table;
  std::string_view ipv6_table;  ///< empty: the one has both
  result<store::page<Row>> (*list)(store::engine&, store::page_request const&);
  json counting;
};

auto condition_of(observatory const& in, call const& of, std::string_view table)
    -> result<std::string> {
  if (table.empty() || !of.with.has("filter")) return std::string{};
  if (!in.filter) return fail(errc::unsupported, "this server has no filter language");
  auto made = in.filter(of.with.get<std::string>("filter"), {table, of.who.has_destinations});
  if (!made) return fail(made.error().code, fmt::format("query.filter: {}", made.error().message));
  return made;
}

template <class Row>
auto write_page(call const& of, listing<Row> const& as, answer::asked const& question,
                store::page<Row> const& found, row_names const& names, std::string const& next)
    -> http::response {
  if (wants_csv(of)) {
    std::string text;
    auto const first = row_of(found.rows.empty() ? Row{} : found.rows.front(), names);
    text += csv_line(first, true);
    for (auto const& each : found.rows) text += csv_line(row_of(each, names), false);
    return csv_page(std::move(text), next);
  }
  auto out = answer_head(question, as.schema);
  out["filter"] = of.with.has("filter") ? json(of.with.get<std::string>("filter")) : json(nullptr);
  out["counting"] = as.counting;
  out["rows"] = json::array();
  for (auto const& each : found.rows) out["rows"].push_back(row_of(each, names));
  out["next"] = answer::name_json(next);
  return json_response(out);
}

template <class Row>
auto answer_list(observatory const& in, call const& of, listing<Row> const& as)
    -> result<http::response> {
  KIZASHI_TRY(auto const question, question_of(in, of));
  store::page_request asked{question.filter};
  asked.rows = of.with.get<std::uint64_t>("limit");
  asked.is_newest_first = of.with.get<std::string>("order") == "newest";
  asked.ask = question.options.ask;
  KIZASHI_TRY(asked.conditions.ipv4, condition_of(in, of, as.ipv4_table));
  KIZASHI_TRY(asked.conditions.ipv6, condition_of(in, of, as.ipv6_table));
  auto const digest = question_digest(of, question, as.id);
  KIZASHI_TRY(asked.after, place_in_list(of, digest));
  row_names names{{question.sensor_names, {}, {}}, of.who.has_destinations};
  KIZASHI_TRY(names.scanners, store::stored_names(*in.engine, "scanner", asked.ask));
  KIZASHI_TRY(names.fingerprints, store::stored_names(*in.engine, "fingerprint", asked.ask));
  KIZASHI_TRY(auto const found, as.list(*in.engine, asked));
  return write_page(of, as, question, found, names, cursor_behind(digest, found.next));
}

template <class Row>
auto list_route(observatory const& in, std::string_view path, std::string_view summary,
                parameter_kind time, listing<Row> as) -> route {
  route out{.path = path,
            .id = as.id,
            .summary = summary,
            .needs = role::viewer,
            .cost = 2,
            .media_types = {"application/json", "text/csv"},
            .answer_schema = as.schema.substr(8, as.schema.find('/') - 8),
            .tag = "Questions"};
  out.parameters = {sensor_parameter(), from_parameter(time), to_parameter(time),
                    filter_parameter()};
  for (auto const& each : paging_parameters(10'000)) out.parameters.push_back(each);
  out.answer = [&in, as = std::move(as)](call const& of) {
    return answered(answer_list(in, of, as));
  };
  return out;
}

auto exact(std::initializer_list<std::string_view> names) -> json {
  json out = json::object();
  for (auto const each : names) out[std::string{each}] = {{"is_exact", true}};
  return out;
}

}  // namespace

auto list_routes(observatory const& in) -> std::vector<route> {
  auto events = exact({"packets", "wire_bytes", "ports"});
  events["destinations"] = {{"is_exact", false}, {"says", "destinations_exact"}};
  auto attacks = exact({"packets", "wire_bytes", "most_per_minute", "victims"});
  attacks["port_count"] = {{"is_exact", false}, {"says", "port_count_exact"}};
  attacks["attack_rate"] = {{"is_exact", false}, {"says", "scaling"}};
  return {
      list_route<store::listed_packet>(in, "/api/v1/packets",
                                       "Packets, one by one, in the order of time.",
                                       parameter_kind::instant,
                                       {"listPackets", "kizashi-packets/1", "packets", "packets6",
                                        store::list_packets, exact({"rows"})}),
      list_route<store::listed_event>(
          in, "/api/v1/events", "Scan events (docs/events.md) by their begin.",
          parameter_kind::instant,
          {"listEvents", "kizashi-events/1", "events", "", store::list_events, std::move(events)}),
      list_route<store::listed_attack>(in, "/api/v1/attacks",
                                       "Victims of denial of service (docs/dos.md) by the begin.",
                                       parameter_kind::instant,
                                       {"listAttacks", "kizashi-attacks/1", "attacks", "",
                                        store::list_attacks, std::move(attacks)}),
      list_route<store::listed_window>(
          in, "/api/v1/windows", "What was counted by window.", parameter_kind::minute,
          {"listWindows", "kizashi-windows/1", "windows", "", store::list_windows,
           exact({"packets", "wire_bytes", "sources", "destinations", "ports"})})};
}

}  // namespace kizashi::api
