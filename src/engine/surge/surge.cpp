#include "kizashi/engine/surge/surge.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <map>
#include <string>

#include <fmt/format.h>

#include "kizashi/engine/series/daily_profile.hpp"
#include "kizashi/engine/series/tail.hpp"
#include "kizashi/engine/surge/service_history.hpp"

namespace kizashi::engine {
namespace {

using namespace std::chrono_literals;

constexpr std::string_view surge_modes[] = {"calibrated", "compatible"};
constexpr std::string_view surge_counts[] = {"networks", "sources"};

constexpr option_spec surge_options[] = {
    {"surge.mode",
     std::string_view{"calibrated"},
     {},
     {},
     "calibrated: improbable under what was learnt of the service. compatible: the ratio of the "
     "sources now to those usual, the rule of the PRACTICE project.",
     surge_modes},
    {"surge.count",
     std::string_view{"networks"},
     {},
     {},
     "What is counted: /24 (IPv6: /48) with a source, because one of them is one actor; or "
     "sources. "
     "Known scanners count in neither.",
     surge_counts},
    {"surge.unit", duration{10min}, duration{1min}, duration{24h}, "Interval of counting."},
    {"surge.false_alarms", 1.0, 0.01, 1000.0,
     "False alarms per week over all ports of a sensor (calibrated)."},
    {"surge.half_life", duration{336h}, duration{24h}, duration{8760h},
     "Time in which half of what was learnt is forgotten."},
    {"surge.history", duration{24h}, duration{1h}, duration{720h},
     "What is learnt before anything is judged."},
    {"surge.least", std::uint64_t{5}, std::uint64_t{2}, std::uint64_t{1000000},
     "No fewer make a surge."},
    {"surge.ratio", 5.0, 1.1, 1000.0, "Now to the usual, above which it alarms (compatible)."},
};

constexpr double ports_of_a_sensor = 131'072;

/// 1 .. 4 as `finding_level`, from how far the score is above the threshold and how many came.
[[nodiscard]] auto surge_level(double above, double count) -> std::uint8_t {
  if (above > 60 || count >= 1000) return 4;
  if (above > 20 || count >= 200) return 3;
  return above > 4 || count >= 50 ? 2 : 1;
}

class surge_engine final : public engine {
public:
  explicit surge_engine(option_set const& set)
      : unit_{set.get<duration>("surge.unit")},
        is_calibrated_{set.get<std::string_view>("surge.mode") == "calibrated"},
        counts_networks_{set.get<std::string_view>("surge.count") == "networks"},
        least_{static_cast<double>(set.get<std::uint64_t>("surge.least"))},
        ratio_{set.get<double>("surge.ratio")},
        needed_{static_cast<std::uint64_t>(
            std::max<std::int64_t>(set.get<duration>("surge.history") / unit_, 12))},
        tops_{144, 4032} {
    auto const week =
        static_cast<double>(duration{168h}.count()) / static_cast<double>(unit_.count());
    auto const alarms = set.get<double>("surge.false_alarms");
    per_unit_ = std::clamp(alarms / week, 1e-9, 0.5);
    nominal_ = std::log10(ports_of_a_sensor * static_cast<double>(surge_scales.size()) / per_unit_);
    auto const life = static_cast<double>(set.get<duration>("surge.half_life").count()) /
                      static_cast<double>(unit_.count());
    weight_.kept = std::exp2(-1 / std::max(life, 1.0));
    new_usual_ = static_cast<std::uint32_t>(std::max<std::int64_t>(72h / unit_, 3));
  }

  [[nodiscard]] auto about() const noexcept -> descriptor const& override {
    return surge_descriptor();
  }
  [[nodiscard]] auto interval() const noexcept -> duration override { return unit_; }
  [[nodiscard]] auto observe(activity_window const& closed, finding_sink& out) -> status override;
  [[nodiscard]] auto finish(finding_sink& out) -> status override;
  void save(state_writer& out) const override;
  void restore(state_reader& in) override;

private:
  struct alarm {
    surge_judgement by;
    double threshold = 0;
    std::uint8_t level = 0;
  };

  void count(activity_window const& closed);
  void wake();
  [[nodiscard]] auto judge(service_history const& of, double threshold) const -> surge_judgement;
  [[nodiscard]] auto threshold() -> double;
  [[nodiscard]] auto suspicious_from(double threshold) const noexcept -> double {
    return is_calibrated_ ? 2.5 : threshold;
  }
  [[nodiscard]] auto describe(service_history const& of, alarm const& what,
                              activity_window const& closed) const -> finding;
  [[nodiscard]] auto step(service_history& of, surge_judgement const& by, double threshold,
                          activity_window const& closed, finding_sink& out) -> status;

