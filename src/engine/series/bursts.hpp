// Bursts: stretches in which things come faster, as the cheapest walk through states of rising
// rate.
//
// J. Kleinberg: "Bursty and hierarchical structure in streams", KDD 2002, section 2.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "kizashi/base/state.hpp"

namespace kizashi::engine {

/// The state of each gap between `times`, which ascend strictly, are finite and at least 2. State i
/// has the rate `base`^i / mean gap; a step up costs `cost` * ln(gaps). O(gaps * states^2); at most
/// 64 states.
[[nodiscard]] auto burst_states(std::span<double const> times, double base, double cost)
    -> std::vector<std::size_t>;

/// The same for counts as they come, with a usual rate that is given: counts of state i are Poisson
/// with usual * base^i. `next` answers the state that is the cheapest end of a walk up to here.
class count_bursts {
public:
  /// `base` > 1, `states` 2 .. 16, `cost` >= 0: of a step up, in nats.
  count_bursts(double base, double cost, std::size_t states);
  /// `usual` > 0.
  [[nodiscard]] auto next(double count, double usual) -> std::size_t;
  /// By how many nats the cheapest walk that ends in a burst is cheaper than the one that ends
  /// without; negative: it is dearer.
  [[nodiscard]] auto advantage() const -> double;

  template <class Io, class Self>
  static void state_fields(Io& io, Self& self) {
    io(self.costs_);
  }

private:
  double base_;
  double cost_;
  std::vector<double> costs_;  // of the cheapest walk that ends in a state; the least is 0
};

}  // namespace kizashi::engine
