#include "kizashi/engine/graph/graph.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <map>
#include <string>

#include <fmt/format.h>

#include "kizashi/engine/graph/graph_features.hpp"
#include "kizashi/engine/series/watched_series.hpp"

namespace kizashi::engine {
namespace {

using namespace std::chrono_literals;

constexpr option_spec graph_options[] = {
    {"graph.unit", duration{10min}, duration{1min}, duration{24h}, "Interval of one graph."},
    {"graph.false_alarms", 1.0, 0.01, 1000.0,
     "False alarms per week and sensor, all features together."},
    {"graph.history", std::uint64_t{144}, std::uint64_t{50}, std::uint64_t{4032},
     "Graphs that are learnt from before one is judged."},
    {"graph.services", std::uint64_t{5}, std::uint64_t{1}, std::uint64_t{100},
     "Services that a finding names at most: those that grew most."},
};

class graph_engine final : public engine {
public:
  explicit graph_engine(option_set const& set)
      : unit_{set.get<duration>("graph.unit")}, most_{set.get<std::uint64_t>("graph.services")} {
    auto const week =
        static_cast<double>(duration{168h}.count()) / static_cast<double>(unit_.count());
    series_settings with;
    with.false_alarm = std::clamp(set.get<double>("graph.false_alarms") /
                                      static_cast<double>(graph_feature_names.size()) / week,
                                  1e-9, 0.1);
    with.least_history = set.get<std::uint64_t>("graph.history");
    for (std::size_t i = 0; i < graph_feature_names.size(); ++i) series_.emplace_back(with);
  }

  [[nodiscard]] auto about() const noexcept -> descriptor const& override {
    return graph_descriptor();
  }
  [[nodiscard]] auto interval() const noexcept -> duration override { return unit_; }
  [[nodiscard]] auto observe(activity_window const& closed, finding_sink& out) -> status override;
  [[nodiscard]] auto finish(finding_sink& out) -> status override;
  void save(state_writer& out) const override;
  void restore(state_reader& in) override;

private:
  struct grown {
    service at;
    double by = 0;  ///< in standard deviations of a Poisson count
    double sources = 0;
    double usual = 0;
  };
  [[nodiscard]] auto grown_in(activity_window const& closed) -> std::vector<grown>;
  [[nodiscard]] auto describe(std::size_t feature, double value, series_verdict const& verdict,
                              std::vector<grown> const& services,
                              activity_window const& closed) const -> finding;

