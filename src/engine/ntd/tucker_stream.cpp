#include "kizashi/engine/ntd/tucker_stream.hpp"

#include <algorithm>
#include <cmath>
#include <utility>
#include <vector>

#include "kizashi/engine/ntd/internal/model.hpp"

namespace kizashi::engine::ntd {

using internal::lane;
using internal::lane_cell;
using internal::square;

namespace {

/// One minute, in the order in which each way's products are formed quickest.
struct ring_slot {
  std::vector<entry> by_source;
  std::vector<entry> by_port;

  void sort() {
    std::ranges::sort(by_source, {}, &entry::at);
    by_port = by_source;
    std::ranges::sort(by_port, {}, [](entry const& each) {
      return std::pair{each.at[ports], each.at[sources]};
    });
  }
};

/// A pattern as one column of each factor: what one slice has of it.
struct new_pattern {
  std::vector<std::pair<std::uint32_t, float>> sources, ports;  // largest value 1
  float weight = 0;
};

void scale_to_one(std::vector<std::pair<std::uint32_t, float>>& values) {
  float largest = 0;
  for (auto const& each : values) largest = std::max(largest, each.second);
  for (auto& each : values) each.second /= largest;
}

/// The pattern of the sources that ask for `port`, by what the model leaves of the slice. `rests`:
/// of each entry; those at `port` are not all zero.
[[nodiscard]] auto pattern_at(std::uint32_t port, std::span<entry const> slice,
                              std::vector<float> const& rests) -> new_pattern {
  new_pattern answer;
  for (std::size_t i = 0; i < slice.size(); ++i)
    if (slice[i].at[ports] == port && rests[i] > 0)
      answer.sources.emplace_back(slice[i].at[sources], rests[i]);
  scale_to_one(answer.sources);
  auto const value_of = [](auto const& of, std::uint32_t at) {
    auto const found = std::ranges::lower_bound(of, at, {}, [](auto const& x) { return x.first; });
    return found != of.end() && found->first == at ? found->second : 0.0F;
  };
  std::vector<std::pair<std::uint32_t, float>> all;
  for (std::size_t i = 0; i < slice.size(); ++i)
    if (auto const value = rests[i] * value_of(answer.sources, slice[i].at[sources]); value > 0)
      all.emplace_back(slice[i].at[ports], value);
  std::ranges::sort(all);
  for (auto const& [at, value] : all)
    if (answer.ports.empty() || answer.ports.back().first != at)
      answer.ports.emplace_back(at, value);
    else
      answer.ports.back().second += value;
  scale_to_one(answer.ports);
  double both = 0, of_sources = 0, of_ports = 0;
  for (std::size_t i = 0; i < slice.size(); ++i)
    both += static_cast<double>(rests[i] * value_of(answer.sources, slice[i].at[sources]) *
                                value_of(answer.ports, slice[i].at[ports]));
  for (auto const& each : answer.sources)
    of_sources += static_cast<double>(each.second) * static_cast<double>(each.second);
  for (auto const& each : answer.ports)
    of_ports += static_cast<double>(each.second) * static_cast<double>(each.second);
  answer.weight = static_cast<float>(std::max(0.0, both / (of_sources * of_ports)));
  return answer;
}

}  // namespace

struct tucker_stream::state {
  internal::model model;
  std::array<square, 3> grams{};
  std::vector<ring_slot> ring;
  std::size_t newest = 0;
  bool has_spare = false;    // the last column is for what is new
  float spare_strength = 0;  // entries of its pattern in a slice, less a tenth for each one since

  void form_grams() {
    for (auto const each : {minutes, sources, ports})
      grams[each] = internal::gram_of(model.factors[each]);
  }

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
    internal::multiply_minutes(ring[slot].by_source, model, products);
    internal::solve_row(internal::way_gram(model, grams, minutes), model.rank,
                        internal::minute_target(model, products[slot]).value,
                        model.factors[minutes][slot].value, 4);
    grams[minutes] = internal::gram_of(model.factors[minutes]);
  }

