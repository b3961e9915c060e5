// Null vectors speak of bytes; a tool's author wrote words. Here bytes that lie side by side become
// words again, and what is constant in these rows by chance is filled in.
#include "kizashi/recognise/discover/candidates.hpp"

#include <algorithm>
#include <optional>

namespace kizashi::recognise::discover {

namespace {

using rows_view = std::span<sample_row const* const>;

constexpr word outputs[] = {word::source_port, word::sequence, word::acknowledgement,
                            word::window,      word::ip_id,    word::mss};

constexpr auto mask_of(word w) noexcept -> std::uint32_t {
  return ((1U << size_of(w)) - 1) << begin_of(w);
}

/// Whom a sender chooses says nothing of how it makes packets, and equal ports are ordinary.
auto is_about_targets(relation const& of) noexcept -> bool {
  constexpr auto targets =
      mask_of(word::destination) | mask_of(word::source) | mask_of(word::destination_port);
  constexpr auto ports = mask_of(word::destination_port) | mask_of(word::source_port);
  return (of.support() & ~targets) == 0 || (of.support() & ~ports) == 0;
}

/// The bytes of a word from `first` on as lanes, when the rows determine each and at least one by
/// another byte.
auto take_lanes(null_space const& solved, std::size_t first, std::size_t size)
    -> std::optional<relation> {
  relation out;
  out.size = static_cast<std::uint8_t>(size);
  auto has_relation = false;
  for (std::size_t i = 0; i < size; ++i) {
    out.lanes[i] = solved.relation[first + i];
    if (out.lanes[i] == 0) return std::nullopt;
    has_relation = has_relation || std::popcount(out.lanes[i]) > 1;
  }
  if (!has_relation || is_about_targets(out)) return std::nullopt;
  return out;
}

/// Where the other bytes of the word around `column` belong when that one stands in lane `lane`:
/// adds those which are constant in the rows and so are missing.
void complete_word(relation& out, std::size_t lane, std::size_t column, std::uint32_t constant) {
  auto const w = word_of(column);
  auto const byte = column - begin_of(w);
  auto const put = [&](std::size_t to, std::size_t which) {
    auto const bit = 1U << (begin_of(w) + which);
    if ((constant & bit) != 0) out.lanes[to] |= bit;
  };
  if (out.size == 4 && size_of(w) == 4 && (lane == byte || lane == 3 - byte)) {
    for (std::size_t i = 0; i < 4; ++i) put(lane == byte ? i : 3 - i, i);
  } else if (out.size >= 2) {
    // One half of a word in one half of the value, in order or reversed: the other byte of the
    // pair.
    put(lane ^ 1, byte ^ 1);
  }
}

auto complete(relation const& from, null_space const& solved) -> relation {
  auto out = from;
  for (std::size_t lane = 0; lane < from.size; ++lane)
    for (auto left = from.lanes[lane]; left != 0; left &= left - 1)
      complete_word(out, lane, static_cast<std::size_t>(std::countr_zero(left)), solved.constant);
  return out;
}

/// Two bytes in the order given.
struct pair_of_bytes {
  std::uint32_t high = 0;
  std::uint32_t low = 0;
  std::uint32_t value = 0;
};

/// The halves of words that are constant in the rows, in both orders, outside of `used`.
auto constant_pairs(sample_row const& row, null_space const& solved, std::uint32_t used)
    -> std::vector<pair_of_bytes> {
  std::vector<pair_of_bytes> all;
  for (auto const w : {word::destination_port, word::source_port, word::source, word::destination})
    for (auto at = begin_of(w); at < begin_of(w) + size_of(w); at += 2) {
      auto const both = 3U << at;
      auto const value = row.number(at, 2);
      if ((solved.constant & both) != both || (used & both) != 0 || value == 0) continue;
      all.push_back({1U << at, 2U << at, value});
      all.push_back({2U << at, 1U << at, (value & 0xFF) << 8 | value >> 8});
    }
  return all;
}

/// Ways to make the constant of the 16 bits at `lane` vanish by at most two constant words.
auto explain_half(relation const& of, std::size_t lane, std::uint32_t constant,
                  std::vector<pair_of_bytes> const& pairs) -> std::vector<relation> {
  std::vector<relation> ways;
  if (constant == 0) return {of};
  auto const with = [&](relation base, pair_of_bytes const& pair) {
    base.lanes[lane] |= pair.high;
    base.lanes[lane + 1] |= pair.low;
    return base;
  };
  for (auto const& one : pairs)
    if (one.value == constant) ways.push_back(with(of, one));
  if (!ways.empty()) return ways;
  for (auto one = pairs.begin(); one != pairs.end(); ++one)
    for (auto other = one + 1; other != pairs.end(); ++other)
      if ((one->value ^ other->value) == constant && (one->high & (other->high | other->low)) == 0)
        ways.push_back(with(with(of, *one), *other));
  return ways;
}

void explain(relation const& of, std::uint32_t constant, sample_row const& row,
             null_space const& solved, std::vector<relation>& out) {
  if (of.size < 2) return;
  auto const pairs = constant_pairs(row, solved, of.support());
  auto const upper = of.size == 4 ? constant >> 16 : constant;
  for (auto const& way : explain_half(of, 0, upper, pairs)) {
    if (of.size == 2) {
      out.push_back(way);
      continue;
    }
    for (auto const& whole : explain_half(way, 2, constant & 0xFFFF, pairs)) out.push_back(whole);
  }
}

void offer(relation of, sample_row const& row, null_space const& solved,
           std::vector<relation>& out) {
  auto const constant = evaluate(of, row);
  of.value = 0;
  if (constant == 0) {
    out.push_back(of);
    return;
  }
  explain(of, constant, row, solved, out);
  of.is_key = true;
  out.push_back(of);
  of.is_key = false;
  of.value = constant;
  out.push_back(of);
}

void suggest_word(word w, sample_row const& row, null_space const& solved,
                  std::vector<relation>& out) {
  auto const first = begin_of(w);
  auto const offer_lanes = [&](std::size_t at, std::size_t size) {
    auto const lanes = take_lanes(solved, at, size);
    if (!lanes) return false;
    auto const whole = complete(*lanes, solved);
    offer(whole, row, solved, out);
    // The filled-in bytes may be there by chance: without them the constant stays.
    if (whole != *lanes && evaluate(whole, row) != 0) offer(*lanes, row, solved, out);
    return true;
  };
  if (size_of(w) == 4 && offer_lanes(first, 4)) return;
  for (auto half = first; half < first + size_of(w); half += 2)
    if (!offer_lanes(half, 2))
      for (auto at = half; at < half + 2; ++at) static_cast<void>(offer_lanes(at, 1));
}

}  // namespace

auto suggest_xors(rows_view rows, null_space const& solved) -> std::vector<relation> {
  std::vector<relation> out;
  if (rows.empty()) return out;
  for (auto const w : outputs) suggest_word(w, *rows.front(), solved, out);
  return out;
}

auto suggest(rows_view rows) -> std::vector<relation> {
  if (rows.size() < least_rows) return {};
  constexpr auto all = (1U << columns) - 1 - mask_of(word::ip_length);
  auto const solved = solve(rows, all);
  auto out = suggest_xors(rows, solved);
  auto sums = suggest_sums(rows, solved);
  out.insert(out.end(), sums.begin(), sums.end());
  return out;
}

}  // namespace kizashi::recognise::discover
