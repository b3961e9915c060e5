#include "kizashi/engine/ntd/tucker.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "kizashi/base/random.hpp"
#include "kizashi/engine/ntd/internal/model.hpp"

namespace kizashi::engine::ntd {

namespace {

using internal::cube;
using internal::lane_cell;
using internal::model;
using internal::square;

/// One sweep over the three factors and the core. Returns the squared error, less the squared
/// counts.
auto sweep(tensor const& of, model& at, std::array<square, 3>& grams) -> double {
  constexpr int passes = 2;
  for (auto const each : {sources, ports}) {
    std::vector<lane_cell> products(of.lengths[each]);
    if (each == sources)
      internal::multiply_sources(of.entries, at, nullptr, products);
    else
      internal::multiply_ports(of.entries, at, nullptr, products);
    auto const gram = internal::way_gram(at, grams, each);
    for (std::size_t i = 0; i < products.size(); ++i)
      internal::solve_row(gram, at.rank, products[i].value, at.factors[each][i].value, passes);
    internal::scale_columns(at, each);
    grams[each] = internal::gram_of(at.factors[each]);
  }
  std::vector<square> products(of.lengths[minutes]);
  internal::multiply_minutes(of.entries, at, products);
  auto const gram = internal::way_gram(at, grams, minutes);
  for (std::size_t i = 0; i < products.size(); ++i)
    internal::solve_row(gram, at.rank, internal::minute_target(at, products[i]).value,
                        at.factors[minutes][i].value, passes);
  internal::scale_columns(at, minutes);
  grams[minutes] = internal::gram_of(at.factors[minutes]);
  cube of_core{};
  for (std::size_t i = 0; i < products.size(); ++i)
    for (std::size_t a = 0; a < at.rank; ++a)
      for (std::size_t b = 0; b < at.rank; ++b)
        of_core[a][b].value += at.factors[minutes][i].value[a] * products[i][b].value;
  return internal::solve_core(at, grams, of_core, passes);
}

auto plain(model const& of) -> tucker {
  tucker answer;
  auto const rank = answer.rank = of.rank;
  for (std::size_t each = 0; each < 3; ++each)
    for (auto const& row : of.factors[each])
      for (std::size_t k = 0; k < rank; ++k) answer.factors[each].push_back(row.value[k]);
  for (std::size_t a = 0; a < rank; ++a)
    for (std::size_t b = 0; b < rank; ++b)
      for (std::size_t c = 0; c < rank; ++c) answer.core.push_back(of.core[a][b].value[c]);
  return answer;
}

auto decompose_once(tensor const& of, tucker_settings const& how, double squares,
                    random_source& random) -> tucker {
  auto at = internal::start_by_blocks(of, how.rank, random);
  std::array<square, 3> grams;
  for (std::size_t each = 0; each < 3; ++each) grams[each] = internal::gram_of(at.factors[each]);
  double fit = 0;
  std::uint32_t sweeps = 0;
  while (sweeps < how.most_sweeps) {
    ++sweeps;
    auto const next = std::clamp(-sweep(of, at, grams) / squares, 0.0, 1.0);
    auto const change = std::abs(next - fit);
    fit = next;
    if (change < how.tolerance) break;
  }
  auto answer = plain(at);
  answer.fit = fit;
  answer.sweeps = sweeps;
  return answer;
}

auto check_input(tensor const& of, tucker_settings const& how) -> status {
  if (how.rank < 1 || how.rank > most_rank)
    return fail(errc::out_of_range, fmt::format("rank {}; expected 1 to {}", how.rank, most_rank));
  if (how.restarts < 1 || how.restarts > 64)
    return fail(errc::out_of_range, fmt::format("{} restarts; expected 1 to 64", how.restarts));
  for (auto const& each : of.entries) {
    for (std::size_t which = 0; which < 3; ++which)
      if (each.at[which] >= of.lengths[which])
        return fail(errc::out_of_range, fmt::format("an entry at {} of way {}, which has {}",
                                                    each.at[which], which + 1, of.lengths[which]));
    if (!(each.count > 0) || !std::isfinite(each.count))
      return fail(errc::out_of_range, fmt::format("an entry of {}; expected a number above 0",
                                                  static_cast<double>(each.count)));
  }
  return {};
}

}  // namespace

auto decompose(tensor const& of, tucker_settings const& how) -> result<std::vector<tucker>> {
  KIZASHI_TRY(check_input(of, how));
  double squares = 0;
  for (auto const& each : of.entries)
    squares += static_cast<double>(each.count) * static_cast<double>(each.count);
  std::vector<tucker> answer;
  random_source random{how.seed};
  for (std::uint32_t i = 0; i < how.restarts; ++i) {
    if (of.entries.empty()) {
      model none;
      none.rank = how.rank;
      for (std::size_t each = 0; each < 3; ++each) none.factors[each].resize(of.lengths[each]);
      answer.push_back(plain(none));
    } else {
      answer.push_back(decompose_once(of, how, squares, random));
    }
  }
  return answer;
}

}  // namespace kizashi::engine::ntd
