// When a density is unusual.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <span>
#include <vector>

#include "kizashi/base/state.hpp"

namespace kizashi::engine::glasso {

/// Dark-TRACER's rule: the largest value is deleted as long as that takes the variance down to
/// `ratio` times what it was, or less. Gives the places of the deleted values, ascending. At least
/// two values stay. n log n.
[[nodiscard]] auto outlying_maxima(std::span<double const> values, double ratio)
    -> std::vector<std::size_t>;

/// The rule on a density series: the last `length` densities, of which those that alarmed are left
/// out from the next window on; older ones take their place.
class density_series {
public:
  density_series(std::size_t length, double ratio) : length_{length}, ratio_{ratio} {}

  /// Whether the new density, which is finite, alarms. None does before `length` are there.
  [[nodiscard]] auto add(double density) -> bool;
  [[nodiscard]] auto is_ready() const noexcept -> bool { return is_ready_; }
  [[nodiscard]] auto values() const noexcept -> std::deque<double> const& { return values_; }

  void save(state_writer& out) const;
  void restore(state_reader& in);

private:
  std::size_t length_;
  double ratio_;
  bool is_ready_ = false;
  std::deque<double> values_;
};

}  // namespace kizashi::engine::glasso
