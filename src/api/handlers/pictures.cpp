// What sources did, as small pictures, and which of them are alike.
#include <algorithm>
#include <bit>
#include <cmath>
#include <map>

#include <fmt/format.h>

#include "kizashi/api/handlers/handlers.hpp"
#include "kizashi/api/handlers/store_call.hpp"
#include "kizashi/store/behaviours.hpp"

namespace kizashi::api {
namespace {

using answer::json;

/// RFC 4648, section 4.
auto base64_of(std::string_view bytes) -> std::string {
  constexpr std::string_view letters =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string out;
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    auto const at = [&](std::size_t k) -> std::uint32_t {
      return i + k < bytes.size() ? static_cast<unsigned char>(bytes[i + k]) : 0U;
    };
    auto const word = at(0) << 16 | at(1) << 8 | at(2);
    for (std::size_t k = 0; k < 4; ++k)
      out += i + k <= bytes.size() ? letters[word >> (18 - 6 * k) & 63] : '=';
  }
  return out;
}

/// 0: no packet; else 1 + 12 log2(packets), at most 255, the same in every picture.
auto shade_of(std::uint64_t packets) -> char {
  if (packets == 0) return '\0';
  auto const shade = 1 + std::lround(12 * std::log2(static_cast<double>(packets)));
  return static_cast<char>(std::min(255L, shade));
}

auto band_json(std::uint16_t low, std::uint16_t high) -> json {
  auto const label = low == high ? fmt::format("{}", low) : fmt::format("{}-{}", low, high);
  return {{"low", low}, {"high", high}, {"label", label}};
}

struct tag_names {
  answer::stored_names tools;
  answer::stored_names scanners;
};

auto names_of_tags(observatory const& in, answer::asked const& question) -> result<tag_names> {
  tag_names out;
  auto const& ask = question.options.ask;
  KIZASHI_TRY(out.tools, store::stored_names(*in.engine, "fingerprint", ask));
  KIZASHI_TRY(out.scanners, store::stored_names(*in.engine, "scanner", ask));
  return out;
}

/// The tool that a picture is named after: the lowest number.
auto tool_json(std::uint64_t tools, tag_names const& names) -> json {
  if (tools == 0) return nullptr;
  return answer::name_in(names.tools, static_cast<std::uint16_t>(std::countr_zero(tools) + 1));
}

auto tile_json(store::tile const& of, tag_names const& names) -> json {
  json out{{"source", of.source.to_string()}};
  out["first"] = answer::time_json(of.first);
  out["last"] = answer::time_json(of.last);
  out["packets"] = of.packets;
  out["ports"] = of.ports;
  out["tool"] = tool_json(of.tools, names);
  out["tools"] = answer::tool_names(of.tools, names.tools);
  out["class"] = answer::class_name(of.traffic_class);
  out["scanner"] =
      of.scanner == 0 ? json(nullptr) : json(answer::name_in(names.scanners, of.scanner));
  out["country"] = answer::country_json(of.country);
  out["as"] = answer::system_json(of.asn);
  std::string shades;
  for (auto const each : of.cells) shades += shade_of(each);
  out["cells"] = base64_of(shades);
  return out;
}

/// Those of one tool or class stand together, the group with most packets first.
void group_tiles(std::vector<store::tile>& tiles, std::string const& by) {
  if (by == "none") return;
  auto const key = [&](store::tile const& of) -> std::uint64_t {
    if (by == "class") return of.traffic_class;
    return of.tools == 0 ? 0 : static_cast<std::uint64_t>(std::countr_zero(of.tools)) + 1;
  };
  std::map<std::uint64_t, std::uint64_t> packets;
  for (auto const& each : tiles) packets[key(each)] += each.packets;
  std::ranges::stable_sort(tiles, [&](store::tile const& a, store::tile const& b) {
    auto const x = key(a), y = key(b);
    return std::pair{packets[x], x} > std::pair{packets[y], y};
  });
}

/// As the statistics' sources are counted.
auto total_counting(bool is_exact) -> json {
  json out{{"is_exact", is_exact}};
  if (!is_exact) out.update({{"exact_up_to", store::most_exact_total}, {"relative_error", 0.01}});
  return out;
}

auto answer_behaviours(observatory const& in, call const& of) -> result<http::response> {
  KIZASHI_TRY(auto question, question_of(in, of));
  KIZASHI_TRY(filter_packets(in, of, question));
  KIZASHI_TRY(bound_span(in, question));
  auto const& sort = of.with.get<std::string>("sort");
  store::tile_request wanted;
  wanted.order = sort == "spread"    ? store::tile_order::spread
                 : sort == "novelty" ? store::tile_order::novelty
                                     : store::tile_order::volume;
  wanted.limit = of.with.get<std::uint64_t>("limit");
  wanted.columns = of.with.get<std::uint64_t>("columns");
  wanted.bands = store::port_bands(of.with.get<std::uint64_t>("rows") - 1);
  KIZASHI_TRY(auto found,
              store::behaviours_of(*in.engine, question.filter, wanted, question.options.ask));
  group_tiles(found.rows, of.with.get<std::string>("group"));
  KIZASHI_TRY(auto const names, names_of_tags(in, question));
  auto out = answer_head(question, "kizashi-behaviours/1");
  out["filter"] = of.with.has("filter") ? json(of.with.get<std::string>("filter")) : json(nullptr);
  out["counting"] = {{"packets", {{"is_exact", true}}},
                     {"ports", {{"is_exact", true}}},
                     {"total", total_counting(found.is_total_exact)}};
  out["read_from"] = read_from_name(store::origin_of(question.filter, store::group_by::source));
  out["unit_seconds"] = found.unit / std::chrono::seconds{1};
  out["columns"] = json::array();
  for (std::size_t i = 0; i < found.columns; ++i)
    out["columns"].push_back(
        {{"begin", answer::time_json(found.begin + found.width * static_cast<std::int64_t>(i))}});
  out["column_seconds"] = found.width / std::chrono::seconds{1};
  out["rows"] = json::array({{{"low", nullptr}, {"high", nullptr}, {"label", "no port"}}});
  for (auto const& [low, high] : wanted.bands) out["rows"].push_back(band_json(low, high));
  out["total"] = found.total;
  out["tiles"] = json::array();
  for (auto const& each : found.rows) out["tiles"].push_back(tile_json(each, names));
  return json_response(out);
}

auto neighbour_json(store::neighbour const& is, tag_names const& names) -> json {
  auto why = json::array();
  if (is.is_near) why.push_back("same network");
  if (is.has_same_class) why.push_back("same class");
  if (is.has_same_tools && is.tools != 0) why.push_back("same tools");
  if (is.common > 0) why.push_back("same ports");
  return {{"source", is.source.to_string()},
          {"near", is.is_near},
          {"similarity", is.likeness},
          {"common_ports", is.common},
          {"ports", is.ports},
          {"packets", is.packets},
          {"class", answer::class_name(is.traffic_class)},
          {"tools", answer::tool_names(is.tools, names.tools)},
          {"why", std::move(why)}};
}

auto answer_neighbours(observatory const& in, call const& of) -> result<http::response> {
  auto const& who = of.with.get<net::prefix>("host");
  KIZASHI_TRY(auto question, question_of(in, of));
  if (!is_within(who, of.who.scope))
    return fail(errc::not_found, "nothing is known of this address");
  if (who.first() != who.last())
    return fail(errc::parse_error,
                "path.host is a prefix; expected one address, whose neighbours are told");
  KIZASHI_TRY(auto const found,
              store::neighbours_of(*in.engine, who.first(), question.filter,
                                   of.with.get<std::uint64_t>("top"), question.options.ask));
  KIZASHI_TRY(auto const names, names_of_tags(in, question));
  auto out = answer_head(question, "kizashi-neighbours/1");
  out["host"] = who.first().to_string();
  out["counting"] = {{"packets", {{"is_exact", true}}}, {"similarity", {{"is_exact", true}}}};
  out["rows"] = json::array();
  for (auto const& each : found) {
    // Of others nothing is told, however alike they are.
    if (!is_within(net::prefix{each.source, each.source.is_ipv6() ? 128U : 32U}, of.who.scope))
      continue;
    out["rows"].push_back(neighbour_json(each, names));
  }
  return json_response(out);
}

auto behaviours_route(observatory const& in) -> route {
  route out{.path = "/api/v1/behaviours",
            .id = "listBehaviours",
            .summary = "What single sources did: a picture of each, packets by time and port.",
            .needs = role::viewer,
            .cost = 5,
            .answer_schema = "behaviours",
            .tag = "Pictures"};
  out.parameters = {
      sensor_parameter(),
      from_parameter(parameter_kind::minute),
      to_parameter(parameter_kind::minute),
      filter_parameter(),
      {.name = "sort",
       .kind = parameter_kind::choice,
       .help = "Which sources: with most packets, with most ports, or the latest that the store "
               "had not seen before the span.",
       .standard = "volume",
       .choices = {"volume", "spread", "novelty"}},
      {.name = "group",
       .kind = parameter_kind::choice,
       .help = "What stands together.",
       .standard = "none",
       .choices = {"tool", "class", "none"}},
      {.name = "limit",
       .kind = parameter_kind::number,
       .help = "Pictures at most.",
       .least = 1,
       .most = 2000,
       .standard = "200"},
      {.name = "columns",
       .kind = parameter_kind::number,
       .help = "Columns at most.",
       .least = 24,
       .most = 96,
       .standard = "48"},
      {.name = "rows",
       .kind = parameter_kind::number,
       .help = "Rows: one for packets without a port, the others for ports.",
       .least = 16,
       .most = 32,
       .standard = "24"}};
  out.answer = [&in](call const& of) { return answered(answer_behaviours(in, of)); };
  return out;
}

auto neighbours_route(observatory const& in) -> route {
  route out{.path = "/api/v1/hosts/{host}/neighbours",
            .id = "listNeighbours",
            .summary = "Sources that behave like this one: of its network first, then elsewhere.",
            .needs = role::viewer,
            .cost = 5,
            .answer_schema = "neighbours",
            .tag = "Pictures"};
  out.parameters = {{.name = "host",
                     .kind = parameter_kind::network,
                     .help = "One address.",
                     .place = parameter_place::path,
                     .is_required = true,
                     .example = "192.0.2.7"},
                    sensor_parameter(),
                    from_parameter(parameter_kind::minute),
                    to_parameter(parameter_kind::minute),
                    {.name = "top",
                     .kind = parameter_kind::number,
                     .help = "Rows at most.",
                     .least = 1,
                     .most = 1000,
                     .standard = "20"}};
  out.answer = [&in](call const& of) { return answered(answer_neighbours(in, of)); };
  return out;
}

}  // namespace

auto picture_routes(observatory const& in) -> std::vector<route> {
  return {behaviours_route(in), neighbours_route(in)};
}

}  // namespace kizashi::api