  duration unit_;
  std::size_t most_;
  std::string sensor_;
  timestamp last_;
  std::vector<watched_series> series_;
  std::vector<std::uint64_t> before_;
  bool has_before_ = false;
  std::map<service, double> usual_;  // sources at a service: a mean over about a day
};

/// Services with more sources than usual, the most grown first; learns what is usual.
auto graph_engine::grown_in(activity_window const& closed) -> std::vector<grown> {
  std::vector<grown> out;
  auto const totals = totals_by_service(closed);
  for (auto const& each : totals) {
    auto const found = usual_.find(each.at);
    auto const usual = found == usual_.end() ? 0.0 : found->second;
    auto const sources = static_cast<double>(each.sources - each.screened);
    auto const by = (sources - usual) / std::sqrt(usual + 1);
    if (by >= 3) out.push_back({each.at, by, sources, usual});
  }
  std::ranges::sort(
      out, [](grown const& a, grown const& b) { return a.by != b.by ? a.by > b.by : a.at < b.at; });
  constexpr double share = 1.0 / 144;
  for (auto at = usual_.begin(); at != usual_.end();) {
    at->second *= 1 - share;
    at = at->second < 1e-4 ? usual_.erase(at) : std::next(at);
  }
  for (auto const& each : totals)
    usual_[each.at] += share * static_cast<double>(each.sources - each.screened);
  return out;
}

auto graph_engine::describe(std::size_t feature, double value, series_verdict const& verdict,
                            std::vector<grown> const& services, activity_window const& closed) const
    -> finding {
  auto found = finding_of(*this, sensor_, kind::graph);
  found.first = closed.start;
  found.last = closed.end();
  std::string names;
  for (std::size_t i = 0; i < std::min(services.size(), most_); ++i) {
    found.services.push_back(services[i].at);
    names += fmt::format("{}{} ({:.0f} sources, {:.1f} usual)", i == 0 ? "" : ", ",
                         services[i].at.to_string(), services[i].sources, services[i].usual);
  }
  std::ranges::sort(found.services);
  std::uint32_t last = UINT32_MAX;
  for (auto const& row : closed.rows) {
    if (row.source == last || !std::ranges::binary_search(found.services, row.at())) continue;
    last = row.source;
    ++found.source_count;
    if (found.sources.size() < finding::most_sources)
      found.sources.push_back(closed.sources[row.source].address);
  }
  found.score = verdict.score;
  found.threshold = verdict.threshold;
  found.confidence = confidence_of(verdict.score, verdict.threshold);
  found.level = finding_level::low;
  auto const scale = feature == 0 ? 1.0 : 1000.0;
  found.values = {{"feature", std::string{graph_feature_names[feature]}},
                  {"value", value / scale},
                  {"expected", verdict.expected / scale}};
  auto const& recent = series_[feature].recent();
  auto shown = recent;
  for (auto& each : shown) each /= scale;
  auto const back = static_cast<std::int64_t>(recent.size()) - 1;
  found.series.push_back({std::string{graph_feature_names[feature]}, closed.start - back * unit_,
                          unit_, std::move(shown)});
  found.reason = fmt::format(
      "The graph of sources and services has another shape: {} is {:.4g} where {:.4g} is usual. {}",
      graph_feature_names[feature], value / scale, verdict.expected / scale,
      names.empty() ? "No service grew." : fmt::format("What grew: {}.", names));
  return found;
}

auto graph_engine::observe(activity_window const& closed, finding_sink& out) -> status {
  sensor_ = closed.sensor;
  last_ = closed.end();
  if (closed.is_missing) return {};
  auto edges = edges_of(closed);
  auto const of = features_of(closed, edges, before_);
  before_ = std::move(edges);
  auto const services = grown_in(closed);
  // The first graph has none before it.
  if (!std::exchange(has_before_, true)) return {};
  std::array<double, 5> const values{of.edges, of.density * 1000, of.largest_component * 1000,
                                     of.entropy * 1000, of.new_edges * 1000};
  for (std::size_t i = 0; i < values.size(); ++i) {
    auto const verdict = series_[i].next(closed.start, unit_, values[i]);
    if (verdict.is_onset) KIZASHI_TRY(out.take(describe(i, values[i], verdict, services, closed)));
  }
  return {};
}

auto graph_engine::finish(finding_sink& out) -> status {
  if (series_[0].has_judged() || sensor_.empty()) return {};
  auto found = finding_of(*this, sensor_, kind::shortage);
  found.first = last_ - unit_;
  found.last = last_;
  found.reason = fmt::format("Not enough data: {} graphs of {} were seen, {} are needed.",
                             series_[0].seen() + (has_before_ ? 1 : 0), to_string(unit_),
                             series_[0].needed() + 1);
  return out.take(std::move(found));
}

void graph_engine::save(state_writer& out) const {
  out.text(sensor_);
  out(last_, has_before_, series_);
  out.number(usual_.size());
  for (auto const& [at, mean] : usual_) out(at.protocol, at.port, mean);
  out.number(before_.size());
  for (auto const edge : before_) {
    out.word(edge);
    out.next_record();
  }
}

void graph_engine::restore(state_reader& in) {
  sensor_ = in.text();
  in(last_, has_before_, series_);
  for (auto many = in.count(10); many > 0 && in.is_good(); --many) {
    service at;
    double mean = 0;
    in(at.protocol, at.port, mean);
    in.expect(mean >= 0 && mean < 1e12, "a mean that can be");
    if (in.is_good()) usual_[at] = mean;
  }
  auto many = in.number();
  for (; many > 0 && in.has_record() && in.is_good(); --many) before_.push_back(in.word());
  in.expect(many == 0 && std::ranges::is_sorted(before_), "edges that ascend");
}

}  // namespace

auto graph_descriptor() -> descriptor const& {
  static constexpr descriptor about{
      .name = "graph",
      .version = 1,
      .title = "Change points of the graph of sources and services",
      .paper = "Reports of the PRACTICE project (features not published); Takeuchi, Yamanishi 2006",
      .page = "docs/engines/graph.md",
      .options = graph_options,
      .hears = false,
      .make = [](option_set const& set) -> result<std::unique_ptr<engine>> {
        return std::make_unique<graph_engine>(set);
      }};
  return about;
}

}  // namespace kizashi::engine
