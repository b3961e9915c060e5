#include "kizashi/engine/graph/graph_features.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "kizashi/base/random.hpp"

namespace kizashi::engine {
namespace {

/// Sets that are united: R. E. Tarjan's forest with halved paths.
class united_sets {
public:
  explicit united_sets(std::size_t size) : parent_(size), size_(size, 1) {
    std::iota(parent_.begin(), parent_.end(), 0U);
  }
  void unite(std::uint32_t a, std::uint32_t b) {
    a = root(a);
    b = root(b);
    if (a == b) return;
    if (size_[a] < size_[b]) std::swap(a, b);
    parent_[b] = a;
    size_[a] += size_[b];
  }
  [[nodiscard]] auto largest() const -> std::uint32_t {
    return size_.empty() ? 0 : *std::ranges::max_element(size_);
  }

private:
  auto root(std::uint32_t at) -> std::uint32_t {
    while (parent_[at] != at) at = parent_[at] = parent_[parent_[at]];
    return at;
  }
  std::vector<std::uint32_t> parent_;
  std::vector<std::uint32_t> size_;
};

}  // namespace

auto edges_of(activity_window const& of) -> std::vector<std::uint64_t> {
  std::vector<std::uint64_t> out;
  out.reserve(of.rows.size());
  for (auto const& row : of.rows) {
    auto const& source = of.sources[row.source].address;
    auto const raw = source.is_ipv6() ? mix64(source.as_ipv6().high()) ^ source.as_ipv6().low()
                                      : std::uint64_t{source.as_ipv4().value()};
    out.push_back(mix64(mix64(raw) ^ (std::uint64_t{row.protocol} << 16 | row.port)));
  }
  std::ranges::sort(out);
  return out;
}

auto features_of(activity_window const& of, std::vector<std::uint64_t> const& edges,
                 std::vector<std::uint64_t> const& before) -> graph_features {
  graph_features out;
  if (of.rows.empty()) return out;
  auto const services = totals_by_service(of);
  auto const edge_count = static_cast<double>(of.rows.size());
  out.edges = edge_count;
  out.density =
      edge_count / (static_cast<double>(of.sources.size()) * static_cast<double>(services.size()));
  united_sets sets{of.sources.size() + services.size()};
  for (auto const& row : of.rows) {
    auto const at = std::ranges::lower_bound(services, row.at(), {}, &service_total::at);
    sets.unite(row.source,
               static_cast<std::uint32_t>(of.sources.size() +
                                          static_cast<std::size_t>(at - services.begin())));
  }
  out.largest_component = static_cast<double>(sets.largest()) /
                          static_cast<double>(of.sources.size() + services.size());
  if (services.size() > 1) {
    double entropy = 0;
    for (auto const& each : services) {
      auto const share = each.sources / edge_count;
      entropy -= share * std::log(share);
    }
    out.entropy = std::clamp(entropy / std::log(static_cast<double>(services.size())), 0.0, 1.0);
  }
  std::size_t known = 0;
  for (auto at = edges.begin(), old = before.begin(); at != edges.end() && old != before.end();) {
    known += *at == *old ? 1 : 0;
    if (*at <= *old)
      ++at;
    else
      ++old;
  }
  out.new_edges = 1 - static_cast<double>(known) / edge_count;
  return out;
}

}  // namespace kizashi::engine
