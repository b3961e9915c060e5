// Sources at services as they come: one window that is open, or a part of several.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <utility>
#include <vector>

#include "kizashi/base/state.hpp"
#include "kizashi/engine/activity.hpp"

namespace kizashi::engine::internal {

/// Scanners that were noted lately: few send most of the packets.
class noted_scanners {
public:
  /// From now on it is.
  [[nodiscard]] auto is_there(std::uint32_t source, std::uint16_t number) -> bool {
    if (places_.empty()) places_.resize(std::size_t{1} << 10);
    auto& place = places_[source * 0x9E3779B1U >> 22];
    auto const key = std::uint64_t{source} << 16 | number;
    return std::exchange(place, key) == key;
  }

private:
  std::vector<std::uint64_t> places_;
};

/// Packets are written down one behind the other, and put in order and added up when there are
/// many: in a table each would be looked for where no cache has it.
class activity_list {
public:
  void add(net::address const& source, service at, std::uint32_t target, std::uint16_t scanner) {
    if (scanner != 0) note_scanner(source, scanner);
    if (source.is_ipv6()) return count(ipv6_[{source, at}], {1, target});
    came_.push_back(
        {std::uint64_t{source.as_ipv4().value()} << 24 | std::uint64_t{at.protocol} << 16 | at.port,
         {1, target}});
    if (came_.size() == most_came) add_up();
  }
  /// What another one has counted of the same window, too.
  void add(activity_list& part);

  /// Fills sources, rows and packets of `out`, in their order.
  void give_to(activity_window& out);

  /// With what `parts` have counted of the same window. Inside a section that the caller has begun
  /// and ends.
  void save(state_writer& out, std::vector<activity_list const*> const& parts) const;
  /// Into an empty one; what is wrong `in` says.
  void restore(state_reader& in);

private:
  struct counts {
    std::uint32_t packets = 0;
    std::uint32_t target = activity_row::several;
  };
  struct entry {
    std::uint64_t key = 0;  // address, protocol, port
    counts of;
  };
  using run = std::vector<entry>;  // ascending keys, each once

  static void count(counts& to, counts const& more) noexcept {
    if (to.packets == 0)
      to.target = more.target;
    else if (to.target != more.target)
      to.target = activity_row::several;
    to.packets = more.packets > UINT32_MAX - to.packets ? UINT32_MAX : to.packets + more.packets;
  }
  static void append(run& to, entry const& more) {
    if (!to.empty() && to.back().key == more.key)
      count(to.back().of, more.of);
    else
      to.push_back(more);
  }
  [[nodiscard]] static auto merged(run const& a, run const& b) -> run;

  /// Of several numbers of one source the largest, so that the order does not matter.
  void note_scanner(net::address const& source, std::uint16_t number) {
    if (!source.is_ipv6() && noted_.is_there(source.as_ipv4().value(), number)) return;
    auto& known = scanners_[source];
    known = std::max(known, number);
  }
  /// What came becomes a run.
  void add_up();
  /// Runs are few: each has more than twice what the next one has.
  void push(run more);
  /// All that was counted as one run, the only one.
  [[nodiscard]] auto whole() -> run const&;

  run came_;  // in no order, a key several times
  std::vector<run> runs_;
  std::map<std::pair<net::address, service>, counts> ipv6_;
  std::map<net::address, std::uint16_t> scanners_;
  noted_scanners noted_;
  static constexpr std::size_t most_came = std::size_t{1} << 16;
};

}  // namespace kizashi::engine::internal
