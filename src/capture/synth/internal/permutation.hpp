// All numbers below a bound, each once, in an order that looks random, without a table.
#pragma once

#include <bit>
#include <cstdint>

#include "kizashi/base/random.hpp"

namespace kizashi::capture::synth {

/// A bijection of 0..size-1, the way scanners walk through address space: a Feistel network of four
/// rounds over the next even number of bits (Luby, Rackoff: "How to construct pseudorandom
/// permutations", SIAM J. Comput. 1988), walked on while it leaves the range (Black, Rogaway:
/// "Ciphers with arbitrary finite domains", CT-RSA 2002). At most four walks on average.
class permutation {
public:
  /// 1 <= size <= 2^40.
  permutation(std::uint64_t size, std::uint64_t key) noexcept
      : size_{size},
        key_{key},
        half_{static_cast<unsigned>(std::bit_width(size > 1 ? size - 1 : 1) + 1) / 2} {}

  [[nodiscard]] auto size() const noexcept -> std::uint64_t { return size_; }
  /// `index` is below `size()`, and so is the answer.
  [[nodiscard]] auto operator()(std::uint64_t index) const noexcept -> std::uint64_t {
    do index = step(index);
    while (index >= size_);
    return index;
  }

private:
  [[nodiscard]] auto step(std::uint64_t x) const noexcept -> std::uint64_t {
    auto const mask = (std::uint64_t{1} << half_) - 1;
    auto left = x >> half_;
    auto right = x & mask;
    for (std::uint64_t round = 0; round < 4; ++round) {
      auto const next = left ^ (mix64(key_ + round * 0x632BE59BD9B4E019 + right) & mask);
      left = right;
      right = next;
    }
    return left << half_ | right;
  }
  std::uint64_t size_;
  std::uint64_t key_;
  unsigned half_;
};

}  // namespace kizashi::capture::synth
