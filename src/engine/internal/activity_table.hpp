// A hash table of sources at services: one window that is open.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string_view>
#include <tuple>
#include <unordered_map>
#include <vector>

#include "kizashi/base/random.hpp"
#include "kizashi/base/state.hpp"
#include "kizashi/engine/activity.hpp"

namespace kizashi::engine::internal {

class activity_table {
public:
  explicit activity_table(std::uint64_t secret) : secret_{secret}, slots_(1024) {}

  void add(net::address const& source, service at, std::uint32_t target, std::uint16_t scanner) {
    if (scanner != 0) scanners_.insert_or_assign(source, scanner);
    if (source.is_ipv6())
      count(ipv6_[{source, at}], target);
    else
      add(source.as_ipv4().value(), at, target);
  }

  /// Fills sources, rows and packets of `out`, in their order.
  void give_to(activity_window& out) const;

  /// Inside a section that the caller has begun and ends.
  void save(state_writer& out) const;
  /// Into an empty one; what is wrong `in` says.
  void restore(state_reader& in);

private:
  struct counts {
    std::uint32_t packets = 0;
    std::uint32_t target = activity_row::several;
  };
  struct slot {
    std::uint64_t key = 0;  // address, protocol, port; 0: empty, for no protocol that asks is 0
    counts of;
  };

  static void count(counts& to, std::uint32_t target) noexcept {
    if (to.packets == 0)
      to.target = target;
    else if (to.target != target)
      to.target = activity_row::several;
    if (to.packets != UINT32_MAX) ++to.packets;
  }

  void add(std::uint32_t source, service at, std::uint32_t target) {
    count(counts_of(std::uint64_t{source} << 24 | std::uint64_t{at.protocol} << 16 | at.port),
          target);
    if (used_ * 2 > slots_.size()) grow();
  }

  /// Of a key, which gets a place if it has none.
  [[nodiscard]] auto counts_of(std::uint64_t key) -> counts& {
    auto place = mix64(key ^ secret_) & (slots_.size() - 1);
    while (slots_[place].key != key) {
      if (slots_[place].key == 0) {
        slots_[place].key = key;
        ++used_;
        break;
      }
      place = (place + 1) & (slots_.size() - 1);
    }
    return slots_[place].of;
  }

  void grow() {
    std::vector<slot> larger(slots_.size() * 2);
    for (auto const& each : slots_) {
      if (each.key == 0) continue;
      auto place = mix64(each.key ^ secret_) & (larger.size() - 1);
      while (larger[place].key != 0) place = (place + 1) & (larger.size() - 1);
      larger[place] = each;
    }
    slots_ = std::move(larger);
  }

  std::uint64_t secret_;
  std::vector<slot> slots_;
  std::size_t used_ = 0;
  std::map<std::pair<net::address, service>, counts> ipv6_;
  std::map<net::address, std::uint16_t> scanners_;
};

}  // namespace kizashi::engine::internal
