#include "kizashi/app/detect_output.hpp"

#include <algorithm>
#include <map>
#include <string>

#include <fmt/format.h>

#include "kizashi/engine/registry.hpp"

namespace kizashi::app {
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

/// "tcp/23, udp/53413 and 3 more".
auto services_text(std::vector<engine::service> const& all) -> std::string {
  std::string out;
  for (std::size_t i = 0; i < std::min<std::size_t>(all.size(), 4); ++i)
    out += fmt::format("{}{}", i == 0 ? "" : ", ", all[i].to_string());
  if (all.size() > 4) out += fmt::format(" and {} more", all.size() - 4);
  return out;
}

/// Without the fraction, which is zero for windows of whole seconds.
auto second_text(timestamp time) -> std::string {
  auto text = time.to_string();
  if (auto const dot = text.find('.'); dot != std::string::npos) text.erase(dot);
  return text + "Z";
}

}  // namespace

auto finding_json(engine::finding const& each) -> json {
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
  for (auto const& source : each.sources) sources.push_back(source.to_string());
  out["sources"] = std::move(sources);
  out["score"] = each.score;
  out["threshold"] = each.threshold;
  out["confidence"] = each.confidence;
  out["evidence"] = evidence_json(each);
  auto series = json::array();
  for (auto const& one : each.series) series.push_back(series_json(one));
  out["series"] = std::move(series);
  out["engines"] = each.engines;
  out["sensors"] = each.sensors;
  out["reason"] = each.reason;
  return out;
}

auto write_detect_json(detect_report const& what, text_sink& out) -> status {
  json_document document{out};
  KIZASHI_TRY(document.member("format", "kizashi-findings"));
  KIZASHI_TRY(document.member("version", 1));
  KIZASHI_TRY(document.member("partial", what.is_partial));
  KIZASHI_TRY(document.member("packets", what.packets));
  KIZASHI_TRY(document.member("late", what.late));
  KIZASHI_TRY(document.list(
      "engines", what.engines, what.engines.size(), [](engine::chosen_engine const& each) {
        auto options = json::object();
        for (auto const& option : each.about->options)
          options[std::string{option.name}] = each.options.text_of(option.name);
        json one;
        one["name"] = each.about->name;
        one["version"] = each.about->version;
        one["options"] = std::move(options);
        return one;
      }));
  KIZASHI_TRY(document.list("findings", what.found, what.found.size(), finding_json));
  return document.close();
}

auto write_detect_text(detect_report const& what, std::size_t top, text_sink& out) -> status {
  std::map<std::string, std::size_t> by_engine;
  for (auto const& each : what.found) ++by_engine[each.engine];
  KIZASHI_TRY(out.write(fmt::format(
      "{} packets that ask, {} {}{}\n", what.packets, what.found.size(),
      what.found.size() == 1 ? "finding" : "findings", what.is_partial ? " (partial)" : "")));
  for (auto const& [name, many] : by_engine)
    KIZASHI_TRY(out.write(fmt::format("  {:<12}{:>8}\n", name, many)));
  auto const shown = top == 0 ? what.found.size() : std::min(top, what.found.size());
  for (std::size_t i = 0; i < shown; ++i) {
    auto const& each = what.found[i];
    auto const services = services_text(each.services);
    KIZASHI_TRY(out.write(fmt::format(
        "\n{} {} {} {}{}{}\n  {} {}, score {:.4g} (threshold {:.4g}), confidence {:.2f}, id {}\n"
        "  {}\n",
        second_text(each.first), each.engine, each.kind, engine::name_of(each.level),
        services.empty() ? "" : " " + services, each.sensor.empty() ? "" : " at " + each.sensor,
        each.source_count, each.source_count == 1 ? "source" : "sources", each.score,
        each.threshold, each.confidence, engine::id_text(each.id()), each.reason)));
  }
  if (shown < what.found.size())
    KIZASHI_TRY(
        out.write(fmt::format("\n{} more; --top 0 shows all\n", what.found.size() - shown)));
  return {};
}

auto write_engine_list(text_sink& out) -> status {
  for (auto const* about : engine::all_engines()) {
    KIZASHI_TRY(out.write(fmt::format("{} (version {})\n  {}\n  {}; {}\n", about->name,
                                      about->version, about->title, about->paper, about->page)));
    for (auto const& each : about->options)
      KIZASHI_TRY(out.write(
          fmt::format("    {:<24} {} ({})\n", each.name, each.help, engine::describe_range(each))));
    KIZASHI_TRY(out.write("\n"));
  }
  return {};
}

auto write_engine_json(text_sink& out) -> status {
  auto const all = engine::all_engines();
  json_document document{out};
  KIZASHI_TRY(document.list("engines", all, all.size(),
                            [](engine::descriptor const* each) { return engine_json(*each); }));
  return document.close();
}

}  // namespace kizashi::app
