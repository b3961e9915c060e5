// Which sources act at the same times: groups that are active in the same minutes far more than
// their own habits explain.
//
// Two bots that scan for ten minutes without a break overlap in many minutes by chance, and a test
// that takes minutes for independent (hypergeometric) calls them partners. So chance is measured on
// the sources themselves: a mask that is turned by a number of minutes has kept its rhythm and its
// breaks and lost its time. A group holds if many more masks are like its common mask in place than
// turned.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace kizashi::screening::internal {

/// The minutes (of 64, in a ring) in which anything was seen at all, pushed together. A capture of
/// 40 minutes has 40: those outside say nothing.
class minute_ring {
public:
  explicit minute_ring(std::uint64_t seen) noexcept;
  [[nodiscard]] auto size() const noexcept -> unsigned { return size_; }
  [[nodiscard]] auto compact(std::uint64_t mask) const noexcept -> std::uint64_t;
  /// Of a compact mask.
  [[nodiscard]] auto turn(std::uint64_t mask, unsigned minutes) const noexcept -> std::uint64_t;
  /// Stretches of active minutes, the ring's end and begin joined.
  [[nodiscard]] auto stretches(std::uint64_t mask) const noexcept -> unsigned;

private:
  std::uint64_t seen_ = 0;
  unsigned size_ = 0;
  unsigned begin_ = 0;  // behind the longest pause
};

struct timing_options {
  std::size_t least_sources = 5;
  unsigned least_minutes = 4;  ///< active; a mask with fewer has no timing
  double least_alike = 0.5;    ///< Jaccard of a source's minutes and the group's
  double least_lift = 2;       ///< times as many in place as turned
  double false_alarm = 1e-6;   ///< chance of one group or more among independent sources
  std::size_t most_leaders = 256;
  std::size_t most_compared = 4096;  ///< masks with which leaders are compared
  std::size_t most_turned = 256;     ///< masks by which chance is measured
};

/// The number of a group for each mask, 0 .. in the order found; -1: in none. Masks are compact.
/// Leader clustering (Hartigan 1975): each of `most_leaders` masks spread over all gathers those
/// like it; the group's mask, minutes in which more than half are active, gathers anew. Accepted
/// when the number gathered is beyond chance: Chernoff's bound of the binomial tail, times the
/// leaders tried. Of more than `most_compared` sources a part, evenly spread, stands for all until
/// a group holds, and groups of fewer than a hundredth of the sources may be overlooked. Time
/// O(leaders * compared + groups * sources).
[[nodiscard]] auto find_synchronous(std::span<std::uint64_t const> masks, minute_ring const& ring,
                                    timing_options const& options = {})
    -> std::vector<std::int32_t>;

}  // namespace kizashi::screening::internal
