// Bayesian online change points: how long the series has been what it is.
//
// R. P. Adams, D. J. C. MacKay: "Bayesian online changepoint detection", arXiv:0710.3742, 2007,
// with a normal-gamma prior (K. P. Murphy: "Conjugate Bayesian analysis of the Gaussian
// distribution", 2007).
#pragma once

#include <cstddef>
#include <vector>

#include "kizashi/base/state.hpp"

namespace kizashi::engine {

class run_length_posterior {
public:
  struct settings {
    double mean_run = 100;                             ///< values between two changes, on average
    double mean = 0, weight = 1, shape = 1, rate = 1;  ///< of the prior
    double least = 0;  ///< run lengths less probable are dropped; 0: none are
  };
  explicit run_length_posterior(settings const& with);

  /// Learns a finite value. O(run lengths that are kept).
  void next(double value);
  /// The most probable number of values before the last one since the change; of equal ones the
  /// smallest.
  [[nodiscard]] auto most_probable() const -> std::size_t;
  [[nodiscard]] auto highest() const -> double;
  /// That the change was less than `values` ago. 0 .. 1.
  [[nodiscard]] auto probability_below(std::size_t values) const -> double;
  [[nodiscard]] auto size() const noexcept -> std::size_t { return runs_.size(); }

  template <class Io, class Self>
  static void state_fields(Io& io, Self& self) {
    auto many = static_cast<std::uint64_t>(self.runs_.size());
    io(many);
    if constexpr (Io::is_reading) {
      io.expect(many >= 1 && many <= 1'000'000, "run lengths");
      if (!io.is_good()) return;
      self.runs_.clear();
      for (std::uint64_t i = 0; i < many && io.is_good(); ++i) {
        run one{};
        io(one);
        self.runs_.push_back(one);
      }
    } else {
      for (auto const& one : self.runs_) io(one);
    }
  }

private:
  struct run {
    std::uint64_t length;
    double probability;
    double mean, weight, shape, rate;
    template <class Io, class Self>
    static void state_fields(Io& io, Self& self) {
      io(self.length, self.probability, self.mean, self.weight, self.shape, self.rate);
    }
  };

  settings with_;
  std::vector<run> runs_;  // ascending length
};

}  // namespace kizashi::engine
