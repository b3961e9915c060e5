#include "kizashi/engine/nmf/nmf.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <map>
#include <set>

#include <fmt/format.h>

#include "kizashi/engine/internal/group_engine.hpp"
#include "kizashi/engine/internal/group_judge.hpp"
#include "kizashi/engine/nmf/groups.hpp"

namespace kizashi::engine {
namespace {

using namespace std::chrono_literals;
using internal::group_rows;

constexpr option_spec nmf_options[] = {
    {"nmf.mode",
     std::string_view{"calibrated"},
     {},
     {},
     "calibrated: as many false alarms as nmf.false_alarms says. compatible: every group that "
     "Dark-NMF would report.",
     internal::group_modes},
    {"nmf.bin", duration{1min}, duration{1s}, duration{1h}, "Interval of counting."},
    {"nmf.bins", std::uint64_t{30}, std::uint64_t{3}, std::uint64_t{60}, "Intervals in a window."},
    {"nmf.sources",
     std::string_view{"/16"},
     {},
     {},
     "What counts as one source: a prefix (of IPv6 /32 and /48) or an address.",
     internal::group_sources},
    {"nmf.most_sources", std::uint64_t{65536}, std::uint64_t{2}, std::uint64_t{1000000},
     "Sources in a window; of more, those with most packets."},
    {"nmf.tcp_only", true, {}, {}, "Whether only TCP counts."},
    {"nmf.usual_ports",
     false,
     {},
     {},
     "Whether ports count that are always scanned (23, 445 ...)."},
    {"nmf.known_scanners", false, {}, {}, "Whether known scanners count."},
    {"nmf.most_packets", std::uint64_t{60}, std::uint64_t{1}, std::uint64_t{1000000},
     "Sources with more packets in any interval are left out (published: 60, of /24 45, of hosts "
     "30)."},
    {"nmf.lowest_rank", std::uint64_t{1}, std::uint64_t{1}, std::uint64_t{10},
     "First number of groups."},
    {"nmf.highest_rank", std::uint64_t{10}, std::uint64_t{1}, std::uint64_t{10},
     "Last number of groups."},
    {"nmf.least_share", 0.3, 0.01, 1.0, "Share of a group at a port from which on it is reported."},
    {"nmf.false_alarms", 1.0, 0.01, 1000.0, "False alarms per week and sensor (calibrated)."},
    {"nmf.history", std::uint64_t{96}, std::uint64_t{50}, std::uint64_t{4032},
     "Windows that are learnt from before one is judged (calibrated)."},
};

/// What all groups together say of one service.
struct service_groups {
  std::vector<double> shares;       // of each group that has it
  std::set<std::uint32_t> all;      // sources of any of the groups at the service
  std::set<std::uint32_t> in_each;  // of all of them
  std::uint32_t largest = 0;        // sources of the largest group at the service
  bool has_single_target = false;
};

/// V without the sources that say nothing, and those that flood.
struct chosen_columns {
  std::vector<std::uint32_t> counts;
  std::vector<std::uint32_t> sources;  // of each column
};
[[nodiscard]] auto choose_columns(group_rows const& of, std::uint64_t most) -> chosen_columns {
  chosen_columns answer;
  auto const all = of.counts();
  for (std::uint32_t source = 0; source < of.sources.size(); ++source) {
    auto const row = std::span{all}.subspan(std::size_t{source} * of.bins, of.bins);
    std::uint64_t packets = 0;
    for (auto const count : row) packets += count;
    if (packets < 2 || *std::ranges::max_element(row) > most) continue;
    answer.sources.push_back(source);
    answer.counts.insert(answer.counts.end(), row.begin(), row.end());
  }
  return answer;
}

class nmf_engine final : public engine {
public:
  explicit nmf_engine(option_set const& set)
      : scope_{internal::group_scope_of(set, "nmf")},
        is_calibrated_{set.get<std::string_view>("nmf.mode") == "calibrated"},
        most_packets_{set.get<std::uint64_t>("nmf.most_packets")},
        least_share_{set.get<double>("nmf.least_share")},
        ranks_{
            .lowest_rank = static_cast<std::uint32_t>(set.get<std::uint64_t>("nmf.lowest_rank")),
            .highest_rank = static_cast<std::uint32_t>(set.get<std::uint64_t>("nmf.highest_rank"))},
        windows_{scope_},
        judge_{internal::false_alarm_of(set, "nmf", scope_.bin * scope_.bins),
               set.get<std::uint64_t>("nmf.history")} {}

  [[nodiscard]] auto about() const noexcept -> descriptor const& override {
    return nmf_descriptor();
  }
  [[nodiscard]] auto interval() const noexcept -> duration override { return scope_.bin; }

  [[nodiscard]] auto observe(activity_window const& closed, finding_sink& out) -> status override {
    auto const whole = windows_.add(closed);
    if (!whole) return {};
    auto const columns = choose_columns(*whole, most_packets_);
    KIZASHI_TRY(auto const factors, nmf::factorise(columns.counts, scope_.bins, ranks_));
    auto const services = services_of_groups(*whole, columns, factors);
    if (!is_calibrated_) return tell_all(*whole, services, out);
    std::map<service, std::uint32_t> sizes;
    for (auto const& [at, groups] : services) sizes[at] = groups.largest;
    for (auto const& each : judge_.judge(sizes)) {
      auto found = describe(*whole, each.at, services.at(each.at));
      found.score = each.score;
      found.threshold = judge_.level();
      found.confidence = confidence_of(each.score, judge_.level());
      found.values.push_back({"usual size of a group here", each.usual});
      found.reason += fmt::format(" Groups there usually have {:.1f} (score {:.2f} above {:.2f}).",
                                  each.usual, each.score, judge_.level());
      internal::say_bound(found, *whole);
      KIZASHI_TRY(out.take(std::move(found)));
    }
    return {};
  }

