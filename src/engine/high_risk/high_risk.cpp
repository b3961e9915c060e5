#include "kizashi/engine/high_risk/high_risk.hpp"

#include <algorithm>
#include <chrono>
#include <map>
#include <optional>

#include <fmt/format.h>

namespace kizashi::engine {
namespace {

using namespace std::chrono_literals;

constexpr option_spec high_risk_options[] = {
    {"high_risk.within", duration{6h}, duration{10min}, duration{168h},
     "Surge and change of the graph belong together when no more lies between them."},
};

/// A service at one sensor.
using place = std::pair<std::string, service>;

class high_risk_engine final : public engine {
public:
  explicit high_risk_engine(option_set const& set)
      : within_{set.get<duration>("high_risk.within")} {}

  [[nodiscard]] auto about() const noexcept -> descriptor const& override {
    return high_risk_descriptor();
  }
  [[nodiscard]] auto interval() const noexcept -> duration override { return duration{0}; }
  [[nodiscard]] auto observe(activity_window const&, finding_sink&) -> status override {
    return {};
  }
  [[nodiscard]] auto hear(finding const& found, finding_sink& out) -> status override {
    auto const is_surge = found.kind == kind::surge;
    if (!is_surge && found.kind != kind::graph) return {};
    for (auto const& at : found.services) {
      auto& both = heard_[{found.sensor, at}];
      (is_surge ? both.surge : both.graph) = found;
      if (!both.surge || !both.graph || both.is_told) continue;
      if (both.graph->first - both.surge->last > within_ ||
          both.surge->first - both.graph->last > within_)
        continue;
      both.is_told = true;
      KIZASHI_TRY(out.take(joined(at, *both.surge, *both.graph)));
    }
    return {};
  }
  [[nodiscard]] auto advance_to(timestamp now, finding_sink&) -> status override {
    std::erase_if(heard_, [&](auto const& each) {
      auto const& [surge, graph, is_told] = each.second;
      auto const last = [](std::optional<finding> const& of) {
        return of ? of->last : timestamp::unknown();
      };
      auto const latest = std::max(last(surge), last(graph));
      return latest < now - within_;
    });
    return {};
  }
  void save(state_writer& out) const override {
    out.number(heard_.size());
    for (auto const& [at, both] : heard_) {
      out.text(at.first);
      out(at.second.protocol, at.second.port, both.is_told, both.surge.has_value(),
          both.graph.has_value());
      if (both.surge) write_finding(out, *both.surge);
      if (both.graph) write_finding(out, *both.graph);
      out.next_record();
    }
  }
  void restore(state_reader& in) override {
    auto many = in.number();
    for (; many > 0 && in.has_record() && in.is_good(); --many) {
      place at;
      at.first = in.text();
      pair both;
      bool has_surge = false;
      bool has_graph = false;
      in(at.second.protocol, at.second.port, both.is_told, has_surge, has_graph);
      if (has_surge) both.surge = read_finding(in);
      if (has_graph) both.graph = read_finding(in);
      if (in.is_good()) heard_[at] = std::move(both);
    }
    in.expect(many == 0, "as many services as it says");
  }

private:
  struct pair {
    std::optional<finding> surge;
    std::optional<finding> graph;
    bool is_told = false;
  };

  [[nodiscard]] auto joined(service at, finding const& surge, finding const& graph) const
      -> finding {
    auto out = finding_of(*this, surge.sensor, kind::high_risk);
    out.first = std::min(surge.first, graph.first);
    out.last = std::max(surge.last, graph.last);
    out.services = {at};
    out.source_count = surge.source_count;
    out.sources = surge.sources;
    out.score = surge.score;
    out.threshold = surge.threshold;
    out.confidence = 1 - (1 - surge.confidence) * (1 - graph.confidence);
    out.level = std::min(static_cast<finding_level>(static_cast<int>(surge.level) + 1),
                         finding_level::critical);
    out.values = surge.values;
    out.series = surge.series;
    out.engines = {graph.engine, surge.engine};
    std::ranges::sort(out.engines);
    out.reason = fmt::format("{} {}", surge.reason, graph.reason);
    return out;
  }

  duration within_;
  std::map<place, pair> heard_;
};

}  // namespace

auto high_risk_descriptor() -> descriptor const& {
  static constexpr descriptor about{
      .name = "high_risk",
      .version = 1,
      .title = "Ports at which a surge and a change of the graph come together",
      .paper = "Reports of the PRACTICE project",
      .page = "docs/engines/high_risk.md",
      .options = high_risk_options,
      .hears = true,
      .make = [](option_set const& set) -> result<std::unique_ptr<engine>> {
        return std::make_unique<high_risk_engine>(set);
      }};
  return about;
}

}  // namespace kizashi::engine
