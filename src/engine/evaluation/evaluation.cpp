#include "kizashi/engine/evaluation/evaluation.hpp"

#include <algorithm>
#include <ctime>
#include <map>
#include <optional>
#include <set>
#include <utility>

namespace kizashi::engine {
namespace {

/// One schedule of the bench with what it found.
struct contestant {
  std::string name;
  bool names_services = true;
  std::unique_ptr<finding_list> found = std::make_unique<finding_list>();
  std::optional<schedule> desk;
  std::vector<duration> lengths;
  std::clock_t cpu = 0;
};

[[nodiscard]] auto contestant_of(std::string name, std::vector<chosen_engine> const& engines)
    -> result<contestant> {
  contestant out;
  out.name = std::move(name);
  KIZASHI_TRY(auto desk, schedule::make(engines, *out.found));
  out.desk.emplace(std::move(desk));
  out.lengths = out.desk->lengths();
  return out;
}

[[nodiscard]] auto saved_size(schedule const& desk) -> result<std::uint64_t> {
  std::uint64_t bytes = 0;
  state_writer to{[&](std::string_view more) -> status {
                    bytes += more.size();
                    return {};
                  },
                  schedule::state_version};
  KIZASHI_TRY(desk.save(to));
  KIZASHI_TRY(to.finish());
  return bytes;
}

[[nodiscard]] auto is_about(finding const& each, planted_outbreak const& outbreak) -> bool {
  return std::ranges::binary_search(each.services, outbreak.at) && each.last > outbreak.start &&
         each.first < outbreak.end + std::chrono::hours{24};
}

}  // namespace

auto score_findings(std::vector<finding> const& all, std::vector<planted_outbreak> const& truth,
                    double weeks) -> engine_score {
  engine_score out;
  out.planted = truth.size();
  std::vector<std::optional<double>> delays(truth.size());
  std::set<std::uint64_t> seen;
  for (auto const& each : all) {
    if (each.services.empty() || each.kind == kind::shortage) continue;
    ++out.findings;
    bool is_right = false;
    for (std::size_t i = 0; i < truth.size(); ++i) {
      if (!is_about(each, truth[i])) continue;
      is_right = true;
      auto const minutes = static_cast<double>((each.last - truth[i].seen).count()) / 6e10;
      delays[i] = std::min(delays[i].value_or(minutes), minutes);
    }
    if (!seen.insert(each.id()).second) continue;
    ++out.incidents;
    out.right += is_right ? 1 : 0;
  }
  std::vector<double> sorted;
  for (std::size_t i = 0; i < truth.size(); ++i) {
    if (delays[i])
      sorted.push_back(*delays[i]);
    else
      out.missed.push_back(truth[i].at.to_string());
  }
  out.found = sorted.size();
  if (!sorted.empty()) {
    std::ranges::sort(sorted);
    out.median_delay = sorted[sorted.size() / 2];
    out.worst_delay = sorted.back();
  }
  out.false_per_week = static_cast<double>(out.incidents - out.right) / weeks;
  return out;
}

auto evaluate_engines(std::vector<chosen_engine> const& chosen, month_settings const& with,
                      std::function<bool(std::uint32_t)> const& progress) -> result<evaluation> {
  evaluation out;
  out.settings = with;
  planted_month month{with};
  out.outbreaks = month.outbreaks();
  std::vector<contestant> all;
  for (auto const& each : chosen) {
    if (each.about->hears) continue;
    KIZASHI_TRY(auto one, contestant_of(std::string{each.about->name}, {each}));
    one.names_services = each.about->names_services;
    all.push_back(std::move(one));
  }
  KIZASHI_TRY(auto together, contestant_of("together", chosen));
  auto const lengths = together.lengths;
  all.push_back(std::move(together));
  KIZASHI_TRY(month.play(
      lengths,
      [&](activity_window const& closed) -> status {
        if (closed.length == planted_month::unit) out.rows += closed.rows.size();
        for (auto& each : all) {
          if (std::ranges::find(each.lengths, closed.length) == each.lengths.end()) continue;
          auto const before = std::clock();
          KIZASHI_TRY(each.desk->observe(closed));
          each.cpu += std::clock() - before;
        }
        return {};
      },
      progress));
  for (auto& each : all) {
    KIZASHI_TRY(auto const bytes, saved_size(*each.desk));
    KIZASHI_TRY(each.desk->finish());
    auto found = std::move(each.found->all);
    if (each.name == "together") {
      std::erase_if(found, [](finding const& one) { return one.kind != kind::fused; });
      out.fused = found;
    }
    auto score = score_findings(found, out.outbreaks, with.days / 7.0);
    score.name = each.name;
    score.names_services = each.names_services;
    score.state_bytes = bytes;
    score.cpu_seconds = static_cast<double>(each.cpu) / CLOCKS_PER_SEC;
    out.scores.push_back(std::move(score));
  }
  return out;
}

}  // namespace kizashi::engine
