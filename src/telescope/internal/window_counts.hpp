// What one worker counts in one open window.
#pragma once

#include <algorithm>
#include <cstdint>
#include <tuple>
#include <vector>

#include "kizashi/net/address.hpp"
#include "kizashi/telescope/internal/port_cells.hpp"
#include "kizashi/telescope/internal/source_table.hpp"
#include "kizashi/telescope/window.hpp"

namespace kizashi::telescope::internal {

struct window_counts {
  timestamp start = timestamp::unknown();
  std::uint64_t packets = 0;
  std::uint64_t wire_bytes = 0;
  std::uint64_t sources = 0;
  std::uint64_t destinations = 0;
  port_cells ports;
  /// Filled only when totals per source and window are asked for.
  std::tuple<source_table<net::ipv4>, source_table<net::ipv6>> totals;

  template <class Address>
  void add_to_total(Address source, std::uint32_t wire_length) {
    auto& table = std::get<source_table<Address>>(totals);
    table.add_packet(table.find(source), wire_length);
  }

  /// The totals in ascending order of the address; none are left.
  [[nodiscard]] auto take_totals() -> std::vector<source_total> {
    std::vector<source_total> answer;
    std::apply([&](auto&... table) { (take(table, answer), ...); }, totals);
    std::sort(answer.begin(), answer.end(),
              [](auto const& a, auto const& b) { return a.address < b.address; });
    return answer;
  }

private:
  template <class Address>
  static void take(source_table<Address>& table, std::vector<source_total>& to) {
    if (table.size() == 0) return;
    table.for_each([&](auto const& each) {
      to.push_back({net::address{each.address}, each.packets, each.wire_bytes});
    });
    table = {};
  }
};

}  // namespace kizashi::telescope::internal
