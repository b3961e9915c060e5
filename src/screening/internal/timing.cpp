#include "kizashi/screening/internal/timing.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>

namespace kizashi::screening::internal {
namespace {

auto alike(std::uint64_t a, std::uint64_t b) -> double {
  auto const all = std::popcount(a | b);
  return all == 0 ? 0 : static_cast<double>(std::popcount(a & b)) / all;
}

/// ln of a bound on the chance that `hits` or more of `tries` succeed (Chernoff 1952).
auto log_tail(double hits, double tries, double chance) -> double {
  auto const share = std::min(hits / tries, 1.0);
  if (share <= chance) return 0;
  auto divergence = share * std::log(share / chance);
  if (share < 1) divergence += (1 - share) * std::log((1 - share) / (1 - chance));
  return -tries * divergence;
}

class finder {
public:
  finder(std::span<std::uint64_t const> masks, minute_ring const& ring,
         timing_options const& options)
      : masks_{masks}, ring_{ring}, options_{options}, groups_(masks.size(), -1) {
    for (std::size_t i = 0; i < masks.size(); ++i) {
      auto const minutes = static_cast<unsigned>(std::popcount(masks[i]));
      if (minutes >= options.least_minutes) open_.push_back(i);
    }
  }

  auto run() -> std::vector<std::int32_t> {
    if (ring_.size() < 8 || open_.size() < options_.least_sources) return groups_;
    sample_ = some_of(open_, options_.most_compared);
    auto const leaders = some_of(sample_, options_.most_leaders);
    leaders_ = static_cast<double>(leaders.size());
    for (auto const leader : leaders)
      if (groups_[leader] < 0) try_group(masks_[leader]);
    return groups_;
  }

private:
  using numbers = std::vector<std::size_t>;

  /// At most `most`, evenly spread.
  [[nodiscard]] static auto some_of(numbers const& all, std::size_t most) -> numbers {
    auto const count = std::min(all.size(), most);
    numbers chosen;
    for (std::size_t i = 0; i < count; ++i) chosen.push_back(all[i * all.size() / count]);
    return chosen;
  }

  void gather(std::uint64_t mask, numbers const& from) {
    members_.clear();
    for (auto const each : from)
      if (alike(masks_[each], mask) >= options_.least_alike) members_.push_back(each);
  }

  /// Minutes in which more than half of the members are active.
  [[nodiscard]] auto common_mask() const -> std::uint64_t {
    std::array<std::size_t, 64> active{};
    for (auto const each : members_)
      for (auto left = masks_[each]; left != 0; left &= left - 1)
        ++active[static_cast<std::size_t>(std::countr_zero(left))];
    std::uint64_t mask = 0;
    for (std::size_t minute = 0; minute < 64; ++minute)
      if (active[minute] * 2 > members_.size()) mask |= std::uint64_t{1} << minute;
    return mask;
  }

  /// A source that was there when the capture began or ended has one stretch at its edge; so have
  /// many, and they have nothing in common but the capture.
  [[nodiscard]] auto has_shape(std::uint64_t mask) const -> bool {
    auto const edges = std::uint64_t{1} | std::uint64_t{1} << (ring_.size() - 1);
    auto const stretches = ring_.stretches(mask);
    return stretches >= 3 || (stretches > 0 && (mask & edges) == 0);
  }

  /// How often a mask turned to another time is like this one. Above `limit` it stops and says 1.
  [[nodiscard]] auto chance(std::uint64_t mask, double limit) const -> double {
    auto const count = std::min(sample_.size(), options_.most_turned);
    auto const tries = static_cast<double>(count * (ring_.size() - 1) + 1);
    auto const most_hits = static_cast<std::size_t>(limit * tries);
    std::size_t hits = 1;
    for (std::size_t i = 0; i < count && hits <= most_hits; ++i) {
      auto const other = masks_[sample_[i * sample_.size() / count]];
      for (unsigned turn = 1; turn < ring_.size(); ++turn)
        hits += alike(ring_.turn(other, turn), mask) >= options_.least_alike;
    }
    return hits > most_hits ? 1 : static_cast<double>(hits) / tries;
  }

  /// Finds the group's mask and weighs it on the sample, and gathers from all if it holds.
  void try_group(std::uint64_t mask) {
    auto const all = static_cast<double>(sample_.size());
    auto const limit = [&] {
      return static_cast<double>(members_.size()) / all / options_.least_lift;
    };
    for (int round = 0; round < 4; ++round) {
      gather(mask, sample_);
      if (members_.size() < options_.least_sources) return;
      if (round == 0 && chance(mask, limit()) >= 1) return;  // most are like anybody
      auto const next = common_mask();
      if (next == mask) break;
      mask = next;
    }
    gather(mask, sample_);
    if (members_.size() < options_.least_sources || !has_shape(mask)) return;
    auto const by_chance = chance(mask, limit());
    auto const found = static_cast<double>(members_.size());
    if (by_chance >= 1 ||
        log_tail(found, all, by_chance) + std::log(leaders_) > std::log(options_.false_alarm))
      return;
    gather(mask, open_);
    for (auto const each : members_) groups_[each] = next_;
    ++next_;
    auto const is_taken = [this](std::size_t each) { return groups_[each] >= 0; };
    std::erase_if(open_, is_taken);
    std::erase_if(sample_, is_taken);
  }

  std::span<std::uint64_t const> masks_;
  minute_ring const& ring_;
  timing_options const& options_;
  std::vector<std::int32_t> groups_;
  numbers open_;    // in no group yet, ascending
  numbers sample_;  // some of them
  numbers members_;
  double leaders_ = 0;
  std::int32_t next_ = 0;
};

}  // namespace

minute_ring::minute_ring(std::uint64_t seen) noexcept
    : seen_{seen}, size_{static_cast<unsigned>(std::popcount(seen))} {
  auto longest = 0;
  for (unsigned start = 0; start < 64; ++start) {
    auto const turned = std::rotr(seen, static_cast<int>(start));
    auto const pause = turned == 0 ? 0 : std::countr_zero(turned);
    if (pause <= longest) continue;
    longest = pause;
    begin_ = (start + static_cast<unsigned>(pause)) % 64;
  }
}

auto minute_ring::compact(std::uint64_t mask) const noexcept -> std::uint64_t {
  auto const turned = std::rotr(mask, static_cast<int>(begin_));
  std::uint64_t packed = 0;
  unsigned place = 0;
  for (auto left = std::rotr(seen_, static_cast<int>(begin_)); left != 0; left &= left - 1, ++place)
    packed |= (turned >> std::countr_zero(left) & 1) << place;
  return packed;
}

auto minute_ring::turn(std::uint64_t mask, unsigned minutes) const noexcept -> std::uint64_t {
  minutes %= size_;
  if (minutes == 0) return mask;
  auto const all = size_ == 64 ? ~std::uint64_t{0} : (std::uint64_t{1} << size_) - 1;
  return (mask << minutes | mask >> (size_ - minutes)) & all;
}

auto minute_ring::stretches(std::uint64_t mask) const noexcept -> unsigned {
  if (mask != 0 && static_cast<unsigned>(std::popcount(mask)) == size_) return 1;
  return static_cast<unsigned>(std::popcount(mask & ~turn(mask, 1)));
}

auto find_synchronous(std::span<std::uint64_t const> masks, minute_ring const& ring,
                      timing_options const& options) -> std::vector<std::int32_t> {
  return finder{masks, ring, options}.run();
}

}  // namespace kizashi::screening::internal
