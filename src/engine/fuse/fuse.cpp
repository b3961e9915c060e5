#include "kizashi/engine/fuse/fuse.hpp"

#include <algorithm>
#include <chrono>
#include <iterator>
#include <map>
#include <set>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace kizashi::engine {
namespace {

using namespace std::chrono_literals;

constexpr option_spec fuse_options[] = {
    {"fuse.confidence", 0.5, 0.0, 1.0, "Less sure findings are kept back until another agrees."},
    {"fuse.within", duration{24h}, duration{10min}, duration{168h},
     "A finding belongs to one before it when no more lies between them."},
    {"fuse.services", std::uint64_t{8}, std::uint64_t{1}, std::uint64_t{1000},
     "Findings about more services are about none of them."},
};

/// What is known of one service at one sensor.
struct incident {
  finding latest;  ///< of the surest engine
  timestamp first;
  timestamp last;
  std::map<std::string, double> confidence;  ///< by engine
  std::vector<net::address> sources;         ///< of all, ascending
  std::uint64_t source_count = 0;            ///< the largest
  std::size_t told_engines = 0;
  finding_level told_level = finding_level::note;

  [[nodiscard]] auto sure() const -> double {
    double not_so = 1;
    for (auto const& [engine, each] : confidence) not_so *= 1 - each;
    return std::clamp(1 - not_so, 0.0, 1.0);
  }
};

/// Share of the sources that are known scanners, where the finding says.
[[nodiscard]] auto screened_share(finding const& of) -> double {
  for (auto const& each : of.values)
    if (each.name == "known scanners")
      if (auto const* many = std::get_if<double>(&each.value); many != nullptr)
        return std::clamp(*many / std::max(static_cast<double>(of.source_count), 1.0), 0.0, 1.0);
  return 0;
}

[[nodiscard]] auto share_a_source(std::vector<net::address> const& a,
                                  std::vector<net::address> const& b) -> bool {
  for (auto i = a.begin(), j = b.begin(); i != a.end() && j != b.end();) {
    if (*i == *j) return true;
    if (*i < *j)
      ++i;
    else
      ++j;
  }
  return false;
}

class fuse_engine final : public engine {
public:
  explicit fuse_engine(option_set const& set)
      : confidence_{set.get<double>("fuse.confidence")},
        within_{set.get<duration>("fuse.within")},
        services_{set.get<std::uint64_t>("fuse.services")} {}

  [[nodiscard]] auto about() const noexcept -> descriptor const& override {
    return fuse_descriptor();
  }
  [[nodiscard]] auto interval() const noexcept -> duration override { return duration{0}; }
  [[nodiscard]] auto observe(activity_window const&, finding_sink&) -> status override {
    return {};
  }
  [[nodiscard]] auto hear(finding const& found, finding_sink& out) -> status override;
  [[nodiscard]] auto advance_to(timestamp now, finding_sink&) -> status override {
    std::erase_if(incidents_, [&](auto const& each) { return each.second.last < now - within_; });
    return {};
  }
  void save(state_writer& out) const override;
  void restore(state_reader& in) override;

private:
  using place = std::pair<std::string, service>;

  void add(finding const& found, incident& to) const;
  [[nodiscard]] auto joined(place const& at, incident const& of) const -> finding;

