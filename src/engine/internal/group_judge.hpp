// When a group at a service is larger than groups there usually are: a stated number of false
// alarms, whatever the distribution.
#pragma once

#include <cstdint>
#include <map>
#include <vector>

#include "kizashi/base/state.hpp"
#include "kizashi/engine/activity.hpp"
#include "kizashi/engine/series/tail.hpp"

namespace kizashi::engine::internal {

struct judged_group {
  service at;
  std::uint32_t sources = 0;
  double usual = 0;  ///< mean size of groups at this service before
  double score = 0;
};

/// The score of a service is 2 sqrt(n + 3/8) - 2 sqrt(m + 3/8), with n the sources of its largest
/// group in the window and m the mean of the windows before: about one standard deviation each
/// (Anscombe 1948). The largest score of a window is compared with those of earlier windows, so the
/// number of services does not matter. Memory: 32 bytes for each service that had a group.
class group_judge {
public:
  /// `probability`: of a false alarm in one window. `least`: scores before a window is judged, 50
  /// or more; the first windows give none.
  group_judge(double probability, std::size_t least)
      : probability_{probability}, scores_{least, most_scores} {}

  using group_sizes = std::map<service, std::uint32_t>;

  /// The largest group of each service. Gives those above the level, by service; none while there
  /// are too few windows. Learns nothing.
  [[nodiscard]] auto above(group_sizes const& sizes) -> std::vector<judged_group>;
  /// A window is over: `sizes` are what its largest groups were. When a window is looked at several
  /// times these are the largest of all looks: their scores are the largest of the looks', so what
  /// is learnt is what is compared, and the window as a whole has the stated probability.
  void learn(group_sizes const& sizes);
  /// Both, of a window that is looked at once.
  [[nodiscard]] auto judge(group_sizes const& sizes) -> std::vector<judged_group> {
    auto answer = above(sizes);
    learn(sizes);
    return answer;
  }
  [[nodiscard]] auto is_ready() const noexcept -> bool { return scores_.is_ready(); }
  [[nodiscard]] auto level() const noexcept -> double { return level_; }
  [[nodiscard]] auto windows() const noexcept -> std::uint64_t { return windows_; }
  [[nodiscard]] auto needed() const noexcept -> std::size_t { return scores_.least() + warm_up; }

  void save(state_writer& out) const;
  void restore(state_reader& in);

private:
  [[nodiscard]] auto score(service at, std::uint32_t sources) const -> judged_group;

  static constexpr std::size_t most_scores = 4096;
  /// First windows, whose scores do not count: what is usual is not known yet.
  static constexpr std::uint64_t warm_up = 12;

  double probability_;
  score_history scores_;
  double level_ = 0;
  std::uint64_t windows_ = 0;
  std::map<service, double> means_;
};

}  // namespace kizashi::engine::internal