  [[nodiscard]] auto finish(finding_sink& out) -> status override {
    auto const needed = is_calibrated_ ? judge_.needed() + 1 : 1;
    if (windows_.whole() >= needed || windows_.sensor().empty()) return {};
    return out.take(internal::group_shortage(*this, windows_, needed));
  }

  void save(state_writer& out) const override {
    windows_.save(out);
    judge_.save(out);
  }
  void restore(state_reader& in) override {
    windows_.restore(in);
    judge_.restore(in);
  }

private:
  using by_service = std::map<service, service_groups>;

  [[nodiscard]] auto services_of_groups(group_rows const& whole, chosen_columns const& columns,
                                        nmf::factorisation const& factors) const -> by_service {
    by_service answer;
    auto const rule = is_calibrated_ ? nmf::membership::otsu : nmf::membership::half;
    for (auto const& rank : factors.ranks) {
      for (auto const& group : nmf::find_groups(factors, rank, rule)) {
        std::vector<std::uint32_t> members;
        for (auto const column : group.members) members.push_back(columns.sources[column]);
        for (auto const& each : internal::services_of(whole, members))
          if (each.share >= least_share_ && each.sources >= 2)
            add_group(answer[each.at], whole, each, members);
      }
    }
    return answer;
  }

  static void add_group(service_groups& to, group_rows const& whole,
                        internal::asked_service const& asked,
                        std::vector<std::uint32_t> const& members) {
    std::set<std::uint32_t> there;
    for (auto const& row : whole.rows)
      if (row.at == asked.at && std::ranges::binary_search(members, row.source))
        there.insert(row.source);
    if (to.shares.empty())
      to.in_each = there;
    else
      std::erase_if(to.in_each, [&](auto source) { return !there.contains(source); });
    to.all.insert(there.begin(), there.end());
    to.shares.push_back(asked.share);
    to.largest = std::max(to.largest, asked.sources);
    to.has_single_target |= asked.has_single_target;
  }

  [[nodiscard]] auto tell_all(group_rows const& whole, by_service const& services,
                              finding_sink& out) const -> status {
    for (auto const& [at, groups] : services) {
      auto found = describe(whole, at, groups);
      found.score = static_cast<double>(groups.largest);
      found.threshold = 1;
      found.confidence = 0.5;
      internal::say_bound(found, whole);
      KIZASHI_TRY(out.take(std::move(found)));
    }
    return {};
  }

  [[nodiscard]] auto describe(group_rows const& whole, service at,
                              service_groups const& groups) const -> finding {
    std::vector<std::uint32_t> const members(groups.all.begin(), groups.all.end());
    auto found = internal::group_finding(*this, whole, members);
    found.services = {at};
    auto shares = groups.shares;
    std::ranges::sort(shares);
    found.values = {{"groups", static_cast<double>(shares.size())},
                    {"largest group", static_cast<double>(groups.largest)},
                    {"least share of a group", shares.front()},
                    {"median share of a group", shares[shares.size() / 2]},
                    {"most share of a group", shares.back()},
                    {"sources in every group", static_cast<double>(groups.in_each.size())},
                    {"one destination", std::string{groups.has_single_target ? "yes" : "no"}}};
    found.level = groups.has_single_target ? finding_level::low
                  : groups.largest >= 20   ? finding_level::high
                                           : finding_level::medium;
    found.series.push_back(
        {"packets of the members", whole.start, scope_.bin, packets_of(whole, at, members)});
    found.reason = fmt::format(
        "{} sources asked for {} in the same minutes; {} factorisations have them in one group.",
        groups.largest, at.to_string(), groups.shares.size());
    return found;
  }

  [[nodiscard]] static auto packets_of(group_rows const& whole, service at,
                                       std::vector<std::uint32_t> const& members)
      -> std::vector<double> {
    std::vector<double> answer(whole.bins);
    for (auto const& row : whole.rows)
      if (row.at == at && std::ranges::binary_search(members, row.source))
        answer[row.bin] += row.packets;
    return answer;
  }

  internal::group_scope scope_;
  bool is_calibrated_;
  std::uint64_t most_packets_;
  double least_share_;
  nmf::factor_settings ranks_;
  internal::group_window windows_;
  internal::group_judge judge_;
};

[[nodiscard]] auto make_nmf(option_set const& set) -> result<std::unique_ptr<engine>> {
  auto const lowest = set.get<std::uint64_t>("nmf.lowest_rank");
  auto const highest = set.get<std::uint64_t>("nmf.highest_rank");
  if (lowest > highest)
    return fail(errc::out_of_range,
                fmt::format("nmf.lowest_rank is {} and nmf.highest_rank {}; expected the lowest "
                            "to be no more than the highest",
                            lowest, highest));
  return std::make_unique<nmf_engine>(set);
}

}  // namespace

auto nmf_descriptor() -> descriptor const& {
  static constexpr descriptor about{
      .name = "nmf",
      .version = 1,
      .title = "Groups of sources that act in the same minutes, by matrix factorisation",
      .paper = "Cichocki, Phan 2009; Han et al. 2021 (Dark-NMF)",
      .page = "docs/engines/nmf.md",
      .options = nmf_options,
      .hears = false,
      .make = make_nmf};
  return about;
}

}  // namespace kizashi::engine
