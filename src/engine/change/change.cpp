#include "kizashi/engine/change/change.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <string>

#include <fmt/format.h>

#include "kizashi/engine/series/watched_series.hpp"

namespace kizashi::engine {
namespace {

using namespace std::chrono_literals;

constexpr std::string_view change_modes[] = {"calibrated", "compatible"};
constexpr std::string_view change_methods[] = {"changefinder", "cusum", "bayes", "bursts"};

constexpr option_spec change_options[] = {
    {"change.mode",
     std::string_view{"calibrated"},
     {},
     {},
     "calibrated: as many false alarms as change.false_alarms says. compatible: the published "
     "threshold on the counts as they are.",
     change_modes},
    {"change.method",
     std::string_view{"changefinder"},
     {},
     {},
     "How a value is scored: by ChangeFinder, CUSUM, Bayesian run lengths or Kleinberg's bursts.",
     change_methods},
    {"change.unit", duration{10min}, duration{1min}, duration{24h}, "Interval of counting."},
    {"change.false_alarms", 1.0, 0.01, 1000.0,
     "False alarms per week and sensor, both series together (calibrated)."},
    {"change.threshold", 3.0, -100.0, 1000.0, "Score above which a value alarms (compatible)."},
    {"change.skip", std::uint64_t{15}, std::uint64_t{0}, std::uint64_t{10000},
     "Values at the beginning that never alarm."},
    {"change.order", std::uint64_t{2}, std::uint64_t{1}, std::uint64_t{16},
     "Order of ChangeFinder's regression."},
    {"change.rate", 0.005, 0.0001, 0.5, "How fast ChangeFinder forgets."},
    {"change.first_width", std::uint64_t{10}, std::uint64_t{1}, std::uint64_t{1000},
     "Values in ChangeFinder's first mean."},
    {"change.second_width", std::uint64_t{5}, std::uint64_t{1}, std::uint64_t{1000},
     "Values in ChangeFinder's second mean."},
    {"change.shift", 1.0, 0.1, 10.0,
     "The smallest shift that CUSUM shall find, in standard deviations."},
    {"change.burst_base", 2.0, 1.1, 10.0, "Ratio of the rates of two states of a burst."},
    {"change.burst_cost", 3.0, 0.0, 100.0, "Cost of a step to the next state, in nats."},
    {"change.history", std::uint64_t{144}, std::uint64_t{50}, std::uint64_t{4032},
     "Values that are learnt from before one is judged (calibrated)."},
};

[[nodiscard]] auto change_settings(option_set const& set) -> series_settings {
  series_settings out;
  auto const method = set.get<std::string_view>("change.method");
  auto const at = std::ranges::find(change_methods, method) - std::begin(change_methods);
  out.method = static_cast<change_method>(at);
  out.is_calibrated = set.get<std::string_view>("change.mode") == "calibrated";
  auto const week = std::chrono::duration<double>{duration{168h}} /
                    std::chrono::duration<double>{set.get<duration>("change.unit")};
  auto const alarms = set.get<double>("change.false_alarms") / 2;  // of two series
  out.false_alarm = std::clamp(alarms / week, 1e-9, 0.1);
  out.threshold = set.get<double>("change.threshold");
  out.skipped = set.get<std::uint64_t>("change.skip");
  out.finder = {.order = set.get<std::uint64_t>("change.order"),
                .rate = set.get<double>("change.rate"),
                .first_width = set.get<std::uint64_t>("change.first_width"),
                .second_width = set.get<std::uint64_t>("change.second_width")};
  // Calibrated values have no trend to be followed for weeks.
  out.cusum_reference = set.get<double>("change.shift") / 2;
  if (out.method == change_method::cusum)
    out.cusum_limit =
        out.is_calibrated ? normal_limit(out.cusum_reference, 1 / out.false_alarm) : 5.0;
  out.mean_run = std::max(week, 10.0);
  out.burst_base = set.get<double>("change.burst_base");
  out.burst_cost = set.get<double>("change.burst_cost");
  out.least_history = set.get<std::uint64_t>("change.history");
  return out;
}

[[nodiscard]] auto change_level(double ratio) -> finding_level {
  auto const times = std::max(ratio, 1 / std::max(ratio, 1e-9));
  if (times >= 10) return finding_level::critical;
  if (times >= 3) return finding_level::high;
  return times >= 1.5 ? finding_level::medium : finding_level::low;
}

class change_engine final : public engine {
public:
  explicit change_engine(option_set const& set)
      : unit_{set.get<duration>("change.unit")},
        method_{set.get<std::string_view>("change.method")},
        with_{change_settings(set)},
        series_{watched_series{with_}, watched_series{with_}} {}

