#include "kizashi/recognise/discover/evidence.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <unordered_map>

#include "kizashi/base/random.hpp"

namespace kizashi::recognise::discover {

namespace {

using member = packet_sample::member;

/// A source whose packets agree by a chance below this has the relation: 2^-20.
constexpr double sure_bits = 20;

/// A number that stands for the bytes of a row that take part. Rows with the same bytes agree of
/// necessity and count once.
auto identity(std::uint32_t support, sample_row const& row) noexcept -> std::uint64_t {
  std::uint64_t hash = support;
  for (; support != 0; support &= support - 1)
    hash = (hash ^ row.bytes[static_cast<unsigned>(std::countr_zero(support))]) * 0x100000001B3;
  return hash;
}

/// How many of the rows in `mask` differ in the bytes that take part.
auto count_different(relation const& of, member const& each, std::uint32_t mask) -> unsigned {
  std::array<std::uint64_t, 32> met;
  unsigned count = 0;
  auto const support = of.support();
  for (; mask != 0; mask &= mask - 1) {
    auto const who = identity(support, each.rows[static_cast<unsigned>(std::countr_zero(mask))]);
    if (std::find(met.begin(), met.begin() + count, who) == met.begin() + count) met[count++] = who;
  }
  return count;
}

auto choose_bits(unsigned n, unsigned m) -> double {
  return (std::lgamma(n + 1.0) - std::lgamma(m + 1.0) - std::lgamma(n - m + 1.0)) / std::log(2.0);
}

/// Minus log2 of the chance that at least `m` of `n` pass a test which each passes with 2^-bits:
/// below by the union bound C(n, m) 2^(-bits m).
auto tail_bits(unsigned n, unsigned m, double bits) -> double {
  return m == 0 ? 0 : std::max(0.0, m * bits - choose_bits(n, m));
}

/// What a member says of a relation.
struct voice {
  std::uint8_t rows = 0;
  std::uint8_t matches = 0;  // rows that have it
  std::uint8_t different =
      0;  // of these with different bytes; of a key one less: the first is free
};

auto listen(relation const& of, member const& each) -> voice {
  voice out;
  out.rows = static_cast<std::uint8_t>(each.rows.size());
  auto const mask = matching_rows(of, each);
  if (mask == 0) return out;
  out.matches = static_cast<std::uint8_t>(std::popcount(mask));
  auto different = count_different(of, each, mask);
  if (of.is_key && different > 0) --different;
  if (of.is_key && different == 0) out.matches = 0;
  out.different = static_cast<std::uint8_t>(different);
  return out;
}

auto is_sure(voice const& each, double bits) -> bool {
  return each.different > 0 && tail_bits(each.rows, each.different, bits) >= sure_bits;
}

/// A crowd of sources with a packet or two each: more of them have the relation than twenty times
/// what chance explains.
auto is_crowd(std::vector<voice> const& voices, double bits) -> bool {
  double expected = 0;
  double found = 0;
  for (auto const& each : voices) {
    if (is_sure(each, bits)) continue;
    expected += each.rows * std::exp2(-bits);
    if (each.different > 0 && each.matches * 2 >= each.rows) found += 1;
  }
  return found >= 10 && found > 20 * expected;
}

/// A key is a source's own. Sources that share its value have the relation with a constant, a
/// stronger statement that is weighed for itself: they are no supporters of the key.
void drop_shared_keys(std::span<member const> members, std::vector<voice> const& voices,
                      double bits, evidence& of) {
  std::vector<std::uint32_t> keys;
  for (auto const index : of.supporters) {
    auto const first = std::countr_zero(matching_rows(of.of, members[index]));
    keys.push_back(evaluate(of.of, members[index].rows[static_cast<unsigned>(first)]));
  }
  std::unordered_map<std::uint32_t, std::size_t> sharing;
  for (auto const key : keys) ++sharing[key];
  auto const most = std::max<std::size_t>(3, keys.size() / 20);
  std::vector<std::uint32_t> left;
  of.packets = 0;
  of.surprise = 0;
  for (std::size_t i = 0; i < keys.size(); ++i) {
    if (sharing[keys[i]] > most) continue;
    auto const& each = voices[of.supporters[i]];
    left.push_back(of.supporters[i]);
    of.packets += each.matches;
    of.surprise += tail_bits(each.rows, each.different, bits);
  }
  of.supporters = std::move(left);
}

}  // namespace

auto evidence::theory() const noexcept -> double {
  return std::exp2(-static_cast<double>(of.bits()));
}

auto matching_rows(relation const& of, member const& of_source) -> std::uint32_t {
  std::uint32_t mask = 0;
  auto const rows = of_source.rows;
  if (!of.is_key) {
    for (std::size_t i = 0; i < rows.size(); ++i)
      if (evaluate(of, rows[i]) == of.value) mask |= 1U << i;
    return mask;
  }
  std::array<std::uint32_t, 32> values;
  for (std::size_t i = 0; i < rows.size(); ++i) values[i] = evaluate(of, rows[i]);
  for (std::size_t i = 0; i < rows.size(); ++i) {
    std::uint32_t same = 0;
    for (std::size_t j = 0; j < rows.size(); ++j)
      if (values[j] == values[i]) same |= 1U << j;
    if (std::popcount(same) > std::popcount(mask)) mask = same;
  }
  return std::popcount(mask) >= 2 ? mask : 0;
}

auto weigh(relation const& of, std::span<member const> members) -> evidence {
  evidence out;
  out.of = of;
  std::vector<voice> voices;
  voices.reserve(members.size());
  for (auto const& each : members) voices.push_back(listen(of, each));
  double bits = of.bits();
  // Where others pass more often than bits say, as fields of few values do, that is the chance.
  for (int round = 0; round < 2; ++round) {
    auto const crowd = is_crowd(voices, bits);
    out.supporters.clear();
    out.packets = out.rest_packets = out.rest_matches = 0;
    out.surprise = 0;
    for (std::size_t i = 0; i < voices.size(); ++i) {
      auto const& each = voices[i];
      auto const in_crowd = crowd && each.different > 0 && each.matches * 2 >= each.rows;
      if (!in_crowd && !is_sure(each, bits)) {
        out.rest_packets += each.rows;
        out.rest_matches += each.matches;
        continue;
      }
      out.supporters.push_back(static_cast<std::uint32_t>(i));
      out.packets += each.matches;
      out.surprise += tail_bits(each.rows, each.different, bits);
    }
    auto const measured = out.rest_rate();
    if (measured <= 2 * out.theory() || out.rest_matches < 10) break;
    bits = std::min(bits, -std::log2(measured));
  }
  if (of.is_key) drop_shared_keys(members, voices, bits, out);
  return out;
}

}  // namespace kizashi::recognise::discover
