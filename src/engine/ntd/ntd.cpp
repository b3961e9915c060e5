#include "kizashi/engine/ntd/ntd.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <map>
#include <set>

#include <fmt/format.h>

#include "kizashi/engine/internal/group_engine.hpp"
#include "kizashi/engine/internal/group_judge.hpp"
#include "kizashi/engine/ntd/block_watch.hpp"
#include "kizashi/engine/ntd/blocks.hpp"
#include "kizashi/engine/ntd/service_tensor.hpp"
#include "kizashi/engine/ntd/tucker.hpp"

namespace kizashi::engine {
namespace {

using namespace std::chrono_literals;
using internal::group_rows;
using ntd::service_tensor;

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
    {"ntd.stream",
     true,
     {},
     {},
     "Whether blocks are looked for in each interval, not only at the end of a window "
     "(calibrated)."},
    {"ntd.history", std::uint64_t{96}, std::uint64_t{50}, std::uint64_t{4032},
     "Windows that are learnt from before one is judged (calibrated)."},
};

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
        has_stream_{is_calibrated_ && set.get<bool>("ntd.stream")},
        windows_{scope_},
        judge_{internal::false_alarm_of(set, "ntd", scope_.bin * scope_.bins),
               set.get<std::uint64_t>("ntd.history")},
        watch_{{.least_packets = least_packets_,
                .most_sources = scope_.most_sources,
                .most_ports = most_ports_,
                .bins = scope_.bins,
                .rule = rule_}} {}

  [[nodiscard]] auto about() const noexcept -> descriptor const& override {
    return ntd_descriptor();
  }
  [[nodiscard]] auto interval() const noexcept -> duration override { return scope_.bin; }

  [[nodiscard]] auto observe(activity_window const& closed, finding_sink& out) -> status override {
    auto const whole = windows_.add(closed);
    if (!whole) return look(closed, out);
    auto const input = ntd::tensor_of(*whole, least_packets_, most_ports_);
    KIZASHI_TRY(auto const models, ntd::decompose(input.counts, how_));
    auto const services = services_of_blocks(*whole, input, models);
    if (!is_calibrated_) return tell_all(*whole, input, services, out);
    auto const by =
        fmt::format("a block of {} decompositions has it.", how_.restarts) + bound_text(input);
    for (auto const& each : new_above(services, true)) {
      auto found = describe(*whole, each.at, services.at(each.at), by);
      say_ports_seen(found, input);
      KIZASHI_TRY(tell(std::move(found), each, *whole, out));
    }
    judge_.learn(largest_);
    if (has_stream_)
      watch_.begin(*whole, input, *std::ranges::max_element(models, {}, &ntd::tucker::fit));
    largest_.clear();
    told_.clear();
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
    out.number(largest_.size());
    for (auto const& [at, sources] : largest_) out(at.protocol, at.port, sources);
    out.number(told_.size());
    for (auto const& [at, sources] : told_) out(at.protocol, at.port, sources);
    watch_.save(out);
  }
  void restore(state_reader& in) override {
    windows_.restore(in);
    judge_.restore(in);
    for (auto* const sizes : {&largest_, &told_}) {
      for (auto left = in.count(3); left > 0 && in.is_good(); --left) {
        service at;
        in(at.protocol, at.port);
        in((*sizes)[at]);
      }
    }
    watch_.restore(in);
  }

private:
  using by_service = std::map<service, service_blocks>;

  /// A bin that is not the last one of its window.
  [[nodiscard]] auto look(activity_window const& closed, finding_sink& out) -> status {
    if (closed.is_missing || !watch_.waits_for(closed.start)) {
      watch_.stop();
      largest_.clear();
      told_.clear();
      return {};
    }
    watch_.push(windows_.newest_rows(), closed.end());
    auto const seen = watch_.look();
    auto const above = new_above(seen, false);
    if (above.empty()) return {};
    auto const open = windows_.so_far();
    auto const by = fmt::format(
        "a block of the decomposition that goes on has it, {} of {} intervals into the window.",
        open.bins, scope_.bins);
    for (auto const& each : above)
      KIZASHI_TRY(
          tell(describe(open, each.at, blocks_of(seen.at(each.at), open), by), each, open, out));
    return {};
  }

