#include "kizashi/recognise/discover/voting.hpp"

#include <algorithm>
#include <map>
#include <tuple>
#include <unordered_map>

#include "kizashi/base/random.hpp"
#include "kizashi/recognise/discover/candidates.hpp"

namespace kizashi::recognise::discover {

namespace {

using member = packet_sample::member;
using row_list = std::vector<sample_row const*>;

/// What an operating system decides about a packet, not its program.
using looks = std::tuple<std::uint32_t, std::uint16_t, bool, std::uint8_t>;

auto looks_of(sample_row const& row, std::uint8_t life) -> looks {
  return {row.options, static_cast<std::uint16_t>(row.value(word::mss)), row.dont_fragment, life};
}

/// The TTL that a packet had when it left: the next of the usual ones.
auto initial_ttl(std::uint8_t ttl) -> std::uint8_t {
  return ttl <= 32 ? 32 : ttl <= 64 ? 64 : ttl <= 128 ? 128 : 255;
}

class ballot {
public:
  /// A unit has one vote for each relation that it suggests.
  auto count(row_list const& rows) -> bool {
    auto suggested = suggest(rows);
    if (suggested.empty()) return false;
    std::sort(suggested.begin(), suggested.end(),
              [](auto const& a, auto const& b) { return hash_of(a) < hash_of(b); });
    suggested.erase(std::unique(suggested.begin(), suggested.end()), suggested.end());
    for (auto const& each : suggested) {
      auto const found = votes_.find(each);
      if (found != votes_.end())
        ++found->second;
      else if (votes_.size() < most_counted)
        votes_.emplace(each, 1);
    }
    return true;
  }

  [[nodiscard]] auto best(std::size_t least_votes) const -> std::vector<relation> {
    struct row {
      relation const* of;
      std::uint64_t rank;
      std::uint64_t tie;
    };
    std::vector<row> all;
    for (auto const& [of, votes] : votes_)
      if (votes >= least_votes) all.push_back({&of, std::uint64_t{votes} * of.bits(), hash_of(of)});
    std::sort(all.begin(), all.end(), [](auto const& a, auto const& b) {
      return std::tuple{b.rank, a.of->weight(), a.tie} < std::tuple{a.rank, b.of->weight(), b.tie};
    });
    if (all.size() > most_candidates) all.resize(most_candidates);
    std::vector<relation> out;
    for (auto const& each : all) out.push_back(*each.of);
    return out;
  }

private:
  /// Relations that are met once each, as accidents are, must not fill the memory.
  static constexpr std::size_t most_counted = 500'000;
  std::unordered_map<relation, std::uint32_t, relation_hash> votes_;
};

void count_source(member const& each, ballot& out) {
  row_list all;
  for (auto const& row : each.rows) all.push_back(&row);
  if (out.count(all)) return;
  std::map<looks, row_list> parts;
  for (auto const& row : each.rows) parts[looks_of(row, row.ttl)].push_back(&row);
  if (parts.size() < 2) return;
  for (auto const& [key, rows] : parts)
    if (rows.size() >= least_rows) static_cast<void>(out.count(rows));
}

/// Packets of sources that sent few, one of each.
class pools {
public:
  void add(member const& each) {
    if (each.rows.empty()) return;
    auto const& row = each.rows[mix64(each.source) % each.rows.size()];
    auto& pool = by_key_[{looks_of(row, initial_ttl(row.ttl)), row.value(word::destination_port)}];
    if (pool.size() < most_rows) pool.push_back(&row);
  }

  void count(ballot& out) const {
    std::vector<std::pair<std::size_t, row_list const*>> largest;
    for (auto const& [key, rows] : by_key_)
      if (rows.size() >= least_pool) largest.emplace_back(rows.size(), &rows);
    std::stable_sort(largest.begin(), largest.end(),
                     [](auto const& a, auto const& b) { return a.first > b.first; });
    if (largest.size() > most_pools) largest.resize(most_pools);
    random_source draw{0x9001};
    for (auto const& [size, rows] : largest)
      for (std::size_t i = 0; i < tries; ++i) static_cast<void>(out.count(eight_of(*rows, draw)));
  }

private:
  static constexpr std::size_t least_pool = 24;
  static constexpr std::size_t most_rows = 1024;
  static constexpr std::size_t most_pools = 256;
  /// Where half of a pool is of one tool, one eight in 256 is of that tool alone.
  static constexpr std::size_t tries = 1000;

  static auto eight_of(row_list const& rows, random_source& draw) -> row_list {
    row_list eight;
    while (eight.size() < 8) {
      auto const* const row = rows[draw.below(static_cast<std::uint32_t>(rows.size()))];
      if (std::find(eight.begin(), eight.end(), row) == eight.end()) eight.push_back(row);
    }
    return eight;
  }

  std::map<std::pair<looks, std::uint32_t>, row_list> by_key_;
};

}  // namespace

auto vote(std::span<member const> members, std::size_t least_votes) -> std::vector<relation> {
  ballot votes;
  pools few;
  for (auto const& each : members)
    if (each.rows.size() >= least_rows)
      count_source(each, votes);
    else
      few.add(each);
  few.count(votes);
  return votes.best(least_votes);
}

}  // namespace kizashi::recognise::discover
