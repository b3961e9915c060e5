#include "kizashi/engine/ntd/internal/model.hpp"

#include <algorithm>
#include <cmath>

namespace kizashi::engine::ntd::internal {

namespace {

/// core times a gram along one way.
auto times(cube const& core, square const& gram, way which, std::size_t rank) -> cube {
  cube answer{};
  for (std::size_t a = 0; a < rank; ++a) {
    for (std::size_t b = 0; b < rank; ++b) {
      for (std::size_t c = 0; c < rank; ++c) {
        float sum = 0;
        for (std::size_t k = 0; k < rank; ++k) {
          if (which == minutes) sum += gram[a].value[k] * core[k][b].value[c];
          if (which == sources) sum += gram[b].value[k] * core[a][k].value[c];
          if (which == ports) sum += gram[c].value[k] * core[a][b].value[k];
        }
        answer[a][b].value[c] = sum;
      }
    }
  }
  return answer;
}

/// A column whose square is no more than this is taken for one of zeros.
auto least_curve(square const& gram, std::size_t rank) noexcept -> float {
  float largest = 0;
  for (std::size_t k = 0; k < rank; ++k) largest = std::max(largest, gram[k].value[k]);
  return std::max(1e-20F, 1e-6F * largest);
}

}  // namespace

auto way_gram(model const& of, std::array<square, 3> const& grams, way which) -> square {
  auto spread = of.core;
  for (auto const other : {minutes, sources, ports})
    if (other != which) spread = times(spread, grams[other], other, of.rank);
  square answer{};
  for (std::size_t a = 0; a < of.rank; ++a) {
    for (std::size_t b = 0; b < of.rank; ++b) {
      for (std::size_t c = 0; c < of.rank; ++c) {
        for (std::size_t k = 0; k < of.rank; ++k) {
          auto const value = spread[a][b].value[c];
          if (which == minutes) answer[k].value[a] += of.core[k][b].value[c] * value;
          if (which == sources) answer[k].value[b] += of.core[a][k].value[c] * value;
          if (which == ports) answer[k].value[c] += of.core[a][b].value[k] * value;
        }
      }
    }
  }
  return answer;
}

void solve_row(square const& gram, std::size_t rank, lane const& target, lane& x,
               int passes) noexcept {
  lane rest = target;
  for (std::size_t k = 0; k < rank; ++k) rest -= x[k] * gram[k].value;
  auto const least = least_curve(gram, rank);
  for (int pass = 0; pass < passes; ++pass) {
    for (std::size_t k = 0; k < rank; ++k) {
      auto const curve = gram[k].value[k];
      if (!(curve > least)) {
        x[k] = 0;
        continue;
      }
      auto const next = std::max(0.0F, x[k] + rest[k] / curve);
      rest -= (next - x[k]) * gram[k].value;
      x[k] = next;
    }
  }
}

auto minute_target(model const& of, square const& products) -> lane_cell {
  lane_cell answer;
  for (std::size_t a = 0; a < of.rank; ++a) {
    lane sum{};
    for (std::size_t b = 0; b < of.rank; ++b) sum += of.core[a][b].value * products[b].value;
    float total = 0;
    for (std::size_t c = 0; c < of.rank; ++c) total += sum[c];
    answer.value[a] = total;
  }
  return answer;
}

auto solve_core(model& of, std::array<square, 3> const& grams, cube const& products, int passes)
    -> double {
  auto const rank = of.rank;
  float least = 1;
  for (auto const& gram : grams) least *= least_curve(gram, rank);
  least = std::max(least, 1e-30F);
  auto spread = of.core;  // the core times all three grams
  for (auto const each : {minutes, sources, ports}) spread = times(spread, grams[each], each, rank);
  for (int pass = 0; pass < passes; ++pass) {
    for (std::size_t a = 0; a < rank; ++a) {
      for (std::size_t b = 0; b < rank; ++b) {
        for (std::size_t c = 0; c < rank; ++c) {
          auto const curve =
              grams[minutes][a].value[a] * grams[sources][b].value[b] * grams[ports][c].value[c];
          auto& value = of.core[a][b].value;
          auto const rest = products[a][b].value[c] - spread[a][b].value[c];
          auto const next = curve > least ? std::max(0.0F, value[c] + rest / curve) : 0.0F;
          auto const change = next - value[c];
          if (change == 0) continue;
          value[c] = next;
          for (std::size_t x = 0; x < rank; ++x)
            for (std::size_t y = 0; y < rank; ++y)
              spread[x][y].value += change * grams[minutes][a].value[x] *
                                    grams[sources][b].value[y] * grams[ports][c].value;
        }
      }
    }
  }
  double both = 0, own = 0;
  for (std::size_t a = 0; a < rank; ++a) {
    for (std::size_t b = 0; b < rank; ++b) {
      for (std::size_t c = 0; c < rank; ++c) {
        double const value = of.core[a][b].value[c];
        both += value * static_cast<double>(products[a][b].value[c]);
        own += value * static_cast<double>(spread[a][b].value[c]);
      }
    }
  }
  return own - 2 * both;
}

void scale_columns(model& of, way which) {
  constexpr auto least_value = 1e-20F;  // its inverse is finite
  lane largest{};
  for (auto const& row : of.factors[which])
    for (std::size_t k = 0; k < of.rank; ++k) largest[k] = std::max(largest[k], row.value[k]);
  lane inverse{};
  for (std::size_t k = 0; k < of.rank; ++k)
    inverse[k] = largest[k] > least_value ? 1 / largest[k] : 0;
  for (auto& row : of.factors[which]) row.value *= inverse;
  for (std::size_t a = 0; a < of.rank; ++a) {
    for (std::size_t b = 0; b < of.rank; ++b) {
      if (which == minutes) of.core[a][b].value *= largest[a];
      if (which == sources) of.core[a][b].value *= largest[b];
      if (which == ports) of.core[a][b].value *= largest;
    }
  }
}

}  // namespace kizashi::engine::ntd::internal
