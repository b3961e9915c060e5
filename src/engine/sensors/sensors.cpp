#include "kizashi/engine/sensors/sensors.hpp"

#include <algorithm>
#include <chrono>
#include <map>
#include <vector>

#include <fmt/format.h>

namespace kizashi::engine {
namespace {

using namespace std::chrono_literals;

constexpr option_spec sensors_options[] = {
    {"sensors.least", std::uint64_t{2}, std::uint64_t{2}, std::uint64_t{1000},
     "So many sensors make a global finding."},
    {"sensors.within", duration{1h}, duration{10min}, duration{168h},
     "Sensors see the same when no more lies between their first intervals."},
};

class sensors_engine final : public engine {
public:
  explicit sensors_engine(option_set const& set)
      : least_{set.get<std::uint64_t>("sensors.least")},
        within_{set.get<duration>("sensors.within")} {}

  [[nodiscard]] auto about() const noexcept -> descriptor const& override {
    return sensors_descriptor();
  }
  [[nodiscard]] auto interval() const noexcept -> duration override { return duration{0}; }
  [[nodiscard]] auto observe(activity_window const&, finding_sink&) -> status override {
    return {};
  }

  [[nodiscard]] auto hear(finding const& found, finding_sink& out) -> status override {
    if (found.kind != kind::surge || found.sensor.empty()) return {};
    for (auto const& at : found.services) {
      auto& seen = seen_[at];
      // The same surge again, grown: the first time stays.
      auto const [place, is_new] = seen.by_sensor.try_emplace(found.sensor, found);
      if (!is_new && found.first > place->second.first + within_) {
        place->second = found;
        seen.told = 0;
      }
      auto const together = near(seen, found.first);
      if (together.size() < least_ || together.size() <= seen.told) continue;
      seen.told = together.size();
      KIZASHI_TRY(out.take(joined(at, together)));
    }
    return {};
  }
  [[nodiscard]] auto advance_to(timestamp now, finding_sink&) -> status override {
    for (auto& [at, seen] : seen_)
      std::erase_if(seen.by_sensor,
                    [&](auto const& each) { return each.second.last < now - 2 * within_; });
    std::erase_if(seen_, [](auto const& each) { return each.second.by_sensor.empty(); });
    return {};
  }
  void save(state_writer& out) const override {
    out.number(seen_.size());
    for (auto const& [at, seen] : seen_) {
      out(at.protocol, at.port);
      out.number(seen.told);
      out.number(seen.by_sensor.size());
      for (auto const& [sensor, found] : seen.by_sensor) write_finding(out, found);
      out.next_record();
    }
  }
  void restore(state_reader& in) override {
    auto many = in.number();
    for (; many > 0 && in.has_record() && in.is_good(); --many) {
      service at;
      in(at.protocol, at.port);
      auto& seen = seen_[at];
      seen.told = static_cast<std::size_t>(in.at_most(1'000'000));
      for (auto each = in.count(1); each > 0 && in.is_good(); --each) {
        auto found = read_finding(in);
        auto sensor = found.sensor;
        if (in.is_good()) seen.by_sensor.insert_or_assign(std::move(sensor), std::move(found));
      }
    }
    in.expect(many == 0, "as many services as it says");
  }

private:
  struct sightings {
    std::map<std::string, finding> by_sensor;
    std::size_t told = 0;  ///< sensors in the last global finding
  };

  /// Those whose first interval is near `time`, the earliest first.
  [[nodiscard]] auto near(sightings const& seen, timestamp time) const
      -> std::vector<finding const*> {
    std::vector<finding const*> out;
    for (auto const& [sensor, found] : seen.by_sensor)
      if (found.first <= time + within_ && time <= found.first + within_) out.push_back(&found);
    std::ranges::stable_sort(out, {}, [](finding const* each) { return each->first; });
    return out;
  }

  [[nodiscard]] auto joined(service at, std::vector<finding const*> const& seen) const -> finding {
    auto out = finding_of(*this, "", kind::global);
    out.first = seen.front()->first;
    out.services = {at};
    double not_so = 1;
    std::string order;
    for (auto const* each : seen) {
      out.last = std::max(out.last, each->last);
      out.source_count += each->source_count;
      out.sources.insert(out.sources.end(), each->sources.begin(), each->sources.end());
      out.score = std::max(out.score, each->score);
      out.threshold = std::max(out.threshold, each->threshold);
      out.level = std::max(out.level, each->level);
      out.sensors.push_back(each->sensor);
      not_so *= 1 - each->confidence;
      auto const later = static_cast<double>((each->first - out.first).count()) / 6e10;
      out.values.push_back({fmt::format("minutes later at {}", each->sensor), later});
      order += order.empty() ? fmt::format("{} saw it first", each->sensor)
                             : fmt::format(", {} {:.0f} minutes later", each->sensor, later);
    }
    std::ranges::sort(out.sources);
    auto const twice = std::ranges::unique(out.sources);
    out.source_count -= twice.size();
    out.sources.erase(twice.begin(), twice.end());
    if (out.sources.size() > finding::most_sources) out.sources.resize(finding::most_sources);
    std::ranges::sort(out.sensors);
    out.confidence = std::clamp(1 - not_so, 0.0, 1.0);
    out.engines = {seen.front()->engine};
    out.reason = fmt::format("{} is asked for by more sources at {} sensors: {}.", at.to_string(),
                             seen.size(), order);
    return out;
  }

  std::size_t least_;
  duration within_;
  std::map<service, sightings> seen_;
};

}  // namespace

auto sensors_descriptor() -> descriptor const& {
  static constexpr descriptor about{
      .name = "sensors",
      .version = 1,
      .title = "The same port at several sensors at once, and who saw it first",
      .paper = "Reports of the PRACTICE project (global alert)",
      .page = "docs/engines/sensors.md",
      .options = sensors_options,
      .hears = true,
      .make = [](option_set const& set) -> result<std::unique_ptr<engine>> {
        return std::make_unique<sensors_engine>(set);
      }};
  return about;
}

}  // namespace kizashi::engine