  /// Solves the rows of one way that are wanted.
  void solve_rows(way which, std::vector<std::uint8_t> const& wanted) {
    std::vector<lane_cell> targets(wanted.size());
    for (auto const& slot : ring) {
      if (which == sources)
        internal::multiply_sources(slot.by_port, model, wanted.data(), targets);
      else
        internal::multiply_ports(slot.by_source, model, wanted.data(), targets);
    }
    auto const gram = internal::way_gram(model, grams, which);
    for (std::size_t i = 0; i < wanted.size(); ++i)
      if (wanted[i] != 0)
        internal::solve_row(gram, model.rank, targets[i].value, model.factors[which][i].value, 2);
    grams[which] = internal::gram_of(model.factors[which]);
  }

  /// The column for what is new, after the slice of a slot has been solved.
  void watch_for_new(std::size_t slot) {
    auto const& slice = ring[slot].by_source;
    auto const spare = model.rank - 1;
    std::vector<float> rests;
    std::vector<std::uint32_t> unexplained(model.factors[ports].size());
    auto const part = internal::minute_part(model, slot);
    auto const spare_part =
        model.core[spare][spare].value[spare] * model.factors[minutes][slot].value[spare];
    float by_spare = 0;
    for (auto const& each : slice) {
      auto const& source = model.factors[sources][each.at[sources]].value;
      auto const& port = model.factors[ports][each.at[ports]].value;
      lane sum{};
      for (std::size_t b = 0; b < model.rank; ++b) sum += source[b] * part[b].value;
      sum *= port;
      float value = 0;
      for (std::size_t c = 0; c < model.rank; ++c) value += sum[c];
      rests.push_back(std::max(0.0F, each.count - value));
      unexplained[each.at[ports]] += 2 * rests.back() >= each.count ? 1 : 0;
      by_spare += 2 * spare_part * source[spare] * port[spare] >= each.count ? 1.0F : 0.0F;
    }
    spare_strength = std::max(by_spare, 0.9F * spare_strength);
    auto const best = std::ranges::max_element(unexplained);
    if (best == unexplained.end() || *best < 2 || static_cast<float>(*best) <= spare_strength)
      return;
    spare_strength = static_cast<float>(*best);
    auto const port = static_cast<std::uint32_t>(best - unexplained.begin());
    take_pattern(slot, port, pattern_at(port, slice, rests));
  }

  /// More sources at the port of the pattern that is there join it; another one takes its place.
  void take_pattern(std::size_t slot, std::uint32_t port, new_pattern const& of) {
    auto const spare = model.rank - 1;
    // Numbers of a lane are read and written as such: clang binds no reference to them.
    auto& core = model.core[spare][spare].value;
    float largest = 0;
    for (auto const& row : model.factors[ports]) largest = std::max(largest, row.value[spare]);
    auto const is_its_port =
        core[spare] > 0 && largest > 0 && 2 * model.factors[ports][port].value[spare] >= largest;
    if (!is_its_port) {
      for (auto& factor : model.factors)
        for (auto& row : factor) row.value[spare] = 0;
      for (auto const& [at, value] : of.ports) model.factors[ports][at].value[spare] = value;
      core[spare] = of.weight;
    }
    float most = 0;
    for (auto const& row : model.factors[sources]) most = std::max(most, row.value[spare]);
    if (!(most > 0)) most = 1;
    for (auto const& [at, value] : of.sources) {
      auto& row = model.factors[sources][at].value;
      row[spare] = std::max(float{row[spare]}, most * value);
    }
    auto& minute = model.factors[minutes][slot].value;
    if (!(minute[spare] > 0))
      minute[spare] = is_its_port ? of.weight / (core[spare] * most * largest) : 1;
    form_grams();
  }
};

tucker_stream::~tucker_stream() = default;
tucker_stream::tucker_stream(tucker_stream&&) noexcept = default;
auto tucker_stream::operator=(tucker_stream&&) noexcept -> tucker_stream& = default;
tucker_stream::tucker_stream(std::unique_ptr<state> own) : state_{std::move(own)} {}

