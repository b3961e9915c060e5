#include "kizashi/engine/ntd/tucker_stream.hpp"

#include <algorithm>
#include <vector>

#include "kizashi/engine/ntd/internal/model.hpp"

namespace kizashi::engine::ntd {

using internal::lane;
using internal::lane_cell;
using internal::square;

struct tucker_stream::state {
  internal::model model;
  std::array<square, 3> grams{};
  std::vector<std::vector<entry>> ring;
  std::size_t newest = 0;

  void grow(std::span<slice_entry const> slice) {
    std::array<std::size_t, 3> most{};
    for (auto const& each : slice) {
      most[sources] = std::max(most[sources], each.source + std::size_t{1});
      most[ports] = std::max(most[ports], each.port + std::size_t{1});
    }
    for (auto const each : {sources, ports})
      if (most[each] > model.factors[each].size()) model.factors[each].resize(most[each]);
  }

  void solve_minute(std::size_t slot) {
    std::vector<square> products(ring.size());
    internal::multiply_minutes(ring[slot], model, products);
    internal::solve_row(internal::way_gram(model, grams, minutes), model.rank,
                        internal::minute_target(model, products[slot]).value,
                        model.factors[minutes][slot].value, 4);
    grams[minutes] = internal::gram_of(model.factors[minutes]);
  }

  /// Solves the rows of one way that are wanted.
  void solve_rows(way which, std::vector<std::uint8_t> const& wanted) {
    std::vector<lane_cell> targets(wanted.size());
    for (auto const& slice : ring) {
      if (which == sources)
        internal::multiply_sources(slice, model, wanted.data(), targets);
      else
        internal::multiply_ports(slice, model, wanted.data(), targets);
    }
    auto const gram = internal::way_gram(model, grams, which);
    for (std::size_t i = 0; i < wanted.size(); ++i)
      if (wanted[i] != 0)
        internal::solve_row(gram, model.rank, targets[i].value, model.factors[which][i].value, 2);
    grams[which] = internal::gram_of(model.factors[which]);
  }

  /// 1 - squared error / squared counts.
  [[nodiscard]] auto fit() const -> double {
    std::vector<lane_cell> targets(model.factors[sources].size());
    double squares = 0, both = 0, own = 0;
    for (auto const& slice : ring) {
      internal::multiply_sources(slice, model, nullptr, targets);
      for (auto const& each : slice)
        squares += static_cast<double>(each.count) * static_cast<double>(each.count);
    }
    if (!(squares > 0)) return 0;
    auto const gram = internal::way_gram(model, grams, sources);
    for (std::size_t i = 0; i < targets.size(); ++i)
      for (std::size_t k = 0; k < model.rank; ++k)
        both += static_cast<double>(targets[i].value[k]) *
                static_cast<double>(model.factors[sources][i].value[k]);
    for (std::size_t k = 0; k < model.rank; ++k)
      for (std::size_t l = 0; l < model.rank; ++l)
        own +=
            static_cast<double>(gram[k].value[l]) * static_cast<double>(grams[sources][k].value[l]);
    return std::clamp((2 * both - own) / squares, 0.0, 1.0);
  }
};

tucker_stream::~tucker_stream() = default;
tucker_stream::tucker_stream(tucker_stream&&) noexcept = default;
auto tucker_stream::operator=(tucker_stream&&) noexcept -> tucker_stream& = default;

tucker_stream::tucker_stream(tensor const& window, tucker const& start)
    : state_{std::make_unique<state>()} {
  auto& own = *state_;
  auto const rank = own.model.rank = start.rank;
  for (std::size_t each = 0; each < 3; ++each) {
    own.model.factors[each].resize(window.lengths[each]);
    for (std::size_t i = 0; i < window.lengths[each]; ++i)
      for (std::size_t k = 0; k < rank; ++k)
        own.model.factors[each][i].value[k] = start.factors[each][i * rank + k];
    own.grams[each] = internal::gram_of(own.model.factors[each]);
  }
  for (std::size_t a = 0; a < rank; ++a)
    for (std::size_t b = 0; b < rank; ++b)
      for (std::size_t c = 0; c < rank; ++c)
        own.model.core[a][b].value[c] = start.core[(a * rank + b) * rank + c];
  own.ring.resize(window.lengths[minutes]);
  own.newest = own.ring.empty() ? 0 : own.ring.size() - 1;
  for (auto const& each : window.entries) own.ring[each.at[minutes]].push_back(each);
}

void tucker_stream::push(std::span<slice_entry const> slice) {
  auto& own = *state_;
  if (own.ring.empty()) return;
  own.grow(slice);
  auto const slot = (own.newest + 1) % own.ring.size();
  std::array<std::vector<std::uint8_t>, 3> wanted;
  for (auto const each : {sources, ports}) wanted[each].resize(own.model.factors[each].size());
  for (auto const& each : own.ring[slot])
    for (auto const which : {sources, ports}) wanted[which][each.at[which]] = 1;
  own.ring[slot].clear();
  for (auto const& each : slice) {
    own.ring[slot].push_back(
        {{static_cast<std::uint32_t>(slot), each.source, each.port}, each.count});
    wanted[sources][each.source] = 1;
    wanted[ports][each.port] = 1;
  }
  own.newest = slot;
  own.solve_minute(slot);
  own.solve_rows(sources, wanted[sources]);
  own.solve_rows(ports, wanted[ports]);
  // Once more, now that rows which began at zero say something of the minute.
  own.solve_minute(slot);
}

auto tucker_stream::current() const -> tucker {
  auto const& own = *state_;
  tucker answer;
  auto const rank = answer.rank = own.model.rank;
  auto scaled = own.model;
  for (auto const each : {minutes, sources, ports}) internal::scale_columns(scaled, each);
  for (std::size_t each = 0; each < 3; ++each)
    for (auto const& row : scaled.factors[each])
      for (std::size_t k = 0; k < rank; ++k) answer.factors[each].push_back(row.value[k]);
  for (std::size_t a = 0; a < rank; ++a)
    for (std::size_t b = 0; b < rank; ++b)
      for (std::size_t c = 0; c < rank; ++c) answer.core.push_back(scaled.core[a][b].value[c]);
  answer.fit = own.fit();
  return answer;
}

auto tucker_stream::newest() const noexcept -> std::size_t {
  return state_->newest;
}

auto tucker_stream::window() const -> tensor {
  tensor answer;
  answer.lengths = {state_->ring.size(), state_->model.factors[sources].size(),
                    state_->model.factors[ports].size()};
  for (auto const& slice : state_->ring)
    answer.entries.insert(answer.entries.end(), slice.begin(), slice.end());
  return answer;
}

}  // namespace kizashi::engine::ntd