  /// Services whose blocks are above the level for the first time in this window or, when it ends,
  /// larger than they were told to be.
  template <class Services>
  [[nodiscard]] auto new_above(Services const& services, bool is_end)
      -> std::vector<internal::judged_group> {
    std::map<service, std::uint32_t> sizes;
    for (auto const& [at, blocks] : services) {
      sizes[at] = blocks.largest;
      auto& largest = largest_[at];
      largest = std::max(largest, blocks.largest);
    }
    auto answer = judge_.above(sizes);
    std::erase_if(answer, [&](auto const& each) {
      auto const [known, is_new] = told_.try_emplace(each.at, each.sources);
      return !is_new && !(is_end && each.sources > known->second);
    });
    return answer;
  }

  [[nodiscard]] auto tell(finding found, internal::judged_group const& judged,
                          group_rows const& rows, finding_sink& out) const -> status {
    found.score = judged.score;
    found.threshold = judge_.level();
    found.confidence = confidence_of(judged.score, judge_.level());
    found.values.push_back({"usual size of a block here", judged.usual});
    found.reason += fmt::format(" Blocks there usually have {:.1f} (score {:.2f} above {:.2f}).",
                                judged.usual, judged.score, judge_.level());
    internal::say_bound(found, rows);
    return out.take(std::move(found));
  }

  [[nodiscard]] static auto blocks_of(ntd::watched_service const& seen, group_rows const& open)
      -> service_blocks {
    service_blocks answer{{}, seen.bins, seen.largest, seen.blocks};
    for (auto const& each : seen.sources) {
      auto const at = std::ranges::lower_bound(open.sources, each);
      if (at != open.sources.end() && *at == each)
        answer.all.insert(static_cast<std::uint32_t>(at - open.sources.begin()));
    }
    return answer;
  }

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
    auto const by =
        fmt::format("a block of {} decompositions has it.", how_.restarts) + bound_text(input);
    for (auto const& [at, blocks] : services) {
      auto found = describe(whole, at, blocks, by);
      say_ports_seen(found, input);
      found.score = static_cast<double>(blocks.largest);
      found.threshold = 1;
      found.confidence = 0.5;
      internal::say_bound(found, whole);
      KIZASHI_TRY(out.take(std::move(found)));
    }
    return {};
  }

  /// `by`: which block it is, as the end of the reason.
  [[nodiscard]] auto describe(group_rows const& rows, service at, service_blocks const& blocks,
                              std::string_view by) const -> finding {
    std::vector<std::uint32_t> const members(blocks.all.begin(), blocks.all.end());
    auto found = internal::group_finding(*this, rows, members);
    found.services = {at};
    found.values = {{"blocks", static_cast<double>(blocks.blocks)},
                    {"largest block", static_cast<double>(blocks.largest)},
                    {"intervals of the blocks", static_cast<double>(blocks.minutes.size())}};
    found.level = blocks.largest >= 20 ? finding_level::high : finding_level::medium;
    std::vector<double> packets(rows.bins);
    for (auto const& row : rows.rows)
      if (row.at == at && blocks.all.contains(row.source)) packets[row.bin] += row.packets;
    found.series.push_back({"packets of the members", rows.start, scope_.bin, packets});
    found.reason = fmt::format("{} sources asked for {} in the same minutes, as {}", blocks.largest,
                               at.to_string(), by);
    return found;
  }

  [[nodiscard]] static auto bound_text(service_tensor const& of) -> std::string {
    if (of.services.size() == of.services_seen) return {};
    return fmt::format(" Of {} ports the {} with most packets were looked at.", of.services_seen,
                       of.services.size());
  }
  static void say_ports_seen(finding& to, service_tensor const& of) {
    if (of.services.size() < of.services_seen)
      to.values.push_back({"ports seen", static_cast<double>(of.services_seen)});
  }

  internal::group_scope scope_;
  bool is_calibrated_;
  std::uint64_t least_packets_;
  std::size_t most_ports_;
  ntd::block_rule rule_;
  ntd::tucker_settings how_;
  bool has_stream_;
  internal::group_window windows_;
  internal::group_judge judge_;
  ntd::block_watch watch_;
  // Of the window that is open: the largest block at each service, and how large it was when told.
  std::map<service, std::uint32_t> largest_;
  std::map<service, std::uint32_t> told_;
};

}  // namespace

auto ntd_descriptor() -> descriptor const& {
  static constexpr descriptor about{
      .name = "ntd",
      .version = 2,
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
