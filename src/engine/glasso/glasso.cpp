#include "kizashi/engine/glasso/glasso.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <map>

#include <fmt/format.h>

#include "kizashi/engine/glasso/density_rule.hpp"
#include "kizashi/engine/glasso/graphical_lasso.hpp"
#include "kizashi/engine/internal/group_engine.hpp"
#include "kizashi/engine/internal/otsu.hpp"
#include "kizashi/engine/series/tail.hpp"

namespace kizashi::engine {
namespace {

using namespace std::chrono_literals;
using glasso::solution;
using internal::group_rows;

constexpr option_spec glasso_options[] = {
    {"glasso.mode",
     std::string_view{"calibrated"},
     {},
     {},
     "calibrated: as many false alarms as glasso.false_alarms says. compatible: Dark-GLASSO's rule "
     "on each of its six penalties.",
     internal::group_modes},
    {"glasso.bin", duration{50s}, duration{1s}, duration{1h}, "Interval of counting."},
    {"glasso.bins", std::uint64_t{12}, std::uint64_t{3}, std::uint64_t{60},
     "Intervals in a window."},
    {"glasso.sources",
     std::string_view{"/16"},
     {},
     {},
     "What counts as one source: a prefix (of IPv6 /32 and /48) or an address.",
     internal::group_sources},
    {"glasso.most_sources", std::uint64_t{1000}, std::uint64_t{2}, std::uint64_t{4000},
     "Sources in a window; of more, those with most packets. 4000 take 400 MB."},
    {"glasso.tcp_only", true, {}, {}, "Whether only TCP counts."},
    {"glasso.usual_ports",
     false,
     {},
     {},
     "Whether ports count that are always scanned (23, 445 ...)."},
    {"glasso.known_scanners", false, {}, {}, "Whether known scanners count."},
    {"glasso.false_alarms", 1.0, 0.01, 1000.0, "False alarms per week and sensor (calibrated)."},
    {"glasso.ratio", 0.98, 0.5, 0.9999,
     "Share of the variance below which a density is unusual (compatible)."},
    {"glasso.history", std::uint64_t{432}, std::uint64_t{50}, std::uint64_t{4032},
     "Windows that are learnt from before one is judged."},
};

/// Largest first: the order in which the solver works.
constexpr std::array glasso_penalties{0.9, 0.8, 0.7, 0.6, 0.5, 0.4};

class glasso_engine final : public engine {
public:
  explicit glasso_engine(option_set const& set)
      : scope_{internal::group_scope_of(set, "glasso")},
        is_calibrated_{set.get<std::string_view>("glasso.mode") == "calibrated"},
        history_{set.get<std::uint64_t>("glasso.history")},
        false_alarm_{internal::false_alarm_of(set, "glasso", scope_.bin * scope_.bins)},
        windows_{scope_},
        scores_{history_, 4032},
        series_(glasso_penalties.size(),
                glasso::density_series{history_, set.get<double>("glasso.ratio")}) {}

  [[nodiscard]] auto about() const noexcept -> descriptor const& override {
    return glasso_descriptor();
  }
  [[nodiscard]] auto interval() const noexcept -> duration override { return scope_.bin; }

  [[nodiscard]] auto observe(activity_window const& closed, finding_sink& out) -> status override {
    auto const whole = windows_.add(closed);
    if (!whole) return {};
    auto const of = glasso::log_covariance(whole->counts(), scope_.bins);
    auto const solved = glasso::solve_graphical_lasso(of, glasso_penalties, {});
    return is_calibrated_ ? judge_calibrated(*whole, of, solved, out)
                          : judge_published(*whole, solved, out);
  }

  [[nodiscard]] auto finish(finding_sink& out) -> status override {
    auto const has_judged =
        is_calibrated_ ? windows_.whole() > history_ : series_.front().is_ready();
    if (has_judged || windows_.sensor().empty()) return {};
    return out.take(internal::group_shortage(*this, windows_, history_));
  }

  void save(state_writer& out) const override {
    windows_.save(out);
    out(scores_);
    for (auto const& each : series_) each.save(out);
    out.number(recent_.size());
    for (auto const value : recent_) out(value);
  }
  void restore(state_reader& in) override {
    windows_.restore(in);
    in(scores_);
    for (auto& each : series_) each.restore(in);
    auto const many = in.count(8);
    in.expect(many <= most_recent, "recent densities");
    recent_.clear();
    for (std::size_t i = 0; i < many && in.is_good(); ++i) {
      recent_.push_back(0);
      in(recent_.back());
      in.expect(std::isfinite(recent_.back()), "a recent density");
    }
  }

private:
  static constexpr std::size_t most_recent = 144;

  void remember(double density) {
    if (recent_.size() == most_recent) recent_.erase(recent_.begin());
    recent_.push_back(density);
  }

  /// The mean over the penalties of the logarithm of the density: one series, and no outlier of a
  /// heavy tail weighs more than its rank. What is added to the density keeps the few links of a
  /// sparse graph from mattering.
  [[nodiscard]] static auto score_of(std::vector<solution> const& solved) -> double {
    constexpr double floor = 0.002;
    double sum = 0;
    for (auto const& each : solved) sum += std::log(each.density + floor);
    return sum / static_cast<double>(solved.size());
  }

