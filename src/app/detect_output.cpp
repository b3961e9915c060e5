#include "kizashi/app/detect_output.hpp"

#include <algorithm>
#include <map>
#include <string>

#include <fmt/format.h>

#include "kizashi/answer/finding.hpp"
#include "kizashi/engine/registry.hpp"

namespace kizashi::app {
namespace {

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

auto chosen_json(engine::chosen_engine const& each) -> json {
  auto options = json::object();
  for (auto const& option : each.about->options)
    options[std::string{option.name}] = each.options.text_of(option.name);
  json out;
  out["name"] = each.about->name;
  out["version"] = each.about->version;
  out["options"] = std::move(options);
  return out;
}

}  // namespace

auto detected_json(detect_report const& what) -> json {
  json out{{"packets", what.packets}, {"late", what.late}};
  out["engines"] = json::array();
  for (auto const& each : what.engines) out["engines"].push_back(chosen_json(each));
  out["findings"] = json::array();
  for (auto const& each : what.found) out["findings"].push_back(answer::finding_json(each));
  return out;
}

auto write_detected_text(detect_report const& what, report_page& page) -> status {
  KIZASHI_TRY(page.heading("Findings of the engines", what.found.size()));
  if (what.found.empty()) KIZASHI_TRY(page.line("None."));
  for (std::size_t i = 0; i < shown(what.found, page.what().top); ++i) {
    auto const& each = what.found[i];
    auto const services = services_text(each.services);
    KIZASHI_TRY(page.line(
        fmt::format("{} {} {} {}{}, {}, confidence {:.2f}", second_text(each.first), each.engine,
                    each.kind, engine::name_of(each.level), services.empty() ? "" : " " + services,
                    counted(each.source_count, "source"), each.confidence)));
    KIZASHI_TRY(page.line("  " + printable(each.reason)));
  }
  return {};
}

auto write_detect_json(detect_report const& what, text_sink& out) -> status {
  json_document document{out};
  KIZASHI_TRY(document.member("format", "kizashi-findings"));
  KIZASHI_TRY(document.member("version", 1));
  KIZASHI_TRY(document.member("partial", what.is_partial));
  KIZASHI_TRY(document.member("packets", what.packets));
  KIZASHI_TRY(document.member("late", what.late));
  KIZASHI_TRY(document.list("engines", what.engines, what.engines.size(), chosen_json));
  KIZASHI_TRY(document.list("findings", what.found, what.found.size(), answer::finding_json));
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
  KIZASHI_TRY(document.list("engines", all, all.size(), [](engine::descriptor const* each) {
    return answer::engine_json(*each);
  }));
  return document.close();
}

}  // namespace kizashi::app
