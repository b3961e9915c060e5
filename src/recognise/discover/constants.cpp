// One value of a field that many sources share: the simplest mark a tool leaves.
#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <unordered_map>

#include "kizashi/recognise/discover/evidence.hpp"

namespace kizashi::recognise::discover {

namespace {

using member = packet_sample::member;

auto constant_of(word w) -> relation {
  relation out;
  out.size = static_cast<std::uint8_t>(size_of(w));
  for (std::size_t i = 0; i < out.size; ++i) out.lanes[i] = 1U << (begin_of(w) + i);
  return out;
}

auto met_destinations(member const& each) -> bool {
  return std::any_of(each.rows.begin(), each.rows.end(), [&](auto const& row) {
    return row.value(word::destination) != each.rows.front().value(word::destination);
  });
}

/// Whether each packet of a source (four of five) has `value`.
auto has_throughout(member const& each, word w, std::uint32_t value) -> bool {
  auto const count = std::count_if(each.rows.begin(), each.rows.end(),
                                   [&](auto const& row) { return row.value(w) == value; });
  return static_cast<std::size_t>(count) * 5 >= each.rows.size() * 4;
}

/// The value that most of a source's packets have.
auto usual_value(member const& each, word w) -> std::uint32_t {
  auto const middle = each.rows.size() / 2;
  std::array<std::uint32_t, 32> values;
  for (std::size_t i = 0; i < each.rows.size(); ++i) values[i] = each.rows[i].value(w);
  std::nth_element(values.begin(), values.begin() + middle, values.begin() + each.rows.size());
  return values[middle];
}

/// Minus log2 of the chance that `sharing` of `all` sources have one value of 2^bits, whichever.
auto sharing_bits(std::size_t all, std::size_t sharing, double bits) -> double {
  auto const n = static_cast<double>(all);
  auto const m = static_cast<double>(sharing);
  auto const ways =
      (std::lgamma(n + 1) - std::lgamma(m + 1) - std::lgamma(n - m + 1)) / std::log(2.0);
  return bits * (m - 1) - ways;
}

/// Words whose constancy is a mark. The ports of answers and of UDP are those of services.
auto marks_of(scope where) -> std::vector<word> {
  switch (where) {
    case scope::tcp_syn:
      return {word::ip_id, word::source_port, word::sequence, word::acknowledgement};
    case scope::tcp_other:
      return {word::ip_id, word::sequence, word::acknowledgement};
    case scope::udp:
    case scope::icmp:
      return {word::ip_id};
  }
  return {};
}

/// A SYN's sequence number may be anything; a reset that answers a SYN has zero (RFC 9293, 3.5.2).
auto is_ordinary(word w, std::uint32_t value, scope where) -> bool {
  return value == 0 && (w != word::sequence || where != scope::tcp_syn);
}

/// Whether a source can show that a word is constant: three packets to two destinations.
auto can_show(member const& each) -> bool {
  return each.rows.size() >= 3 && met_destinations(each);
}

constexpr double least_surprise = 20;

}  // namespace

auto is_constant(relation const& of) noexcept -> bool {
  if (of.is_sum() || of.is_key) return false;
  for (std::size_t i = 0; i < of.size; ++i)
    if (std::popcount(of.lanes[i]) != 1) return false;
  return true;
}

auto weigh_constant(relation const& of, std::span<member const> members) -> evidence {
  evidence out;
  out.of = of;
  auto const w = word_of(static_cast<unsigned>(std::countr_zero(of.lanes[0])));
  std::size_t all = 0;
  std::size_t sharing = 0;
  for (std::size_t i = 0; i < members.size(); ++i) {
    auto const& each = members[i];
    if (each.rows.empty()) continue;
    auto const matches = std::popcount(matching_rows(of, each));
    auto const is_throughout = static_cast<std::size_t>(matches) * 5 >= each.rows.size() * 4;
    if (can_show(each) && has_throughout(each, w, usual_value(each, w))) {
      ++all;
      sharing += is_throughout ? 1 : 0;
    }
    // A source with one packet shows nothing; beside a group that is sure it is counted with it.
    if (is_throughout) {
      out.supporters.push_back(static_cast<std::uint32_t>(i));
      out.packets += static_cast<std::uint64_t>(matches);
    } else {
      out.rest_packets += each.rows.size();
      out.rest_matches += static_cast<std::uint64_t>(matches);
    }
  }
  if (sharing >= 2) out.surprise = std::max(0.0, sharing_bits(all, sharing, of.bits()));
  return out;
}

auto find_constants(std::span<member const> members, scope where, std::size_t least_sources)
    -> std::vector<evidence> {
  std::vector<evidence> out;
  for (auto const w : marks_of(where)) {
    std::unordered_map<std::uint32_t, std::size_t> sharing;
    std::size_t all = 0;
    for (auto const& each : members) {
      if (!can_show(each)) continue;
      auto const value = usual_value(each, w);
      if (!has_throughout(each, w, value)) continue;
      ++all;
      if (!is_ordinary(w, value, where)) ++sharing[value];
    }
    for (auto const& [value, sources] : sharing) {
      // Whatever is asked for, a value of one source is no mark of a group.
      if (sources < std::max<std::size_t>(least_sources, 2)) continue;
      if (sharing_bits(all, sources, 8.0 * static_cast<double>(size_of(w))) < least_surprise)
        continue;
      auto of = constant_of(w);
      of.value = value;
      out.push_back(weigh_constant(of, members));
    }
  }
  return out;
}

}  // namespace kizashi::recognise::discover
