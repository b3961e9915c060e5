#include <algorithm>
#include <cmath>
#include <vector>

#include "kizashi/engine/ntd/internal/model.hpp"

namespace kizashi::engine::ntd::internal {

namespace {

using block = std::array<std::vector<float>, 3>;  // three vectors of length 1, and their weight
struct weighted_block {
  block vectors;
  float weight = 0;
};

[[nodiscard]] auto dot(std::vector<float> const& a, std::vector<float> const& b) -> float {
  double sum = 0;
  for (std::size_t i = 0; i < a.size(); ++i) sum += static_cast<double>(a[i]) * b[i];
  return static_cast<float>(sum);
}

/// The best vector of one way when the other two are given, for the counts less the blocks before.
/// Its length is the weight.
void improve(tensor const& of, std::vector<weighted_block> const& before, block& at, way which) {
  auto const first = which == minutes ? sources : minutes;
  auto const second = which == ports ? sources : ports;
  auto& vector = at[which];
  std::ranges::fill(vector, 0.0F);
  auto const* const x = at[first].data();
  auto const* const y = at[second].data();
  for (auto const& each : of.entries)
    vector[each.at[which]] += each.count * x[each.at[first]] * y[each.at[second]];
  for (auto const& known : before) {
    auto const share = known.weight * dot(known.vectors[first], at[first]) *
                       dot(known.vectors[second], at[second]);
    for (std::size_t i = 0; i < vector.size(); ++i) vector[i] -= share * known.vectors[which][i];
  }
  for (auto& value : vector) value = std::max(0.0F, value);
}

/// To length 1; returns the length.
auto normalise(std::vector<float>& vector) -> float {
  auto const length = std::sqrt(dot(vector, vector));
  if (length > 0)
    for (auto& value : vector) value /= length;
  return length;
}

/// The entry that `draw` falls on, each as wide as its squared rest.
auto draw_entry(tensor const& of, std::vector<weighted_block> const& before, double draw)
    -> entry const& {
  std::vector<double> sums;
  sums.reserve(of.entries.size());
  double sum = 0;
  for (auto const& each : of.entries) {
    auto rest = each.count;
    for (auto const& known : before)
      rest -= known.weight * known.vectors[minutes][each.at[minutes]] *
              known.vectors[sources][each.at[sources]] * known.vectors[ports][each.at[ports]];
    if (rest > 0) sum += static_cast<double>(rest) * static_cast<double>(rest);
    sums.push_back(sum);
  }
  auto const at = std::ranges::upper_bound(sums, draw * sum);
  auto const index =
      std::min<std::size_t>(static_cast<std::size_t>(at - sums.begin()), of.entries.size() - 1);
  return of.entries[index];
}

void iterate(tensor const& of, std::vector<weighted_block> const& before, weighted_block& at,
             int rounds) {
  for (int round = 0; round < rounds; ++round) {
    for (auto const each : {sources, minutes, ports}) {
      improve(of, before, at.vectors, each);
      at.weight = normalise(at.vectors[each]);
    }
  }
}

/// The best block through an entry after some rounds of power iteration.
auto grow_block(tensor const& of, std::vector<weighted_block> const& before, entry const& through,
                int rounds) -> weighted_block {
  weighted_block answer;
  for (std::size_t each = 0; each < 3; ++each) answer.vectors[each].resize(of.lengths[each]);
  answer.vectors[minutes][through.at[minutes]] = 1;
  answer.vectors[ports][through.at[ports]] = 1;
  iterate(of, before, answer, rounds);
  return answer;
}

}  // namespace

auto start_by_blocks(tensor const& of, std::size_t rank, random_source& random) -> model {
  std::vector<weighted_block> blocks;
  for (std::size_t k = 0; k < rank; ++k)
    blocks.push_back(grow_block(of, blocks, draw_entry(of, blocks, random.unit()), 6));
  model answer;
  answer.rank = rank;
  for (std::size_t each = 0; each < 3; ++each) {
    answer.factors[each].resize(of.lengths[each]);
    for (std::size_t k = 0; k < rank; ++k)
      for (std::size_t i = 0; i < of.lengths[each]; ++i)
        answer.factors[each][i].value[k] = blocks[k].vectors[each][i];
  }
  for (std::size_t k = 0; k < rank; ++k) answer.core[k][k].value[k] = blocks[k].weight;
  for (auto const each : {minutes, sources, ports}) scale_columns(answer, each);
  return answer;
}

}  // namespace kizashi::engine::ntd::internal
