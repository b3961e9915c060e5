// What the matrix engines' solvers cost, and their inputs for others to solve: bench/engines.py.
//
//   bench_engines input lasso 1000 > c.csv     bins x sources, comma separated
//   bench_engines lasso 1000                    one line of JSON
#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <functional>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "kizashi/engine/glasso/graphical_lasso.hpp"
#include "kizashi/engine/internal/golden_counts.hpp"
#include "kizashi/engine/nmf/factorise.hpp"
#include "kizashi/engine/ntd/blocks.hpp"
#include "kizashi/engine/ntd/tucker.hpp"
#include "kizashi/engine/ntd/tucker_stream.hpp"

namespace {

using namespace kizashi::engine;

/// Processor seconds of the fastest of `rounds` calls.
auto fastest(int rounds, std::function<void()> const& call) -> double {
  double best = 1e9;
  for (int i = 0; i < rounds; ++i) {
    auto const before = std::clock();
    call();
    best = std::min(best, static_cast<double>(std::clock() - before) / CLOCKS_PER_SEC);
  }
  return best;
}

/// The inputs of the published reference results; 2000 sources go on in the same manner.
auto lasso_counts(std::size_t sources) -> std::vector<std::uint32_t> {
  auto const together = sources == 50 ? 12 : sources == 200 ? 30 : sources * 12 / 100;
  auto const seed = sources == 50 ? 1 : sources == 200 ? 2 : sources == 500 ? 3 : sources / 250;
  return internal::golden_lasso_counts(12, sources, together, seed);
}
auto group_counts() -> std::vector<std::uint32_t> {
  return internal::golden_group_counts(30, 3742, 3, 40, 7);
}

void print_csv(std::vector<std::uint32_t> const& counts, std::size_t bins) {
  for (std::size_t i = 0; i < bins; ++i)
    for (std::size_t j = 0; j < counts.size() / bins; ++j)
      fmt::print("{}{}", counts[j * bins + i], j + 1 == counts.size() / bins ? "\n" : ",");
}

void lasso(std::size_t sources) {
  constexpr std::array penalties{0.4, 0.5, 0.6, 0.7, 0.8, 0.9};
  auto const of = glasso::log_covariance(lasso_counts(sources), 12);
  std::vector<glasso::solution> answer;
  auto const seconds = fastest(sources > 1000 ? 1 : 3,
                               [&] { answer = glasso::solve_graphical_lasso(of, penalties, {}); });
  auto const certified = glasso::solve_graphical_lasso(of, penalties, {.is_certified = true});
  fmt::print("{{\"seconds\": {}, \"rows\": [", seconds);
  for (std::size_t i = 0; i < certified.size(); ++i)
    fmt::print("{}{{\"penalty\": {}, \"edges\": {}, \"objective\": {:.8f}, \"gap\": {:.2e}}}",
               i == 0 ? "" : ", ", certified[i].penalty, certified[i].edges, certified[i].objective,
               certified[i].gap);
  fmt::print("]}}\n");
}

void groups() {
  auto const counts = group_counts();
  kizashi::result<nmf::factorisation> answer = nmf::factorisation{};
  auto const seconds = fastest(50, [&] { answer = nmf::factorise(counts, 30, {}); });
  fmt::print("{{\"seconds\": {}, \"losses\": [", seconds);
  for (auto const& each : answer->ranks)
    fmt::print("{}{:.8f}", each.rank == 1 ? "" : ", ", each.loss);
  fmt::print("]}}\n");
}

/// Entries as a telescope has them: popular sources and ports, one block.
auto counts_of(std::size_t entries) -> ntd::tensor {
  internal::golden_source random{1};
  std::vector<std::array<std::uint32_t, 3>> places;
  for (std::uint32_t t = 0; t < 30; t += 3)
    for (std::uint32_t source = 0; source < 40; ++source) places.push_back({t, 1000 + source, 500});
  while (places.size() < entries)
    places.push_back({static_cast<std::uint32_t>(30 * random.unit()),
                      static_cast<std::uint32_t>(8000 * std::pow(random.unit(), 2)),
                      static_cast<std::uint32_t>(3000 * std::pow(random.unit(), 3))});
  std::ranges::sort(places);
  ntd::tensor answer{{30, 8000, 3000}, {}};
  for (auto const& at : places) {
    if (!answer.entries.empty() && answer.entries.back().at == at)
      answer.entries.back().count += 2;
    else
      answer.entries.push_back({at, static_cast<float>(2 + random.poisson(0.7))});
  }
  return answer;
}

void tensor(std::size_t entries) {
  auto const counts = counts_of(entries);
  kizashi::result<std::vector<ntd::tucker>> answer = std::vector<ntd::tucker>{};
  auto const seconds = fastest(3, [&] { answer = ntd::decompose(counts, {}); });
  ntd::tucker_stream stream{counts, answer->front()};
  std::vector<ntd::slice_entry> slice;
  for (auto const& each : counts.entries)
    if (each.at[ntd::minutes] == 7)
      slice.push_back({each.at[ntd::sources], each.at[ntd::ports], each.count});
  auto const push = fastest(30, [&] { stream.push(slice); });
  auto const look = fastest(30, [&] { (void)ntd::find_blocks(stream.current(), {}); });
  fmt::print("{{\"seconds\": {}, \"entries\": {}, \"push\": {}, \"look\": {}, \"fit\": {:.4f}}}\n",
             seconds, counts.entries.size(), push, look, answer->front().fit);
}

}  // namespace

int main(int count, char** words) {
  std::vector<std::string> const all(words + 1, words + count);
  auto const number = all.empty() ? 0 : std::strtoul(all.back().c_str(), nullptr, 10);
  if (all.size() == 3 && all[0] == "input" && all[1] == "lasso")
    print_csv(lasso_counts(number), 12);
  else if (all.size() == 2 && all[0] == "input" && all[1] == "groups")
    print_csv(group_counts(), 30);
  else if (all.size() == 2 && all[0] == "lasso")
    lasso(number);
  else if (all.size() == 1 && all[0] == "groups")
    groups();
  else if (all.size() == 2 && all[0] == "tensor")
    tensor(number);
  else
    return 2;
  return 0;
}
