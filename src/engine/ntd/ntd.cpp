#include "kizashi/engine/ntd/ntd.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <map>
#include <set>

#include <fmt/format.h>

#include "kizashi/engine/internal/group_engine.hpp"
#include "kizashi/engine/internal/group_judge.hpp"
#include "kizashi/engine/ntd/blocks.hpp"
#include "kizashi/engine/ntd/tucker.hpp"

namespace kizashi::engine {
namespace {

using namespace std::chrono_literals;
using internal::group_rows;

constexpr option_spec ntd_options[] = {
    {"ntd.mode",
     std::string_view{"calibrated"},
     {},
     {},
     "calibrated: as many false alarms as ntd.false_alarms says. compatible: every block, with the "
     "ports of all of them, as Dark-NTD has it.",
     internal::group_modes},
    {"ntd.bin", duration{1min}, duration{1s}, duration{1h}, "Interval of counting."},
    {"ntd.bins", std::uint64_t{30}, std::uint64_t{3}, std::uint64_t{60}, "Intervals in a window."},
    {"ntd.sources",
     std::string_view{"/16"},
     {},
     {},
     "What counts as one source: a prefix (of IPv6 /32 and /48) or an address.",
     internal::group_sources},
    {"ntd.most_sources", std::uint64_t{65536}, std::uint64_t{2}, std::uint64_t{1000000},
     "Sources in a window; of more, those with most packets."},
    {"ntd.most_ports", std::uint64_t{65536}, std::uint64_t{1}, std::uint64_t{131072},
     "Ports in a window; of more, those with most packets."},
    {"ntd.tcp_only", true, {}, {}, "Whether only TCP counts."},
    {"ntd.usual_ports",
     false,
     {},
     {},
     "Whether ports count that are always scanned (23, 445 ...)."},
    {"ntd.known_scanners", false, {}, {}, "Whether known scanners count."},
    {"ntd.least_packets", std::uint64_t{0}, std::uint64_t{0}, std::uint64_t{1000},
     "Packets of a source at a port in an interval from which on they count; 0: 1, and 2 when "
     "compatible."},
    {"ntd.rank", std::uint64_t{5}, std::uint64_t{1}, std::uint64_t{8}, "Columns of each factor."},
    {"ntd.restarts", std::uint64_t{4}, std::uint64_t{1}, std::uint64_t{64},
     "Decompositions of a window, each from a start of its own."},
    {"ntd.seed", std::uint64_t{1}, std::uint64_t{0}, std::uint64_t{UINT32_MAX},
     "What the starts follow from."},
    {"ntd.border", 0.0, 0.0, 0.99,
     "Value of a factor from which on something is a member; 0: where the values fall apart."},
    {"ntd.false_alarms", 1.0, 0.01, 1000.0, "False alarms per week and sensor (calibrated)."},
    {"ntd.history", std::uint64_t{96}, std::uint64_t{50}, std::uint64_t{4032},
     "Windows that are learnt from before one is judged (calibrated)."},
};

/// The tensor of a window, and what its ports are.
struct service_tensor {
  ntd::tensor counts;
  std::vector<service> services;  // ascending
  std::size_t services_seen = 0;
};

[[nodiscard]] auto tensor_of(group_rows const& whole, std::uint64_t least, std::size_t most)
    -> service_tensor {
  service_tensor answer;
  std::map<service, std::uint64_t> volumes;
  for (auto const& row : whole.rows)
    if (row.packets >= least) volumes[row.at] += row.packets;
  answer.services_seen = volumes.size();
  std::vector<std::pair<std::uint64_t, service>> order;
  for (auto const& [at, packets] : volumes) order.emplace_back(packets, at);
  std::ranges::sort(order, [](auto const& a, auto const& b) {
    return a.first != b.first ? a.first > b.first : a.second < b.second;
  });
  if (order.size() > most) order.resize(most);
  for (auto const& each : order) answer.services.push_back(each.second);
  std::ranges::sort(answer.services);

  std::map<std::array<std::uint32_t, 3>, std::uint64_t> sums;
  for (auto const& row : whole.rows) {
    auto const at = std::ranges::lower_bound(answer.services, row.at);
    if (at == answer.services.end() || *at != row.at) continue;
    sums[{row.bin, row.source, static_cast<std::uint32_t>(at - answer.services.begin())}] +=
        row.packets;
  }
  answer.counts.lengths = {whole.bins, whole.sources.size(), answer.services.size()};
  for (auto const& [at, packets] : sums)
    if (packets >= least) answer.counts.entries.push_back({at, static_cast<float>(packets)});
  return answer;
}

[[nodiscard]] auto least_packets_of(option_set const& set) -> std::uint64_t {
  auto const given = set.get<std::uint64_t>("ntd.least_packets");
  if (given > 0) return given;
  return set.get<std::string_view>("ntd.mode") == "calibrated" ? 1 : 2;
}

/// What all blocks together say of one service.
struct service_blocks {
  std::set<std::uint32_t> all;  // sources of any block that were there
  std::set<std::uint32_t> minutes;
  std::uint32_t largest = 0;
  std::uint32_t blocks = 0;
};

class ntd_engine final : public engine {
public:
  explicit ntd_engine(option_set const& set)
      : scope_{internal::group_scope_of(set, "ntd")},
        is_calibrated_{set.get<std::string_view>("ntd.mode") == "calibrated"},
        least_packets_{least_packets_of(set)},
        most_ports_{set.get<std::uint64_t>("ntd.most_ports")},
        rule_{.border = set.get<double>("ntd.border"),
              .ports = is_calibrated_ ? ntd::port_rule::core : ntd::port_rule::pooled},
        how_{.rank = static_cast<std::uint32_t>(set.get<std::uint64_t>("ntd.rank")),
             .restarts = static_cast<std::uint32_t>(set.get<std::uint64_t>("ntd.restarts")),
             .seed = set.get<std::uint64_t>("ntd.seed")},
        windows_{scope_},
        judge_{internal::false_alarm_of(set, "ntd", scope_.bin * scope_.bins),
               set.get<std::uint64_t>("ntd.history")} {}

