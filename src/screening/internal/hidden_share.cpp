#include "kizashi/screening/internal/hidden_share.hpp"

#include <algorithm>
#include <map>

#include "kizashi/screening/internal/confidence.hpp"

namespace kizashi::screening::internal {
namespace {

/// So many sets are asked that some lie two or three standard deviations off by chance.
constexpr double deviations = 3;

/// Of the known: a set of fewer is missed by chance more often than it tells anything.
constexpr double least_part = 0.1;

/// Sources in one set.
struct pair_count {
  std::uint64_t known = 0;
  std::uint64_t added = 0;

  void operator+=(pair_count const& other) noexcept {
    known += other.known;
    added += other.added;
  }
};

/// The smallest ratio so far.
class bound {
public:
  explicit bound(pair_count all) : all_{all} {}

  /// A set and its complement.
  void divide(pair_count in) {
    ask(in);
    ask({all_.known - in.known, all_.added - in.added});
  }
  [[nodiscard]] auto share() const noexcept -> double { return share_; }

private:
  void ask(pair_count in) {
    auto const known = wilson_bound(in.known, all_.known, deviations);
    if (known < least_part) return;
    auto const added = 1 - wilson_bound(all_.added - in.added, all_.added, deviations);
    share_ = std::min(share_, added / known);
  }

  pair_count all_;
  double share_ = 1;
};

using counts = std::map<std::uint32_t, pair_count>;

auto count_values(std::span<source_record const> sources, std::span<std::uint32_t const> known,
                  std::span<std::uint32_t const> added, feature of) -> counts {
  counts all;
  for (auto const i : known) ++all[sources[i].at(of)].known;
  for (auto const i : added) ++all[sources[i].at(of)].added;
  return all;
}

auto count_ports(std::span<source_record const> sources, std::span<std::uint32_t const> known,
                 std::span<std::uint32_t const> added) -> counts {
  counts all;
  auto const count = [&](std::uint32_t source, std::uint64_t pair_count::*side) {
    auto const& ports = sources[source].ports;
    for (std::size_t i = 0; i < ports.count(); ++i) ++(all[ports.keys[i]].*side);
  };
  for (auto const i : known) count(i, &pair_count::known);
  for (auto const i : added) count(i, &pair_count::added);
  return all;
}

}  // namespace

auto most_hidden_share(std::span<source_record const> sources, std::span<std::uint32_t const> known,
                       std::span<std::uint32_t const> added) -> double {
  if (known.empty() || added.empty()) return 1;
  bound least{{known.size(), added.size()}};
  for (std::size_t number = 0; number < features; ++number) {
    pair_count below;
    for (auto const& [value, each] :
         count_values(sources, known, added, static_cast<feature>(number))) {
      least.divide(each);
      below += each;
      if (number >= first_ordered) least.divide(below);
    }
  }
  for (auto const& [port, each] : count_ports(sources, known, added)) least.divide(each);
  return least.share();
}

}  // namespace kizashi::screening::internal
