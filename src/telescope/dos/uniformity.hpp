// Whether addresses lie evenly over a telescope, as those of a flooder that forges its senders at
// random do. Only then may what the telescope sees be scaled up to the whole Internet.
#pragma once

#include <array>
#include <bitset>
#include <cstddef>
#include <cstdint>
#include <span>

namespace kizashi::telescope {

/// Probability that a chi-square variable with `degrees` of freedom, an odd number up to 255, is
/// `statistic` or more. By the finite sum for odd degrees (Abramowitz, Stegun: "Handbook of
/// Mathematical Functions", 26.4.4); below 1e-300 it is 0.
[[nodiscard]] auto chi_square_tail(double statistic, unsigned degrees) noexcept -> double;

/// The answer of the test.
struct uniformity_result {
  bool is_tested = false;  ///< false: too few addresses
  bool is_uniform = false;
  double probability = 0;  ///< that evenly forged addresses lie as unevenly or more
  unsigned parts = 0;
};

/// A sample of different addresses, counted in 256 equal parts of the telescope. 4 KiB.
class part_counts {
public:
  static constexpr std::size_t parts = 256;
  /// Beyond that no more are counted: larger samples would reject for differences that do not
  /// matter.
  static constexpr std::uint32_t most = 8192;

  /// `position` is the address's place among the telescope's `addresses`, `hash` a hash of it that
  /// is always the same.
  void add(std::uint64_t hash, std::uint64_t position, std::uint64_t addresses) noexcept;

  [[nodiscard]] auto is_full() const noexcept -> bool { return sample_ >= most; }

  /// Pearson's chi-square over the largest number of parts, a power of two from 16 to 256, with 5
  /// expected addresses or more in each. As addresses are drawn without being put back, the
  /// statistic is multiplied by (N - 1) / (N - n), provided that as many are left. Uniform: p is at
  /// least 0.001, or the excess of the statistic over its mean is at most n / 100 (Cohen's w of
  /// 0.1, "small" in "Statistical Power Analysis for the Behavioral Sciences", 1988).
  [[nodiscard]] auto test(std::uint64_t addresses) const noexcept -> uniformity_result;
  /// For a saved state: see base/state.hpp.
  template <class Io, class Self>
  static void state_fields(Io& io, Self& self) {
    io(self.sample_, self.counts_);
    for (std::size_t at = 0; at < marks; at += 64) {
      std::uint64_t word = 0;
      if constexpr (Io::is_reading) {
        word = io.word();
        for (std::size_t bit = 0; bit < 64; ++bit) self.seen_[at + bit] = (word >> bit & 1) != 0;
      } else {
        for (std::size_t bit = 0; bit < 64; ++bit)
          word |= std::uint64_t{self.seen_[at + bit]} << bit;
        io.word(word);
      }
    }
  }

private:
  static constexpr std::size_t marks = 16384;

  std::uint32_t sample_ = 0;
  std::bitset<marks> seen_;  // by hash: of two addresses with one mark the second is left out
  std::array<std::uint16_t, parts> counts_{};
};

}  // namespace kizashi::telescope
