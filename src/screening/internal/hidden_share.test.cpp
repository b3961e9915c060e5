#include "kizashi/screening/internal/hidden_share.hpp"

#include <cmath>

#include <gtest/gtest.h>

namespace kizashi::screening::internal {
namespace {

using numbers = std::vector<std::uint32_t>;

/// Sources by number: some known, the others added.
struct hidden_crowd {
  std::vector<source_record> sources;
  numbers known;
  numbers added;

  void add(numbers& to, std::size_t count, feature of, std::uint32_t value) {
    for (std::size_t i = 0; i < count; ++i) {
      to.push_back(static_cast<std::uint32_t>(sources.size()));
      sources.emplace_back().values[static_cast<std::size_t>(of)] = value;
    }
  }
  [[nodiscard]] auto share() const -> double { return most_hidden_share(sources, known, added); }
};

/// Wilson's ends as his paper writes them, for 10,000 sources at 3 standard deviations.
constexpr double n = 10'000;
auto end_of(double share, double sign) -> double {
  constexpr double z = 3;
  return (share + z * z / (2 * n) +
          sign * z * std::sqrt(share * (1 - share) / n + z * z / (4 * n * n))) /
         (1 + z * z / n);
}

TEST(HiddenShare, IsAllWhereNothingDiffersOrNothingIsKnown) {
  hidden_crowd made;
  EXPECT_EQ(made.share(), 1);
  made.add(made.known, 100, feature::window, 7);
  EXPECT_EQ(made.share(), 1);
  made.add(made.added, 100, feature::window, 7);
  EXPECT_EQ(made.share(), 1);
}

TEST(HiddenShare, IsThatOfAMixtureOfTwo) {
  // Of the added 30 % are like the known, the others have a window that none of the known has.
  hidden_crowd made;
  made.add(made.known, 10'000, feature::window, 7);
  made.add(made.added, 3'000, feature::window, 7);
  made.add(made.added, 7'000, feature::window, 8);
  EXPECT_NEAR(made.share(), end_of(0.3, 1) / end_of(1, -1), 1e-9);
}

TEST(HiddenShare, IsTheLeastRatioOfAllSets) {
  // Known: ports 1, 2, 3 at 50, 30, 20 %; added: 20, 30, 50 %. The least ratio is that of port 1,
  // which is also that of a range up to 1.
  hidden_crowd made;
  made.add(made.known, 5'000, feature::ports, 1);
  made.add(made.known, 3'000, feature::ports, 2);
  made.add(made.known, 2'000, feature::ports, 3);
  made.add(made.added, 2'000, feature::ports, 1);
  made.add(made.added, 3'000, feature::ports, 2);
  made.add(made.added, 5'000, feature::ports, 3);
  EXPECT_NEAR(made.share(), end_of(0.2, 1) / end_of(0.5, -1), 1e-9);
}

TEST(HiddenShare, OfRangesIsSeenWhereSingleValuesShowLittle) {
  // 100 values with a hundredth each, but the added are in the upper half: no single value of 100
  // shows that it is missing as clearly as the range.
  hidden_crowd made;
  for (std::uint32_t value = 0; value < 100; ++value) {
    made.add(made.known, 100, feature::ports, value);
    if (value >= 50) made.add(made.added, 200, feature::ports, value);
  }
  EXPECT_NEAR(made.share(), end_of(0, 1) / end_of(0.5, -1), 1e-9);
}

TEST(HiddenShare, LooksAtPortsBesidesTheBusiest) {
  hidden_crowd made;
  made.add(made.known, 10'000, feature::window, 7);
  made.add(made.added, 10'000, feature::window, 7);
  for (std::size_t i = 0; i < made.sources.size(); ++i) {
    auto& ports = made.sources[i].ports;
    ports.keys[0] = port_key(6, 23);
    if (i >= 10'000 && i % 2 == 0) ports.keys[1] = port_key(6, 445);  // half of the added
  }
  EXPECT_NEAR(made.share(), end_of(0.5, 1) / end_of(1, -1), 1e-9);
}

TEST(HiddenShare, OfFewIsNoProofOfAnything) {
  hidden_crowd made;
  made.add(made.known, 6, feature::window, 7);
  made.add(made.added, 3, feature::window, 7);
  made.add(made.added, 3, feature::window, 8);
  EXPECT_EQ(made.share(), 1);
}

}  // namespace
}  // namespace kizashi::screening::internal