  [[nodiscard]] auto about() const noexcept -> descriptor const& override {
    return ntd_descriptor();
  }
  [[nodiscard]] auto interval() const noexcept -> duration override { return scope_.bin; }

  [[nodiscard]] auto observe(activity_window const& closed, finding_sink& out) -> status override {
    auto const whole = windows_.add(closed);
    if (!whole) return {};
    auto const input = tensor_of(*whole, least_packets_, most_ports_);
    KIZASHI_TRY(auto const models, ntd::decompose(input.counts, how_));
    auto const services = services_of_blocks(*whole, input, models);
    if (!is_calibrated_) return tell_all(*whole, input, services, out);
    std::map<service, std::uint32_t> sizes;
    for (auto const& [at, blocks] : services) sizes[at] = blocks.largest;
    for (auto const& each : judge_.judge(sizes)) {
      auto found = describe(*whole, input, each.at, services.at(each.at));
      found.score = each.score;
      found.threshold = judge_.level();
      found.confidence = confidence_of(each.score, judge_.level());
      found.values.push_back({"usual size of a block here", each.usual});
      found.reason += fmt::format(" Blocks there usually have {:.1f} (score {:.2f} above {:.2f}).",
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
  using by_service = std::map<service, service_blocks>;

  /// Blocks of all restarts. A source counts at a service only when it was there.
  [[nodiscard]] auto services_of_blocks(group_rows const& whole, service_tensor const& input,
                                        std::vector<ntd::tucker> const& models) const
      -> by_service {
    by_service answer;
    for (auto const& model : models) {
      for (auto const& block : ntd::find_blocks(model, rule_)) {
        for (auto const& asked : internal::services_of(whole, block.sources)) {
          auto const at = std::ranges::lower_bound(input.services, asked.at);
          auto const port = static_cast<std::uint32_t>(at - input.services.begin());
          if (asked.sources < 2 || !std::ranges::binary_search(block.ports, port)) continue;
          auto& to = answer[asked.at];
          ++to.blocks;
          to.largest = std::max(to.largest, asked.sources);
          to.minutes.insert(block.minutes.begin(), block.minutes.end());
          for (auto const& row : whole.rows)
            if (row.at == asked.at && std::ranges::binary_search(block.sources, row.source))
              to.all.insert(row.source);
        }
      }
    }
    return answer;
  }

  [[nodiscard]] auto tell_all(group_rows const& whole, service_tensor const& input,
                              by_service const& services, finding_sink& out) const -> status {
    for (auto const& [at, blocks] : services) {
      auto found = describe(whole, input, at, blocks);
      found.score = static_cast<double>(blocks.largest);
      found.threshold = 1;
      found.confidence = 0.5;
      internal::say_bound(found, whole);
      KIZASHI_TRY(out.take(std::move(found)));
    }
    return {};
  }

  [[nodiscard]] auto describe(group_rows const& whole, service_tensor const& input, service at,
                              service_blocks const& blocks) const -> finding {
    std::vector<std::uint32_t> const members(blocks.all.begin(), blocks.all.end());
    auto found = internal::group_finding(*this, whole, members);
    found.services = {at};
    found.values = {{"blocks", static_cast<double>(blocks.blocks)},
                    {"largest block", static_cast<double>(blocks.largest)},
                    {"intervals of the blocks", static_cast<double>(blocks.minutes.size())}};
    found.level = blocks.largest >= 20 ? finding_level::high : finding_level::medium;
    std::vector<double> packets(whole.bins);
    for (auto const& row : whole.rows)
      if (row.at == at && blocks.all.contains(row.source)) packets[row.bin] += row.packets;
    found.series.push_back({"packets of the members", whole.start, scope_.bin, packets});
    found.reason = fmt::format(
        "{} sources asked for {} in the same minutes, as a block of {} decompositions has it.",
        blocks.largest, at.to_string(), how_.restarts);
    if (input.services.size() < input.services_seen) {
      found.values.push_back({"ports seen", static_cast<double>(input.services_seen)});
      found.reason += fmt::format(" Of {} ports the {} with most packets were looked at.",
                                  input.services_seen, input.services.size());
    }
    return found;
  }

  internal::group_scope scope_;
  bool is_calibrated_;
  std::uint64_t least_packets_;
  std::size_t most_ports_;
  ntd::block_rule rule_;
  ntd::tucker_settings how_;
  internal::group_window windows_;
  internal::group_judge judge_;
};

}  // namespace

auto ntd_descriptor() -> descriptor const& {
  static constexpr descriptor about{
      .name = "ntd",
      .version = 1,
      .title = "Blocks of sources, ports and minutes, by tensor decomposition",
      .paper = "Cichocki, Phan 2009; Kanehara et al. 2019 (Dark-NTD)",
      .page = "docs/engines/ntd.md",
      .options = ntd_options,
      .hears = false,
      .make = [](option_set const& set) -> result<std::unique_ptr<engine>> {
        return std::make_unique<ntd_engine>(set);
      }};
  return about;
}

}  // namespace kizashi::engine
