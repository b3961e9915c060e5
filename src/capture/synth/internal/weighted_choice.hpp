// Choosing an index with given weights in constant time.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "kizashi/base/random.hpp"

namespace kizashi::capture::synth {

/// The alias method (Walker, "An efficient method for generating discrete random variables with
/// general distributions", ACM TOMS 1977; Vose 1991) in integers, so that it is the same
/// everywhere. One random number and one or two table rows per choice; 8 bytes per weight. A
/// probability is right to 2^-32 of the mean weight.
class weighted_choice {
public:
  weighted_choice() = default;
  /// `weights` are below 2^40, their sum is above zero; at most 2^24 of them.
  explicit weighted_choice(std::span<std::uint64_t const> weights);

  [[nodiscard]] auto size() const noexcept -> std::size_t { return rows_.size(); }
  [[nodiscard]] auto is_empty() const noexcept -> bool { return rows_.empty(); }
  [[nodiscard]] auto pick(random_source& random) const noexcept -> std::uint32_t {
    auto const draw = random.next();
    auto const index = static_cast<std::uint32_t>(((draw >> 32) * rows_.size()) >> 32);
    auto const& chosen = rows_[index];
    return static_cast<std::uint32_t>(draw) <= chosen.keep ? index : chosen.alias;
  }

private:
  struct row {
    std::uint32_t keep;
    std::uint32_t alias;
  };
  std::vector<row> rows_;
};

/// Weights proportional to 1/rank^exponent for ranks 1..count, the largest 2^39. `exponent` 0 makes
/// them equal.
[[nodiscard]] auto zipf_weights(std::uint32_t count, double exponent) -> std::vector<std::uint64_t>;

}  // namespace kizashi::capture::synth
