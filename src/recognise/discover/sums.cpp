// Sums of words: two or three differences to the first row that cancel in every row. Few words are
// computed with, so all pairs are tried; the second row ends nearly all of them.
#include <algorithm>
#include <array>

#include "kizashi/recognise/discover/candidates.hpp"

namespace kizashi::recognise::discover {

namespace {

using rows_view = std::span<sample_row const* const>;

constexpr auto at(word w, std::size_t offset = 0, std::uint8_t size = 2, bool is_swapped = false)
    -> operand {
  return {static_cast<std::uint8_t>(begin_of(w) + offset), size, is_swapped, false};
}

constexpr auto operands_16 = std::to_array<operand>({
    at(word::destination, 0),
    at(word::destination, 2),
    at(word::destination, 0, 2, true),
    at(word::destination, 2, 2, true),
    at(word::source, 0),
    at(word::source, 2),
    at(word::source, 0, 2, true),
    at(word::source, 2, 2, true),
    at(word::destination_port),
    at(word::destination_port, 0, 2, true),
    at(word::source_port),
    at(word::source_port, 0, 2, true),
    at(word::sequence, 0),
    at(word::sequence, 2),
    at(word::acknowledgement, 0),
    at(word::acknowledgement, 2),
    at(word::window),
    at(word::ip_id),
});

constexpr auto operands_32 = std::to_array<operand>({
    at(word::destination, 0, 4),
    at(word::destination, 0, 4, true),
    at(word::source, 0, 4),
    at(word::source, 0, 4, true),
    at(word::sequence, 0, 4),
    at(word::acknowledgement, 0, 4),
});

/// The words from the source port on are made by the sender.
constexpr auto is_made(operand const& each) noexcept -> bool {
  return each.column >= begin_of(word::source_port) && !each.is_swapped;
}

/// One operand's values as differences to the first row.
struct track {
  operand from;
  std::uint32_t first = 0;
  std::vector<std::uint32_t> steps;
  bool is_constant = false;
  bool varies_much = false;  ///< at least four different values
};

auto follow(operand const& each, rows_view rows) -> track {
  track out{each, value_of(each, *rows.front()), {}, false, false};
  auto const mask = each.size == 4 ? ~0U : 0xFFFFU;
  std::vector<std::uint32_t> different;
  for (auto const* row : rows) {
    out.steps.push_back((value_of(each, *row) - out.first) & mask);
    if (different.size() < 4 &&
        std::find(different.begin(), different.end(), out.steps.back()) == different.end())
      different.push_back(out.steps.back());
  }
  out.is_constant = different.size() == 1;
  out.varies_much = different.size() >= 4;
  return out;
}

class sum_finder {
public:
  sum_finder(rows_view rows, std::span<operand const> operands, std::vector<relation>& out)
      : mask_{operands.front().size == 4 ? ~0U : 0xFFFFU}, out_{&out} {
    for (auto const& each : operands) tracks_.push_back(follow(each, rows));
  }

  /// All sums for the operand at `made`; whether there is one.
  auto find(std::size_t made) -> bool {
    auto const before = out_->size();
    auto const& output = tracks_[made];
    for (std::size_t a = 0; a < made; ++a) {
      if (!is_usable(tracks_[a], output)) continue;
      try_terms(output, {&tracks_[a]});
    }
    if (out_->size() > before) return true;
    for (std::size_t a = 0; a < made; ++a)
      for (std::size_t b = a + 1; b < made; ++b)
        if (is_usable(tracks_[a], output) && is_usable(tracks_[b], output) &&
            tracks_[a].from.column != tracks_[b].from.column)
          try_terms(output, {&tracks_[a], &tracks_[b]});
    return out_->size() > before;
  }
  [[nodiscard]] auto size() const noexcept -> std::size_t { return tracks_.size(); }
  [[nodiscard]] auto at(std::size_t i) const noexcept -> track const& { return tracks_[i]; }

private:
  static auto is_usable(track const& input, track const& output) noexcept -> bool {
    return !input.is_constant && word_of(input.from.column) != word_of(output.from.column);
  }

  void try_terms(track const& output, std::vector<track const*> const& inputs) {
    for (unsigned signs = 0; signs < 1U << inputs.size(); ++signs)
      if (holds(output, inputs, signs)) offer(output, inputs, signs);
  }

  /// Bit i of `signs`: input i is subtracted in "output = ...".
  [[nodiscard]] auto holds(track const& output, std::vector<track const*> const& inputs,
                           unsigned signs) const noexcept -> bool {
    for (std::size_t row = 1; row < output.steps.size(); ++row) {
      auto left = output.steps[row];
      for (std::size_t i = 0; i < inputs.size(); ++i)
        left += (signs >> i & 1) != 0 ? inputs[i]->steps[row] : 0U - inputs[i]->steps[row];
      if ((left & mask_) != 0) return false;
    }
    return true;
  }

  void offer(track const& output, std::vector<track const*> const& inputs, unsigned signs) {
    relation sum;
    sum.size = output.from.size;
    sum.terms[sum.term_count++] = output.from;
    auto rest = output.first;
    for (std::size_t i = 0; i < inputs.size(); ++i) {
      auto term = inputs[i]->from;
      // What is added in "output = ..." is subtracted on the side of the output.
      term.is_negative = (signs >> i & 1) == 0;
      rest += term.is_negative ? 0U - inputs[i]->first : inputs[i]->first;
      sum.terms[sum.term_count++] = term;
    }
    sum.value = rest & mask_;
    // Equal ports, or ports in step, are ordinary.
    constexpr auto ports = 0xFU << begin_of(word::destination_port);
    if ((sum.support() & ~ports) == 0) return;
    out_->push_back(sum);
    if (sum.value == 0) return;
    for (auto const& each : tracks_) {
      if (!each.is_constant || each.first == 0 || is_made(each.from)) continue;
      for (auto const is_negative : {true, false}) {
        auto more = sum;
        auto term = each.from;
        term.is_negative = is_negative;
        more.terms[more.term_count++] = term;
        more.value = (rest + (is_negative ? 0U - each.first : each.first)) & mask_;
        if (more.value == 0) out_->push_back(more);
      }
    }
  }

  std::uint32_t mask_;
  std::vector<track> tracks_;
  std::vector<relation>* out_;
};

auto is_xor(operand const& output, null_space const& solved) noexcept -> bool {
  for (std::size_t i = 0; i < output.size; ++i)
    if (solved.relation[output.column + i] == 0) return false;
  return true;
}

}  // namespace

auto suggest_sums(rows_view rows, null_space const& solved) -> std::vector<relation> {
  std::vector<relation> out;
  if (rows.empty()) return out;
  std::uint32_t done = 0;  // columns of sums found
  for (auto const operands : {std::span<operand const>{operands_32}, {operands_16}}) {
    sum_finder finder{rows, operands, out};
    for (std::size_t made = 0; made < finder.size(); ++made) {
      auto const& output = finder.at(made);
      auto const bits = ((1U << output.from.size) - 1) << output.from.column;
      if (!is_made(output.from) || !output.varies_much || (done & bits) != 0) continue;
      if (is_xor(output.from, solved)) continue;
      if (finder.find(made)) done |= bits;
    }
  }
  return out;
}

}  // namespace kizashi::recognise::discover
