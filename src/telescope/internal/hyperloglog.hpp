// A sketch of how many different things were seen, in a few kilobytes whatever their number.
//
//   hyperloglog<11> seen;
//   seen.add(sketch_hash(destination));
//   auto const about = seen.estimate();  // within 2.3 % at one standard deviation
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <numbers>

#include "kizashi/base/random.hpp"
#include "kizashi/net/address.hpp"

namespace kizashi::telescope::internal {

/// The hash for sketches. Unlike that of the tables it has no secret: estimates are answers, and
/// answers are the same on every run. Whoever knows it can choose destinations that make a sketch
/// of the own packets wrong, which is no more than choosing the packets.
[[nodiscard]] constexpr auto sketch_hash(net::ipv4 a) noexcept -> std::uint64_t {
  return mix64(std::uint64_t{a.value()} ^ 0x6B697A6173686900);
}
[[nodiscard]] constexpr auto sketch_hash(net::ipv6 a) noexcept -> std::uint64_t {
  return mix64(mix64(a.high() ^ 0x6B697A6173686901) ^ a.low());
}
[[nodiscard]] constexpr auto sketch_hash(net::address a) noexcept -> std::uint64_t {
  return a.is_ipv6() ? sketch_hash(a.as_ipv6()) : sketch_hash(a.as_ipv4());
}

/// HyperLogLog (Flajolet, Fusy, Gandouet, Meunier: "HyperLogLog: the analysis of a near-optimal
/// cardinality estimation algorithm", 2007) over 64-bit hashes, with the improved raw estimator of
/// Ertl ("New cardinality estimation algorithms for HyperLogLog sketches", arXiv:1702.01284, 2017,
/// algorithm 6), which has no bias at either end and needs no table. Relative standard error about
/// 1.04 / sqrt(2^Precision), less while there are few. Memory: 2^Precision bytes. All zero bits
/// are an empty sketch.
template <unsigned Precision>
class hyperloglog {
public:
  static_assert(Precision >= 4 && Precision <= 18);
  static constexpr std::size_t registers = std::size_t{1} << Precision;

  void add(std::uint64_t hash) noexcept {
    auto& held = ranks_[static_cast<std::size_t>(hash >> (64 - Precision))];
    held = std::max(held, rank_of(hash));
  }
  /// As if both had seen all things.
  void merge(hyperloglog const& other) noexcept {
    for (std::size_t i = 0; i < registers; ++i) ranks_[i] = std::max(ranks_[i], other.ranks_[i]);
  }
  [[nodiscard]] auto estimate() const noexcept -> double {
    std::array<std::uint32_t, ranks> of_rank{};
    for (auto const rank : ranks_) ++of_rank[rank];
    auto const m = static_cast<double>(registers);
    auto z = m * tau(1 - of_rank[ranks - 1] / m);
    for (auto k = ranks - 2; k >= 1; --k) z = 0.5 * (z + of_rank[k]);
    z += m * sigma(of_rank[0] / m);
    return 0.5 / std::numbers::ln2 * m * m / z;
  }
  template <class Io, class Self>
  static void state_fields(Io& io, Self& self) {
    if constexpr (Io::is_reading) {
      auto const raw = io.bytes(registers);
      for (std::size_t i = 0; i < raw.size(); ++i) {
        io.expect(raw[i] < ranks, "a rank of a sketch");
        self.ranks_[i] = raw[i] < ranks ? raw[i] : std::uint8_t{0};
      }
    } else {
      io.bytes(self.ranks_);
    }
  }
  friend auto operator==(hyperloglog const&, hyperloglog const&) -> bool = default;

private:
  /// 0 for a register without a hash, else 1 .. 64 - Precision + 1.
  static constexpr std::size_t ranks = 64 - Precision + 2;

  [[nodiscard]] static auto rank_of(std::uint64_t hash) noexcept -> std::uint8_t {
    // The bit below the hash's last ends the count.
    auto const rest = hash << Precision | std::uint64_t{1} << (Precision - 1);
    return static_cast<std::uint8_t>(std::countl_zero(rest) + 1);
  }
  /// x + the sum of x^(2^k) 2^(k-1) over k >= 1 (equation 18).
  [[nodiscard]] static auto sigma(double x) noexcept -> double {
    if (x >= 1) return std::numeric_limits<double>::infinity();
    auto sum = x;
    for (double before = -1, weight = 1; sum != before; weight *= 2) {
      before = sum;
      x *= x;
      sum += x * weight;
    }
    return sum;
  }
  /// A third of 1 - x - the sum of (1 - x^(2^-k))^2 2^-k over k >= 1 (equation 23).
  [[nodiscard]] static auto tau(double x) noexcept -> double {
    if (x <= 0 || x >= 1) return 0;
    auto sum = 1 - x;
    double weight = 1;
    for (double before = -1; sum != before;) {
      before = sum;
      x = std::sqrt(x);
      weight *= 0.5;
      sum -= (1 - x) * (1 - x) * weight;
    }
    return sum / 3;
  }

  std::array<std::uint8_t, registers> ranks_{};
};

}  // namespace kizashi::telescope::internal