  double confidence_;
  duration within_;
  std::size_t services_;
  std::map<place, incident> incidents_;
};

void fuse_engine::add(finding const& found, incident& to) const {
  // Of several services it is not known which one it is about.
  auto const among = 2 / (1 + static_cast<double>(found.services.size()));
  auto const sure = found.confidence * among * (1 - screened_share(found));
  if (to.confidence.empty()) to.first = found.first;
  auto& mine = to.confidence[found.engine];
  mine = std::max(mine, sure);
  auto const is_surest =
      std::ranges::all_of(to.confidence, [&](auto const& each) { return each.second <= sure; });
  if (is_surest || to.latest.engine == found.engine) to.latest = found;
  // What was told keeps its beginning, from which its id follows.
  if (to.told_engines == 0) to.first = std::min(to.first, found.first);
  to.last = std::max(to.last, found.last);
  std::vector<net::address> all;
  std::ranges::set_union(to.sources, found.sources, std::back_inserter(all));
  if (all.size() > finding::most_sources) all.resize(finding::most_sources);
  to.sources = std::move(all);
  to.source_count = std::max(
      {to.source_count, found.source_count, static_cast<std::uint64_t>(to.sources.size())});
}

auto fuse_engine::joined(place const& at, incident const& of) const -> finding {
  auto out = finding_of(*this, at.first, kind::fused);
  out.first = of.first;
  out.last = of.last;
  out.services = {at.second};
  out.source_count = of.source_count;
  out.sources = of.sources;
  out.score = of.sure();
  out.threshold = confidence_;
  out.confidence = of.sure();
  out.level = of.latest.level;
  out.values = of.latest.values;
  out.series = of.latest.series;
  for (auto const& [engine, each] : of.confidence) out.engines.push_back(engine);
  if (at.first.empty()) out.sensors = of.latest.sensors;
  out.reason = out.engines.size() == 1
                   ? fmt::format("Found by {}: {}", out.engines.front(), of.latest.reason)
                   : fmt::format("{} engines agree ({}). {}: {}", out.engines.size(),
                                 fmt::join(out.engines, ", "), of.latest.engine, of.latest.reason);
  return out;
}

auto fuse_engine::hear(finding const& found, finding_sink& out) -> status {
  if (found.kind == kind::shortage || found.services.empty() || found.services.size() > services_ ||
      !found.engines.empty())
    return {};  // joint findings say nothing that their parts have not said
  for (auto const& at : found.services) {
    place const where{found.sensor, at};
    auto known = incidents_.find(where);
    if (known != incidents_.end() && found.first > known->second.last + within_) {
      incidents_.erase(known);
      known = incidents_.end();
    }
    // Another thing at the same port: it begins nothing new, and adds nothing.
    if (known != incidents_.end() && !known->second.sources.empty() && !found.sources.empty() &&
        !known->second.confidence.contains(found.engine) &&
        !share_a_source(known->second.sources, found.sources))
      continue;
    if (known == incidents_.end()) known = incidents_.try_emplace(where).first;
    auto& here = known->second;
    add(found, here);
    auto const is_more =
        here.confidence.size() > here.told_engines || here.latest.level > here.told_level;
    if (!is_more || here.sure() < confidence_) continue;
    here.told_engines = here.confidence.size();
    here.told_level = here.latest.level;
    KIZASHI_TRY(out.take(joined(where, here)));
  }
  return {};
}

void fuse_engine::save(state_writer& out) const {
  out.number(incidents_.size());
  for (auto const& [at, of] : incidents_) {
    out.text(at.first);
    out(at.second.protocol, at.second.port, of.first, of.last, of.source_count);
    out.number(of.told_engines);
    out(static_cast<std::uint8_t>(of.told_level));
    out.number(of.confidence.size());
    for (auto const& [engine, sure] : of.confidence) {
      out.text(engine);
      out(sure);
    }
    auto latest = of.latest;
    write_finding(out, latest);
    latest.sources = of.sources;  // addresses have one form, that of findings
    latest.source_count = of.source_count;
    write_finding(out, latest);
    out.next_record();
  }
}

void fuse_engine::restore(state_reader& in) {
  auto many = in.number();
  for (; many > 0 && in.has_record() && in.is_good(); --many) {
    place at;
    at.first = in.text();
    incident of;
    in(at.second.protocol, at.second.port, of.first, of.last, of.source_count);
    of.told_engines = static_cast<std::size_t>(in.at_most(1'000'000));
    of.told_level =
        static_cast<finding_level>(in.at_most(static_cast<std::uint64_t>(finding_level::critical)));
    for (auto each = in.count(9); each > 0 && in.is_good(); --each) {
      auto const engine = std::string{in.text()};
      double sure = 0;
      in(sure);
      in.expect(sure >= 0 && sure <= 1, "a confidence");
      of.confidence[engine] = sure;
    }
    of.latest = read_finding(in);
    of.sources = read_finding(in).sources;
    if (in.is_good()) incidents_[at] = std::move(of);
  }
  in.expect(many == 0, "as many incidents as it says");
}

}  // namespace

auto fuse_descriptor() -> descriptor const& {
  static constexpr descriptor about{
      .name = "fuse",
      .version = 1,
      .title = "Findings about the same port and sources become one",
      .paper = "Han et al.: Dark-TRACER, IEEE Access 10, 2022 (union of the engines)",
      .page = "docs/engines/fuse.md",
      .options = fuse_options,
      .hears = true,
      .make = [](option_set const& set) -> result<std::unique_ptr<engine>> {
        return std::make_unique<fuse_engine>(set);
      }};
  return about;
}

}  // namespace kizashi::engine