  duration unit_;
  bool is_calibrated_;
  bool counts_networks_;
  double least_;
  double ratio_;
  std::uint64_t needed_;
  double per_unit_ = 0;
  double nominal_ = 0;
  std::uint32_t new_usual_ = 0;  // intervals after which a suspicious service is learnt again

  std::string sensor_;
  timestamp last_;
  std::uint64_t seen_ = 0;
  learnt_weight weight_;
  score_history tops_;  // the highest score of each interval
  std::map<service, service_history> services_;
  std::vector<service_history*> active_;     // those that are not silent, ascending
  std::map<service, service_total> totals_;  // of the interval
};

void surge_engine::count(activity_window const& closed) {
  totals_.clear();
  activity_window unscreened;  // the same without known scanners
  std::vector<std::uint32_t> number(closed.sources.size(), 0);
  for (std::size_t i = 0; i < closed.sources.size(); ++i) {
    if (closed.sources[i].scanner != 0) continue;
    number[i] = static_cast<std::uint32_t>(unscreened.sources.size());
    unscreened.sources.push_back(closed.sources[i]);
  }
  for (auto row : closed.rows) {
    if (closed.sources[row.source].scanner != 0) continue;
    row.source = number[row.source];
    unscreened.rows.push_back(row);
  }
  for (auto const& each : totals_by_service(unscreened)) totals_.emplace(each.at, each);
}

/// Above which a score is a finding: what the stated rate asks of the learnt distributions, and
/// more where scores of this sensor are higher than those allow, though not more than twice as
/// much.
auto surge_engine::threshold() -> double {
  if (!is_calibrated_) return ratio_;
  if (!tops_.is_ready()) return nominal_;
  return std::clamp(tops_.level(per_unit_), nominal_, 2 * nominal_);
}

auto surge_engine::judge(service_history const& of, double threshold) const -> surge_judgement {
  if (is_calibrated_) {
    auto by = of.judge(weight_);
    if (by.count < least_) by.score = std::min(by.score, threshold);
    return by;
  }
  auto const usual = of.mean(weight_);
  auto const count = static_cast<double>(of.last());
  return {count < least_ ? 0 : count / usual, count, usual, 1};
}

auto surge_engine::describe(service_history const& of, alarm const& what,
                            activity_window const& closed) const -> finding {
  auto found = finding_of(*this, sensor_, kind::surge);
  found.first = of.since;
  found.last = closed.end();
  found.services = {of.at()};
  std::uint64_t screened = 0;
  std::uint64_t packets = 0;
  for (auto const& row : closed.rows) {
    if (row.at() != of.at()) continue;
    auto const& source = closed.sources[row.source];
    ++found.source_count;
    packets += row.packets;
    screened += source.scanner != 0 ? 1 : 0;
    if (found.sources.size() < finding::most_sources) found.sources.push_back(source.address);
  }
  found.score = what.by.score;
  found.threshold = what.threshold;
  found.confidence = confidence_of(found.score, found.threshold);
  found.level = static_cast<finding_level>(what.level);
  auto const minutes = what.by.scale * static_cast<std::size_t>(unit_ / 1min);
  auto const ratio = what.by.count / std::max(what.by.expected, 1e-9);
  found.values = {{"counted", what.by.count},
                  {"expected", what.by.expected},
                  {"ratio", ratio},
                  {"minutes", static_cast<double>(minutes)},
                  {"packets", static_cast<double>(packets)},
                  {"known scanners", static_cast<double>(screened)}};
  auto const back = static_cast<std::int64_t>(service_history::kept) - 1;
  found.series.push_back(
      {counts_networks_ ? "networks" : "sources", closed.start - back * unit_, unit_, of.recent()});
  found.reason = fmt::format(
      "{} {} asked for {} within {} minutes where {:.2g} are usual: {}.", what.by.count,
      counts_networks_ ? "networks" : "sources", of.at().to_string(), minutes, what.by.expected,
      is_calibrated_
          ? fmt::format("by chance with probability 1e-{:.1f}, and 1e-{:.1f} would be a finding",
                        found.score, found.threshold)
          : fmt::format("{:.1f} times as many, and {:.1f} would be a finding", found.score,
                        found.threshold));
  return found;
}

auto surge_engine::step(service_history& of, surge_judgement const& by, double threshold,
                        activity_window const& closed, finding_sink& out) -> status {
  if (by.score > threshold) {
    auto const level = surge_level(by.score - threshold, by.count);
    auto const is_new = !of.is_alerted;
    if (is_new) {
      of.since = closed.start;
      of.level = 0;
    }
    of.is_alerted = true;
    of.quiet = 0;
    if (level > of.level) {
      of.level = level;
      KIZASHI_TRY(out.take(describe(of, {by, threshold, level}, closed)));
    }
  } else if (of.is_alerted && ++of.quiet >= 3) {
    of.is_alerted = false;
  }
  return {};
}

auto surge_engine::observe(activity_window const& closed, finding_sink& out) -> status {
  sensor_ = closed.sensor;
  last_ = closed.end();
  if (closed.is_missing) return {};
  count(closed);
  wake();
  auto const hour = static_cast<std::uint8_t>(daily_profile::hour_of(closed.start));
  auto const is_judged = seen_ >= needed_;
  auto const limit = threshold();
  double top = 0;
  auto next_weight = weight_;
  next_weight.units = weight_.units * weight_.kept + 1;
  ++seen_;
  for (auto* const of : active_) {
    auto const total = totals_.find(of->at());
    auto const many = total == totals_.end() ? 0
                      : counts_networks_     ? total->second.networks
                                             : total->second.sources;
    of->push(many, hour);
    auto const by = judge(*of, limit);
    if (is_judged) {
      if (!of->is_alerted) top = std::max(top, by.score);
      KIZASHI_TRY(step(*of, by, limit, closed, out));
    }
    // What may be the beginning of something is not learnt; what stays for days is the new usual.
    auto const is_suspicious = of->is_alerted || (is_judged && by.score > suspicious_from(limit));
    of->suspicious = is_suspicious ? of->suspicious + 1 : 0;
    if (!is_suspicious || of->suspicious > new_usual_) of->learn(next_weight);
    if (of->is_silent()) of->sleep(next_weight, seen_);
  }
  std::erase_if(active_, [](auto const* of) { return of->is_silent(); });
  weight_ = next_weight;
  if (is_judged && is_calibrated_) tops_.add(top);
  return {};
}

/// Services that were silent and are there again, and new ones.
void surge_engine::wake() {
  auto const before = active_.size();
  for (auto const& [at, total] : totals_) {
    auto const [place, is_new] = services_.try_emplace(at, at);
    auto& of = place->second;
    if (!is_new && !of.is_silent()) continue;
    of.wake(weight_, seen_);
    active_.push_back(&of);
  }
  if (active_.size() != before) std::ranges::sort(active_, {}, &service_history::at);
}

auto surge_engine::finish(finding_sink& out) -> status {
  if (seen_ > needed_ || sensor_.empty()) return {};
  auto found = finding_of(*this, sensor_, kind::shortage);
  found.first = last_ - unit_;
  found.last = last_;
  found.reason = fmt::format("Not enough data: {} intervals of {} were seen, {} are needed.", seen_,
                             to_string(unit_), needed_ + 1);
  return out.take(std::move(found));
}

void surge_engine::save(state_writer& out) const {
  out.text(sensor_);
  out(last_, seen_, weight_.units, tops_);
  out.number(services_.size());
  for (auto const& [at, of] : services_) {
    out(of);
    out.next_record();
  }
}

void surge_engine::restore(state_reader& in) {
  sensor_ = in.text();
  in(last_, seen_, weight_.units, tops_);
  in.expect(weight_.units >= 0 && weight_.units < 1e12, "a weight that can be");
  auto many = in.number();
  for (; many > 0 && in.has_record() && in.is_good(); --many) {
    service_history of;
    in(of);
    if (in.is_good()) services_.insert_or_assign(of.at(), of);
  }
  in.expect(many == 0, "as many services as it says");
  for (auto& [at, of] : services_)
    if (!of.is_silent()) active_.push_back(&of);
}

}  // namespace

auto surge_descriptor() -> descriptor const& {
  static constexpr descriptor about{
      .name = "surge",
      .version = 1,
      .title = "More sources at a port than it usually gets (distributed attack)",
      .paper =
          "Feng, Hori, Sakurai, Takeuchi: A behavior-based method for detecting distributed "
          "scan attacks in darknets, JIP 21(3), 2013; reports of the PRACTICE project",
      .page = "docs/engines/surge.md",
      .options = surge_options,
      .hears = false,
      .make = [](option_set const& set) -> result<std::unique_ptr<engine>> {
        return std::make_unique<surge_engine>(set);
      }};
  return about;
}

}  // namespace kizashi::engine