tucker_stream::tucker_stream(tensor const& window, tucker const& start)
    : state_{std::make_unique<state>()} {
  KIZASHI_ASSERT(window.lengths[minutes] > 0);
  auto& own = *state_;
  auto const rank = start.rank;
  own.has_spare = rank < most_rank;
  own.model.rank = rank + (own.has_spare ? 1 : 0);
  for (std::size_t each = 0; each < 3; ++each) {
    own.model.factors[each].resize(window.lengths[each]);
    for (std::size_t i = 0; i < window.lengths[each]; ++i)
      for (std::size_t k = 0; k < rank; ++k)
        own.model.factors[each][i].value[k] = start.factors[each][i * rank + k];
  }
  for (std::size_t a = 0; a < rank; ++a)
    for (std::size_t b = 0; b < rank; ++b)
      for (std::size_t c = 0; c < rank; ++c)
        own.model.core[a][b].value[c] = start.core[(a * rank + b) * rank + c];
  own.form_grams();
  own.ring.resize(window.lengths[minutes]);
  own.newest = own.ring.size() - 1;
  for (auto const& each : window.entries) own.ring[each.at[minutes]].by_source.push_back(each);
  for (auto& slot : own.ring) slot.sort();
}

void tucker_stream::push(std::span<slice_entry const> slice) {
  auto& own = *state_;
  own.grow(slice);
  auto const slot = (own.newest + 1) % own.ring.size();
  std::array<std::vector<std::uint8_t>, 3> wanted;
  for (auto const each : {sources, ports}) wanted[each].resize(own.model.factors[each].size());
  auto& into = own.ring[slot];
  for (auto const& each : into.by_source)
    for (auto const which : {sources, ports}) wanted[which][each.at[which]] = 1;
  into.by_source.clear();
  for (auto const& each : slice) {
    into.by_source.push_back(
        {{static_cast<std::uint32_t>(slot), each.source, each.port}, each.count});
    wanted[sources][each.source] = 1;
    wanted[ports][each.port] = 1;
  }
  into.sort();
  own.newest = slot;
  own.solve_minute(slot);
  own.solve_rows(sources, wanted[sources]);
  own.solve_rows(ports, wanted[ports]);
  // Once more, now that rows which began at zero say something of the minute.
  own.solve_minute(slot);
  if (own.has_spare) own.watch_for_new(slot);
}

auto tucker_stream::current() const -> tucker {
  auto const& own = *state_;
  tucker answer;
  auto const rank = answer.rank = own.model.rank;
  auto scaled = own.model;
  for (auto const each : {minutes, sources, ports}) internal::scale_columns(scaled, each);
  // What has left the range of a float is in no block.
  auto const sane = [](float value) { return std::isfinite(value) ? value : 0.0F; };
  for (std::size_t each = 0; each < 3; ++each) {
    answer.factors[each].reserve(scaled.factors[each].size() * rank);
    for (auto const& row : scaled.factors[each])
      for (std::size_t k = 0; k < rank; ++k) answer.factors[each].push_back(sane(row.value[k]));
  }
  for (std::size_t a = 0; a < rank; ++a)
    for (std::size_t b = 0; b < rank; ++b)
      for (std::size_t c = 0; c < rank; ++c)
        answer.core.push_back(sane(scaled.core[a][b].value[c]));
  return answer;
}

auto tucker_stream::fit() const -> double {
  auto const& own = *state_;
  auto const& rows = own.model.factors[sources];
  std::vector<lane_cell> targets(rows.size());
  double squares = 0, both = 0, whole = 0;
  for (auto const& slot : own.ring) {
    internal::multiply_sources(slot.by_port, own.model, nullptr, targets);
    for (auto const& each : slot.by_source)
      squares += static_cast<double>(each.count) * static_cast<double>(each.count);
  }
  if (!(squares > 0)) return 0;
  auto const gram = internal::way_gram(own.model, own.grams, sources);
  for (std::size_t i = 0; i < targets.size(); ++i)
    for (std::size_t k = 0; k < own.model.rank; ++k)
      both += static_cast<double>(targets[i].value[k]) * static_cast<double>(rows[i].value[k]);
  for (std::size_t k = 0; k < own.model.rank; ++k)
    for (std::size_t l = 0; l < own.model.rank; ++l)
      whole += static_cast<double>(gram[k].value[l]) *
               static_cast<double>(own.grams[sources][k].value[l]);
  return std::clamp((2 * both - whole) / squares, 0.0, 1.0);
}

