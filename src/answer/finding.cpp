#include "kizashi/answer/finding.hpp"

#include <algorithm>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "kizashi/answer/words.hpp"
#include "kizashi/base/text.hpp"
#include "kizashi/engine/registry.hpp"

namespace kizashi::answer {
namespace {

auto series_json(engine::evidence_series const& each) -> json {
  json out;
  out["name"] = each.name;
  out["start"] = time_json(each.start);
  out["step"] = to_string(each.step);
  out["values"] = each.values;
  return out;
}

auto evidence_json(engine::finding const& of) -> json {
  auto out = json::object();
  for (auto const& each : of.values) {
    if (auto const* number = std::get_if<double>(&each.value))
      out[each.name] = *number;
    else
      out[each.name] = std::get<std::string>(each.value);
  }
  return out;
}

auto members_of(engine::finding const& each, bool is_whole) -> json {
  json out;
  out["id"] = engine::id_text(each.id());
  out["engine"] = each.engine;
  out["version"] = each.engine_version;
  out["kind"] = each.kind;
  out["level"] = engine::name_of(each.level);
  out["sensor"] = name_json(each.sensor);
  out["first"] = time_json(each.first);
  out["last"] = time_json(each.last);
  auto services = json::array();
  for (auto const& at : each.services)
    services.push_back({{"name", at.to_string()}, {"protocol", at.protocol}, {"port", at.port}});
  out["services"] = std::move(services);
  out["source_count"] = each.source_count;
  auto sources = json::array();
  for (auto const& source : each.sources)
    if (is_whole || sources.size() < store::most_listed_sources)
      sources.push_back(source.to_string());
  out["sources"] = std::move(sources);
  out["score"] = each.score;
  out["threshold"] = each.threshold;
  out["confidence"] = each.confidence;
  out["evidence"] = evidence_json(each);
  if (is_whole) {
    auto series = json::array();
    for (auto const& one : each.series) series.push_back(series_json(one));
    out["series"] = std::move(series);
  }
  out["engines"] = each.engines;
  out["sensors"] = each.sensors;
  out["reason"] = each.reason;
  auto const about = engine::find_engine(each.engine);
  out["title"] = about ? json((*about)->title) : json(nullptr);
  out["method"] = about ? json((*about)->page) : json(nullptr);
  return out;
}

auto words_cell(std::vector<std::string> const& words) -> std::string {
  return csv_text(fmt::format("{}", fmt::join(words, " ")));
}

auto time_cell(timestamp time) -> std::string {
  return time.is_known() ? time.to_string() : std::string{};
}

}  // namespace

auto finding_json(engine::finding const& each) -> json {
  return members_of(each, true);
}

auto finding_row_json(engine::finding const& each) -> json {
  return members_of(each, false);
}

auto parse_service(std::string_view text) -> result<engine::service> {
  auto const slash = std::min(text.find('/'), text.size());
  auto const name = text.substr(0, slash);
  auto const rest = slash < text.size() ? text.substr(slash + 1) : std::string_view{};
  bool const is_icmp = name == "icmp" || name == "icmp6";
  auto const dot = is_icmp ? std::min(rest.find('.'), rest.size()) : rest.size();
  auto const protocol = name == "tcp"     ? result<std::uint64_t>{net::protocol::tcp}
                        : name == "udp"   ? result<std::uint64_t>{net::protocol::udp}
                        : name == "icmp"  ? result<std::uint64_t>{net::protocol::icmp}
                        : name == "icmp6" ? result<std::uint64_t>{net::protocol::icmp6}
                                          : parse_unsigned(name, 255);
  // Of ICMP a type and a code: none is too few.
  auto const high = parse_unsigned(rest.substr(0, dot), is_icmp ? 255 : 65535);
  auto const low = is_icmp ? parse_unsigned(dot < rest.size() ? rest.substr(dot + 1) : "", 255)
                           : result<std::uint64_t>{0};
  if (!protocol || !high || !low)
    return fail(
        errc::parse_error,
        fmt::format("\"{}\" is no service; expected such as tcp/23, udp/53413, icmp/8.0", text));
  return engine::service{static_cast<std::uint8_t>(*protocol),
                         static_cast<std::uint16_t>(is_icmp ? *high << 8 | *low : *high)};
}

auto finding_csv_head() -> std::string {
  return "id,engine,version,kind,level,sensor,first,last,services,source_count,score,threshold,"
         "confidence,engines,sensors,reason";
}

auto finding_csv_line(engine::finding const& each) -> std::string {
  std::vector<std::string> services;
  for (auto const& at : each.services) services.push_back(at.to_string());
  return fmt::format("{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{}", engine::id_text(each.id()),
                     csv_text(each.engine), each.engine_version, csv_text(each.kind),
                     engine::name_of(each.level), csv_text(each.sensor), time_cell(each.first),
                     time_cell(each.last), words_cell(services), each.source_count, each.score,
                     each.threshold, each.confidence, words_cell(each.engines),
                     words_cell(each.sensors), csv_text(each.reason));
}

auto engine_json(engine::descriptor const& about) -> json {
  json out;
  out["name"] = about.name;
  out["version"] = about.version;
  out["title"] = about.title;
  out["paper"] = about.paper;
  out["page"] = about.page;
  out["hears"] = about.hears;
  auto options = json::array();
  for (auto const& each : about.options) {
    json option;
    option["name"] = each.name;
    option["kind"] = engine::kind_of(each);
    option["default"] = engine::to_text(each.standard);
    option["expected"] = engine::describe_range(each);
    if (!each.words.empty())
      option["words"] = std::vector<std::string_view>(each.words.begin(), each.words.end());
    option["help"] = each.help;
    options.push_back(std::move(option));
  }
  out["options"] = std::move(options);
  return out;
}

}  // namespace kizashi::answer
