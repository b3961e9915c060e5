#include "kizashi/screening/internal/behaviours.hpp"

#include <algorithm>
#include <map>
#include <tuple>

#include "kizashi/screening/internal/campaigns.hpp"

namespace kizashi::screening::internal {
namespace {

constexpr std::size_t most_compared = 64;

/// What must be equal in the first step. Sources of many ports are told apart by how many.
auto exact_key(source_record const& of) {
  auto const spread = of.ports.count() == 0 ? of.at(feature::ports) : 0;
  return std::tuple{behaviour_header(of), spread, of.ports.keys};
}

auto exact_behaviours(std::span<source_record const> sources) -> std::vector<behaviour> {
  std::vector<std::uint32_t> order;
  for (std::size_t i = 0; i < sources.size(); ++i)
    if (behaviour_header(sources[i]) != 0) order.push_back(static_cast<std::uint32_t>(i));
  std::ranges::stable_sort(order, {}, [&](std::uint32_t i) { return exact_key(sources[i]); });
  std::vector<behaviour> found;
  for (std::size_t begin = 0, end = 0; begin < order.size(); begin = end) {
    auto& next = found.emplace_back();
    auto const key = exact_key(sources[order[begin]]);
    std::tie(next.header, next.spread, next.ports.keys) = key;
    std::array<double, main_ports::most> sums{};
    for (; end < order.size() && exact_key(sources[order[end]]) == key; ++end)
      for (std::size_t port = 0; port < main_ports::most; ++port)
        sums[port] += double{sources[order[end]].ports.shares[port]};
    next.members.assign(order.begin() + static_cast<std::ptrdiff_t>(begin),
                        order.begin() + static_cast<std::ptrdiff_t>(end));
    for (std::size_t port = 0; port < main_ports::most; ++port)
      next.ports.shares[port] =
          static_cast<float>(sums[port] / static_cast<double>(next.members.size()));
  }
  return found;
}

auto is_part_of(main_ports const& small, main_ports const& large) -> bool {
  double covered = 0;
  for (std::size_t i = 0; i < small.count(); ++i) {
    auto const place = std::ranges::find(large.keys, small.keys[i]) - large.keys.begin();
    if (place == main_ports::most) return false;
    covered += double{large.shares[static_cast<std::size_t>(place)]};
  }
  return covered >= 0.5;
}

/// Joins behaviours of one header, which come with the largest first.
class joiner {
public:
  explicit joiner(double least_alike) : least_alike_{least_alike} {}

  void add(behaviour&& next, std::vector<behaviour>& out) {
    if (next.ports.count() > 0) {
      if (auto* const leader = find_leader(next, out)) {
        leader->members.insert(leader->members.end(), next.members.begin(), next.members.end());
        return;
      }
      for (std::size_t i = 0; i < next.ports.count(); ++i)
        by_port_[next.ports.keys[i]].push_back(out.size());
    }
    out.push_back(std::move(next));
  }

private:
  auto find_leader(behaviour const& of, std::vector<behaviour>& out) -> behaviour* {
    std::size_t compared = 0;
    for (std::size_t i = 0; i < of.ports.count(); ++i) {
      auto const with_port = by_port_.find(of.ports.keys[i]);
      if (with_port == by_port_.end()) continue;
      for (auto const number : with_port->second) {
        auto& leader = out[number];
        if (port_likeness(of.ports, leader.ports) >= least_alike_ ||
            is_part_of(of.ports, leader.ports))
          return &leader;
        if (++compared == most_compared) return nullptr;
      }
    }
    return nullptr;
  }

  double least_alike_;
  std::map<std::uint32_t, std::vector<std::size_t>> by_port_;
};

}  // namespace

auto find_behaviours(std::span<source_record const> sources, double least_alike)
    -> std::vector<behaviour> {
  auto exact = exact_behaviours(sources);
  std::ranges::stable_sort(exact, [](behaviour const& a, behaviour const& b) {
    return a.header != b.header ? a.header < b.header : a.members.size() > b.members.size();
  });
  std::vector<behaviour> joined;
  std::uint64_t header = 0;
  joiner current{least_alike};
  for (auto& each : exact) {
    if (each.header != header) current = joiner{least_alike};
    header = each.header;
    current.add(std::move(each), joined);
  }
  for (auto& each : joined) std::ranges::sort(each.members);
  return joined;
}

}  // namespace kizashi::screening::internal