  [[nodiscard]] auto judge_calibrated(group_rows const& whole, glasso::covariance const& of,
                                      std::vector<solution> const& solved, finding_sink& out)
      -> status {
    remember(mean_density(solved));
    // Fewer than two sources have no density at all, which is nothing to learn from.
    if (whole.sources.size() < 2) return {};
    auto const score = score_of(solved);
    auto const is_judged = scores_.is_ready();
    auto const level = is_judged ? scores_.level(false_alarm_) : 0;
    scores_.add(score);
    if (!is_judged || !(score > level)) return {};
    auto const members = synchronised(of, solved);
    if (members.size() < 2) return {};
    auto found = describe(whole, solved, members);
    found.score = score;
    found.threshold = level;
    found.confidence = confidence_of(score, level);
    found.reason = fmt::format(
        "The activity of sources hangs together more closely than usual (score {:.2f} above "
        "{:.2f}): "
        "{} sources are linked with far more others than the rest.{}",
        score, level, members.size(), found.reason);
    internal::say_bound(found, whole);
    return out.take(std::move(found));
  }

  [[nodiscard]] auto judge_published(group_rows const& whole, std::vector<solution> const& solved,
                                     finding_sink& out) -> status {
    remember(mean_density(solved));
    std::vector<double> alarms;
    for (std::size_t i = 0; i < solved.size(); ++i)
      if (series_[i].add(solved[i].density)) alarms.push_back(solved[i].penalty);
    if (alarms.empty()) return {};
    std::vector<std::uint32_t> everybody(whole.sources.size());
    for (std::uint32_t i = 0; i < everybody.size(); ++i) everybody[i] = i;
    auto found = describe(whole, solved, everybody);
    found.score = static_cast<double>(alarms.size());
    found.threshold = 0;
    found.confidence = 0.5 + 0.4 * static_cast<double>(alarms.size()) / 6;
    found.values.push_back({"smallest penalty that alarms", *std::ranges::min_element(alarms)});
    found.reason = fmt::format("The density of links is unusual at {} of {} penalties.{}",
                               alarms.size(), solved.size(), found.reason);
    internal::say_bound(found, whole);
    return out.take(std::move(found));
  }

  [[nodiscard]] static auto mean_density(std::vector<solution> const& solved) -> double {
    double sum = 0;
    for (auto const& each : solved) sum += each.density;
    return sum / static_cast<double>(solved.size());
  }

  /// The sources with many links at the largest penalty that leaves any: those above the border at
  /// which the numbers of links fall apart in two.
  [[nodiscard]] static auto synchronised(glasso::covariance const& of,
                                         std::vector<solution> const& solved)
      -> std::vector<std::uint32_t> {
    auto const with_links = std::ranges::find_if(solved, [](auto const& x) { return x.edges > 0; });
    if (with_links == solved.end()) return {};
    auto const linked =
        glasso::solve_graphical_lasso(of, std::array{with_links->penalty}, {.has_links = true});
    std::vector<float> degrees(of.groups);
    for (auto const& each : linked.front().links) {
      if (each.first == each.second) {
        degrees[each.first] += static_cast<float>(of.sizes[each.first] - 1);
      } else {
        degrees[each.first] += static_cast<float>(of.sizes[each.second]);
        degrees[each.second] += static_cast<float>(of.sizes[each.first]);
      }
    }
    std::vector<float> each_source;
    for (auto const group : of.group_of) each_source.push_back(degrees[group]);
    auto const largest = each_source.empty() ? 0 : *std::ranges::max_element(each_source);
    auto const border = internal::otsu_border(each_source) * static_cast<double>(largest);
    std::vector<std::uint32_t> answer;
    for (std::uint32_t i = 0; i < each_source.size(); ++i)
      if (each_source[i] > 0 && static_cast<double>(each_source[i]) >= border) answer.push_back(i);
    return answer;
  }

  /// Members, services, series and, as the reason, what they asked for.
  [[nodiscard]] auto describe(group_rows const& whole, std::vector<solution> const& solved,
                              std::vector<std::uint32_t> const& members) const -> finding {
    auto found = internal::group_finding(*this, whole, members);
    auto services = internal::services_of(whole, members);
    std::ranges::stable_sort(services,
                             [](auto const& a, auto const& b) { return a.sources > b.sources; });
    int best = 4;
    for (std::size_t i = 0; i < services.size(); ++i) {
      if (i > 0 && services[i].share < 0.1) break;
      found.services.push_back(services[i].at);
      found.reason += fmt::format(" {}: {} of them ({:.0f} %){}.", services[i].at.to_string(),
                                  services[i].sources, 100 * services[i].share,
                                  services[i].has_single_target ? ", one destination" : "");
      best = std::min(best, internal::published_level(services[i]));
    }
    std::ranges::sort(found.services);
    found.level = internal::level_of_published(best);
    found.values.push_back({"published level", static_cast<double>(best)});
    for (auto const& each : solved)
      found.values.push_back({fmt::format("density at {:.1f}", each.penalty), each.density});
    auto const back = static_cast<std::int64_t>(recent_.size()) - 1;
    found.series.push_back(
        {"mean density", whole.start - back * whole.length, whole.length, recent_});
    return found;
  }

  internal::group_scope scope_;
  bool is_calibrated_;
  std::size_t history_;
  double false_alarm_;
  internal::group_window windows_;
  score_history scores_;
  std::vector<glasso::density_series> series_;
  std::vector<double> recent_;
};

}  // namespace

auto glasso_descriptor() -> descriptor const& {
  static constexpr descriptor about{
      .name = "glasso",
      .version = 1,
      .title = "Sources whose activity hangs together, by a sparse inverse covariance",
      .paper = "Friedman, Hastie, Tibshirani 2008; Han et al. 2022 (Dark-GLASSO)",
      .page = "docs/engines/glasso.md",
      .options = glasso_options,
      .hears = false,
      .make = [](option_set const& set) -> result<std::unique_ptr<engine>> {
        return std::make_unique<glasso_engine>(set);
      }};
  return about;
}

}  // namespace kizashi::engine