  [[nodiscard]] auto about() const noexcept -> descriptor const& override {
    return change_descriptor();
  }
  [[nodiscard]] auto interval() const noexcept -> duration override { return unit_; }

  [[nodiscard]] auto observe(activity_window const& closed, finding_sink& out) -> status override {
    sensor_ = closed.sensor;
    last_ = closed.end();
    if (closed.is_missing) return {};
    KIZASHI_TRY(judge(0, closed, static_cast<double>(closed.packets), out));
    return judge(1, closed, static_cast<double>(closed.sources.size()), out);
  }

  [[nodiscard]] auto finish(finding_sink& out) -> status override {
    if (series_[0].has_judged() || sensor_.empty()) return {};
    auto short_of = finding_of(*this, sensor_, kind::shortage);
    short_of.first = last_ - unit_;
    short_of.last = last_;
    short_of.reason = fmt::format("Not enough data: {} intervals of {} were seen, {} are needed.",
                                  series_[0].seen(), to_string(unit_), series_[0].needed());
    return out.take(std::move(short_of));
  }

  void save(state_writer& out) const override {
    out.text(sensor_);
    out(last_, series_[0], series_[1]);
  }
  void restore(state_reader& in) override {
    sensor_ = in.text();
    in(last_, series_[0], series_[1]);
  }

private:
  static constexpr std::string_view names[] = {"packets", "sources"};

  [[nodiscard]] auto judge(std::size_t which, activity_window const& closed, double value,
                           finding_sink& out) -> status {
    auto& series = series_[which];
    auto const verdict = series.next(closed.start, unit_, value);
    // The published rule tells every interval, the calibrated one when it begins.
    if (!(with_.is_calibrated ? verdict.is_onset : verdict.is_alarm)) return {};
    auto found = finding_of(*this, sensor_,
                            with_.method == change_method::bursts ? kind::burst : kind::change);
    found.first = closed.start;
    found.last = closed.end();
    found.source_count = closed.sources.size();
    for (auto const& each : closed.sources) {
      if (found.sources.size() == finding::most_sources) break;
      found.sources.push_back(each.address);
    }
    auto const ratio = (value + 1) / (verdict.expected + 1);
    found.score = verdict.score;
    found.threshold = verdict.threshold;
    found.confidence = confidence_of(verdict.score, verdict.threshold);
    found.level = change_level(ratio);
    found.values = {{"series", std::string{names[which]}},
                    {"method", std::string{method_}},
                    {"value", value},
                    {"expected", verdict.expected},
                    {"ratio", ratio}};
    auto const& recent = series.recent();
    auto const back = static_cast<std::int64_t>(recent.size()) - 1;
    found.series.push_back({std::string{names[which]}, closed.start - back * unit_, unit_, recent});
    found.reason = fmt::format(
        "{} are {:.0f} where {:.0f} are usual at this time of the day ({}: score {:.2f} "
        "above {:.2f}).",
        which == 0 ? "Packets" : "Sources", value, verdict.expected, method_, verdict.score,
        verdict.threshold);
    return out.take(std::move(found));
  }

  duration unit_;
  std::string method_;
  series_settings with_;
  watched_series series_[2];
  std::string sensor_;
  timestamp last_;
};

}  // namespace

auto change_descriptor() -> descriptor const& {
  static constexpr descriptor about{
      .name = "change",
      .version = 1,
      .title = "Change points and bursts in packets and sources of a sensor",
      .paper = "Takeuchi, Yamanishi 2006; Page 1954; Adams, MacKay 2007; Kleinberg 2002",
      .page = "docs/engines/change.md",
      .options = change_options,
      .hears = false,
      .names_services = false,
      .make = [](option_set const& set) -> result<std::unique_ptr<engine>> {
        return std::make_unique<change_engine>(set);
      }};
  return about;
}

}  // namespace kizashi::engine
