// How properties of packets meet, for parallel coordinates.
#include "kizashi/store/crossings.hpp"

#include <algorithm>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "kizashi/api/handlers/handlers.hpp"
#include "kizashi/api/handlers/store_call.hpp"
#include "kizashi/base/text.hpp"

namespace kizashi::api {
namespace {

using answer::json;
using store::axis;

auto axes_in(call const& of) -> result<std::vector<axis>> {
  auto const text = of.with.get<std::string>("axes");
  std::vector<axis> out;
  for (auto const each : split(text, ',')) {
    auto const* const found = std::ranges::find(store::axis_names, each);
    if (found == std::end(store::axis_names))
      return fail(errc::parse_error, fmt::format("query.axes has \"{}\"; expected of {}", each,
                                                 fmt::join(store::axis_names, ", ")));
    auto const is = static_cast<axis>(found - std::begin(store::axis_names));
    if (std::ranges::find(out, is) != out.end())
      return fail(errc::parse_error, fmt::format("query.axes has {} twice; expected once", each));
    if (is == axis::destination && !of.who.has_destinations)
      return fail(errc::permission, "this account may not see destinations");
    out.push_back(is);
  }
  if (out.size() < 2 || out.size() > 8)
    return fail(errc::parse_error, fmt::format("query.axes has {}; expected 2 to 8", out.size()));
  return out;
}

auto value_label(axis of, std::uint64_t value, answer::stored_names const& tools) -> std::string {
  switch (of) {
    case axis::country: {
      recognise::country_code const code{static_cast<char>(value >> 8),
                                         static_cast<char>(value & 0xFF)};
      return code == recognise::country_code{} ? "unknown" : std::string{code.text()};
    }
    case axis::as:
      return value == 0 ? "unknown" : fmt::format("AS{}", value);
    case axis::protocol:
      return answer::stored_protocol_name(static_cast<std::uint8_t>(value));
    case axis::traffic_class:
      return answer::class_name(static_cast<std::uint16_t>(value));
    case axis::tool:
      return value == 0 ? "none" : answer::name_in(tools, static_cast<std::uint16_t>(value));
    default:
      return fmt::format("{}", value);
  }
}

auto range_label(axis of, store::axis_bin const& bin) -> std::string {
  if (of == axis::source || of == axis::destination)
    return net::address{net::ipv4{static_cast<std::uint32_t>(bin.low)}}.to_string();
  if (of == axis::time)
    return timestamp{static_cast<std::int64_t>(bin.low) * 1'000'000'000}.to_string();
  if (of == axis::length && bin.high >= 1535) return fmt::format("{}-", bin.low);
  return bin.low == bin.high ? fmt::format("{}", bin.low) : fmt::format("{}-{}", bin.low, bin.high);
}

auto bin_json(axis of, store::axis_bin const& bin, answer::stored_names const& tools) -> json {
  using kind = store::axis_bin::kind;
  switch (bin.is) {
    case kind::range:
      return {{"label", range_label(of, bin)}, {"low", bin.low}, {"high", bin.high}};
    case kind::value:
      return {{"label", value_label(of, bin.low, tools)}};
    case kind::none:
      return {{"label", "no port"}};
    case kind::other:
      return {{"label", "other"}};
    case kind::ipv6:
      break;
  }
  return {{"label", "IPv6"}};
}

auto answer_crossings(observatory const& in, call const& of) -> result<http::response> {
  KIZASHI_TRY(auto const axes, axes_in(of));
  KIZASHI_TRY(auto question, question_of(in, of));
  KIZASHI_TRY(filter_packets(in, of, question));
  KIZASHI_TRY(bound_span(in, question));
  auto const& ask = question.options.ask;
  KIZASHI_TRY(auto const found,
              store::crossings_of(*in.engine, question.filter,
                                  {axes, of.with.get<std::uint64_t>("bins")}, ask));
  KIZASHI_TRY(auto const tools, store::stored_names(*in.engine, "fingerprint", ask));
  auto out = answer_head(question, "kizashi-crossings/1");
  out["filter"] = of.with.has("filter") ? json(of.with.get<std::string>("filter")) : json(nullptr);
  out["counting"] = {{"packets", {{"is_exact", true}}}};
  out["sampled"] = 1.0 / static_cast<double>(found.one_of);
  out["packets"] = found.packets;
  out["axes"] = json::array();
  out["pairs"] = json::array();
  auto const name = [&](std::size_t i) {
    return store::axis_names[static_cast<std::size_t>(axes[i])];
  };
  for (std::size_t i = 0; i < axes.size(); ++i) {
    auto bins = json::array();
    for (auto const& each : found.axes[i]) bins.push_back(bin_json(axes[i], each, tools));
    out["axes"].push_back({{"name", name(i)}, {"bins", std::move(bins)}});
  }
  for (std::size_t i = 0; i < found.pairs.size(); ++i) {
    auto cells = json::array();
    for (auto const& each : found.pairs[i])
      cells.push_back(json::array({each.left, each.right, each.packets}));
    out["pairs"].push_back(
        {{"left", name(i)}, {"right", name(i + 1)}, {"cells", std::move(cells)}});
  }
  return json_response(out);
}

}  // namespace

auto crossing_routes(observatory const& in) -> std::vector<route> {
  route out{.path = "/api/v1/crossings",
            .id = "getCrossings",
            .summary =
                "How properties of packets meet: numbers of packets by two neighbouring "
                "axes, for parallel coordinates.",
            .needs = role::viewer,
            .cost = 10,
            .answer_schema = "crossings",
            .tag = "Pictures"};
  out.parameters = {
      {.name = "axes",
       .help = "Two to eight of source, source_port, port, country, as, protocol, class, tool, "
               "ttl, length, time, destination (who may see those), joined by commas.",
       .least = 1,
       .most = 120,
       .standard = "source,port",
       .example = "source,port,country"},
      {.name = "bins",
       .kind = parameter_kind::number,
       .help = "Of an axis; besides them those for packets without a port, all others, IPv6.",
       .least = 16,
       .most = 256,
       .standard = "64"},
      sensor_parameter(),
      from_parameter(parameter_kind::minute),
      to_parameter(parameter_kind::minute),
      filter_parameter()};
  out.answer = [&in](call const& of) { return answered(answer_crossings(in, of)); };
  return {out};
}

}  // namespace kizashi::api
