#include "kizashi/engine/ntd/service_tensor.hpp"

#include <algorithm>
#include <array>
#include <map>

namespace kizashi::engine::ntd {

auto tensor_of(kizashi::engine::internal::group_rows const& whole, std::uint64_t least,
               std::size_t most) -> service_tensor {
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

}  // namespace kizashi::engine::ntd
