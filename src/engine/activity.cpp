#include "kizashi/engine/activity.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace kizashi::engine {
namespace {

/// The /24 or /48 that an address lies in, as a number that tells them apart.
[[nodiscard]] auto network_of(net::address const& a) noexcept -> std::uint64_t {
  return a.is_ipv6() ? (std::uint64_t{1} << 63 | a.as_ipv6().high() >> 16)
                     : std::uint64_t{a.as_ipv4().value() >> 8};
}

}  // namespace

auto service::to_string() const -> std::string {
  switch (protocol) {
    case net::protocol::tcp:
      return fmt::format("tcp/{}", port);
    case net::protocol::udp:
      return fmt::format("udp/{}", port);
    case net::protocol::icmp:
      return fmt::format("icmp/{}.{}", port >> 8, port & 255);
    case net::protocol::icmp6:
      return fmt::format("icmp6/{}.{}", port >> 8, port & 255);
    default:
      return fmt::format("{}/{}", protocol, port);
  }
}

auto totals_by_service(activity_window const& of) -> std::vector<service_total> {
  std::vector<std::uint32_t> order(of.rows.size());
  for (std::uint32_t i = 0; i < order.size(); ++i) order[i] = i;
  std::ranges::sort(order, [&](std::uint32_t a, std::uint32_t b) {
    auto const left = of.rows[a].at();
    auto const right = of.rows[b].at();
    return left != right ? left < right : of.rows[a].source < of.rows[b].source;
  });
  std::vector<service_total> out;
  std::uint64_t network = 0;
  for (auto const i : order) {
    auto const& row = of.rows[i];
    auto const& source = of.sources[row.source];
    auto const in = network_of(source.address);
    // Sources ascend, so those of one network stand side by side.
    auto const is_new = out.empty() || out.back().at != row.at();
    if (is_new) out.push_back({.at = row.at()});
    auto& total = out.back();
    total.packets += row.packets;
    ++total.sources;
    if (source.scanner != 0) ++total.screened;
    if (is_new || in != network) ++total.networks;
    network = in;
  }
  return out;
}

auto sources_at(activity_window const& of, service at) -> std::vector<std::uint32_t> {
  std::vector<std::uint32_t> out;
  for (auto const& row : of.rows)
    if (row.at() == at) out.push_back(row.source);
  return out;
}

}  // namespace kizashi::engine