auto tucker_stream::newest() const noexcept -> std::size_t {
  return state_->newest;
}

auto tucker_stream::window() const -> tensor {
  tensor answer;
  answer.lengths = {state_->ring.size(), length(sources), length(ports)};
  for (auto const& slot : state_->ring)
    answer.entries.insert(answer.entries.end(), slot.by_source.begin(), slot.by_source.end());
  return answer;
}

auto tucker_stream::slot(std::size_t number) const -> std::span<entry const> {
  return state_->ring[number].by_source;
}

auto tucker_stream::length(way which) const noexcept -> std::size_t {
  return state_->model.factors[which].size();
}

void tucker_stream::save(state_writer& out) const {
  auto const& own = *state_;
  auto const rank = own.model.rank;
  out.number(rank);
  out(own.has_spare, own.spare_strength);
  out.number(own.newest);
  for (auto const each : {sources, ports}) out.number(own.model.factors[each].size());
  for (auto const& factor : own.model.factors)
    for (auto const& row : factor)
      for (std::size_t k = 0; k < rank; ++k) out.scalar(row.value[k]);
  for (std::size_t a = 0; a < rank; ++a)
    for (std::size_t b = 0; b < rank; ++b)
      for (std::size_t c = 0; c < rank; ++c) out.scalar(own.model.core[a][b].value[c]);
  for (auto const& slot : own.ring) {
    out.number(slot.by_source.size());
    for (auto const& each : slot.by_source) out(each.at[sources], each.at[ports], each.count);
  }
}

auto tucker_stream::restore(state_reader& in, std::size_t slots) -> tucker_stream {
  auto made = std::make_unique<state>();
  auto const rank = made->model.rank = static_cast<std::size_t>(in.at_most(most_rank));
  in(made->has_spare, made->spare_strength);
  made->newest = static_cast<std::size_t>(in.number());
  in.expect(rank >= (made->has_spare ? 2 : 1) && made->newest < slots, "a stream of blocks");
  auto const next_value = [&] {
    float value = 0;
    in(value);
    in.expect(std::isfinite(value) && value >= 0, "a number of a factor");
    return value;
  };
  in.expect(std::isfinite(made->spare_strength), "the strength of a pattern");
  std::array<std::size_t, 3> lengths{slots, in.count(1), in.count(1)};
  for (std::size_t each = 0; each < 3 && in.is_good(); ++each) {
    made->model.factors[each].resize(lengths[each]);
    for (auto& row : made->model.factors[each])
      for (std::size_t k = 0; k < rank; ++k) row.value[k] = next_value();
  }
  for (std::size_t a = 0; a < rank; ++a)
    for (std::size_t b = 0; b < rank; ++b)
      for (std::size_t c = 0; c < rank; ++c) made->model.core[a][b].value[c] = next_value();
  made->ring.resize(slots);
  for (std::uint32_t slot = 0; slot < slots && in.is_good(); ++slot) {
    for (auto left = in.count(3); left > 0 && in.is_good(); --left) {
      entry each{{slot, 0, 0}, 0};
      in(each.at[sources], each.at[ports], each.count);
      in.expect(each.at[sources] < lengths[sources] && each.at[ports] < lengths[ports] &&
                    each.count > 0 && std::isfinite(each.count),
                "an entry of a tensor");
      if (in.is_good()) made->ring[slot].by_source.push_back(each);
    }
    made->ring[slot].sort();
  }
  made->form_grams();
  return tucker_stream{std::move(made)};
}

}  // namespace kizashi::engine::ntd
