#include "kizashi/telescope/events/coordination.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <tuple>
#include <utility>

#include "kizashi/telescope/internal/hashing.hpp"

namespace kizashi::telescope {
namespace {

using internal::sketch_hash;

/// Relative standard error of a sketch: 1.04 / sqrt(2^11).
constexpr double sketch_error = 0.023;

/// Repeats that chance must give before their absence says something.
constexpr double least_repeats = 10;
/// Of the repeats that chance gives: so many at most when a list is dealt out.
constexpr double most_of_chance = 0.2;
/// Pairs of sources that would touch if each had one run of neighbouring addresses at a random
/// place. With 10 expected, none touches with probability e^-10.
constexpr double least_touching = 10;
/// A list is the same when all together have hardly more than the one with most.
constexpr double most_of_largest = 1.25;
/// Smaller lists are the same by habit: the first address, the one that answered once.
constexpr std::uint64_t least_list = 16;
/// So many standard deviations from what chance gives.
constexpr double deviations = 4;
/// When the size is not known: visits for each different destination. Of N addresses visited 3 N
/// times at random, 95 % have been seen.
constexpr double least_visits = 3;

constexpr auto square(double x) -> double {
  return x * x;
}

constexpr auto rounded(double x) -> std::uint64_t {
  return static_cast<std::uint64_t>(x + 0.5);
}

}  // namespace

auto name_of(target_sharing each) noexcept -> std::string_view {
  switch (each) {
    case target_sharing::splits:
      return "splits";
    case target_sharing::repeats:
      return "repeats";
    case target_sharing::undecided:
      break;
  }
  return "undecided";
}

auto target_set::sketch() -> target_sketch& {
  if (sketch_.empty()) {
    auto& made = sketch_.emplace_back();
    for (auto const hash : hashes_) made.add(hash);
    hashes_ = {};
  }
  return sketch_.front();
}

void target_set::insert_each(std::span<std::uint64_t const> hashes) {
  if (hashes_.empty()) hashes_.reserve(hashes.size());
  for (auto const hash : hashes) {
    auto const at = std::ranges::lower_bound(hashes_, hash);
    if (at == hashes_.end() || *at != hash) hashes_.insert(at, hash);
  }
}

void target_set::insert_all(std::span<std::uint64_t const> hashes) {
  auto const known = static_cast<std::ptrdiff_t>(hashes_.size());
  hashes_.insert(hashes_.end(), hashes.begin(), hashes.end());
  std::sort(hashes_.begin() + known, hashes_.end());
  std::inplace_merge(hashes_.begin(), hashes_.begin() + known, hashes_.end());
  hashes_.erase(std::unique(hashes_.begin(), hashes_.end()), hashes_.end());
}

void target_set::add(std::span<std::uint64_t const> hashes) {
  if (is_exact()) {
    constexpr std::size_t few = 8;
    if (hashes.size() <= few)
      insert_each(hashes);
    else
      insert_all(hashes);
    if (hashes_.size() > most_exact) (void)sketch();
    return;
  }
  for (auto const hash : hashes) sketch_.front().add(hash);
}

void target_set::add(target_sketch const& other) {
  sketch().merge(other);
}

void target_set::merge(target_set const& other) {
  if (other.is_exact())
    add(other.hashes_);
  else
    add(other.sketch_.front());
}

auto target_set::count() const noexcept -> double {
  return is_exact() ? static_cast<double>(hashes_.size()) : sketch_.front().estimate();
}

void target_groups::group::add_octave(octave const& more) {
  auto const at = std::ranges::lower_bound(octaves, more.power, {}, &octave::power);
  if (at == octaves.end() || at->power != more.power) {
    octaves.insert(at, more);
    return;
  }
  at->events += more.events;
  at->targets += more.targets;
  at->sketched += more.sketched;
}

void target_groups::group::merge(group const& other) {
  first = events == 0 ? other.first : std::min(first, other.first);
  last = events == 0 ? other.last : std::max(last, other.last);
  events += other.events;
  packets += other.packets;
  most_targets = std::max(most_targets, other.most_targets);
  sources.merge(other.sources);
  targets.merge(other.targets);
  for (auto const& each : other.octaves) add_octave(each);
}

auto target_groups::group::bytes() const noexcept -> std::size_t {
  // About 32 for its place and for what the allocator adds.
  return sizeof(group_key) + sizeof(group) + 32 + sources.bytes() + targets.bytes() +
         octaves.size() * sizeof(octave);
}

auto target_groups::shard::group_of(group_key const& key) -> group& {
  if (internal::is_crowded(groups.size() + 1, places.size())) index();
  auto const mask = places.size() - 1;
  auto at = hash_of(key) & mask;
  for (; places[at] != 0; at = (at + 1) & mask)
    if (auto& each = groups[places[at] - 1]; each.key == key) return each.of;
  places[at] = static_cast<std::uint32_t>(groups.size() + 1);
  return groups.emplace_back(keyed_group{key, {}}).of;
}

void target_groups::shard::index() {
  constexpr std::size_t least_places = 16;
  places.assign(internal::places_for(groups.size() + 1, least_places), 0);
  auto const mask = places.size() - 1;
  for (std::size_t i = 0; i < groups.size(); ++i) {
    auto at = hash_of(groups[i].key) & mask;
    while (places[at] != 0) at = (at + 1) & mask;
    places[at] = static_cast<std::uint32_t>(i + 1);
  }
}

auto target_groups::hash_of(group_key const& key) noexcept -> std::uint64_t {
  auto const what = std::uint64_t{key.quirk} << 32 | std::uint64_t{key.port} << 16 |
                    static_cast<std::uint64_t>(key.type);
  return internal::hash64(internal::hash64(what) ^ static_cast<std::uint64_t>(key.period));
}

target_groups::target_groups(coordination_options const& options) : options_{options} {}

void target_groups::add(target_event const& event) {
  auto const period = options_.period.count();
  group_key const key{event.last.nanoseconds() / period, event.quirk, event.port, event.type};
  auto& home = shards_[event.source.is_ipv6() ? shard_of(event.source.as_ipv6())
                                              : shard_of(event.source.as_ipv4())];
  auto& to = home.group_of(key);
  if (to.events != 0) home.bytes -= to.bytes();

  auto const source = sketch_hash(event.source);
  auto const size = event.sketch != nullptr ? rounded(event.sketch->estimate())
                                            : std::uint64_t{event.destinations.size()};
  to.first = to.events == 0 ? event.first : std::min(to.first, event.first);
  to.last = to.events == 0 ? event.last : std::max(to.last, event.last);
  ++to.events;
  to.packets += event.packets;
  to.most_targets = std::max(to.most_targets, size);
  to.sources.add(std::span{&source, 1});
  if (event.sketch != nullptr) {
    to.targets.add(*event.sketch);
    everything_.merge(*event.sketch);
  } else {
    to.targets.add(event.destinations);
    for (auto const hash : event.destinations) everything_.add(hash);
  }
  to.add_octave(
      {static_cast<unsigned>(std::bit_width(size)), 1, size, event.sketch != nullptr ? size : 0});

  visits_ += size;
  ++counts_.events;
  home.bytes += to.bytes();
  if (home.bytes > options_.memory / shards) make_room(home);
}

/// Forgets the groups with fewest events, of equals the older ones, until half of the share is
/// free.
void target_groups::make_room(shard& full) {
  auto& groups = full.groups;
  std::ranges::sort(groups, {}, [](keyed_group const& each) {
    return std::tuple{each.of.events, each.key};
  });
  auto at = groups.begin();
  for (; at != groups.end() && full.bytes > options_.memory / shards / 2; ++at) {
    full.bytes -= at->of.bytes();
    counts_.dropped += at->of.events;
  }
  groups.erase(groups.begin(), at);
  full.index();
}

void target_groups::merge(target_groups& other) {
  for (unsigned i = 0; i < shards; ++i) {
    auto& to = shards_[i];
    auto const from = std::exchange(other.shards_[i], {});
    for (auto const& [key, each] : from.groups) to.group_of(key).merge(each);
    to.bytes += from.bytes;
  }
  everything_.merge(other.everything_);
  visits_ += std::exchange(other.visits_, 0);
  counts_.events += other.counts_.events;
  counts_.dropped += other.counts_.dropped;
  other.everything_ = {};
  other.counts_ = {};
}

void target_groups::save(std::span<target_groups* const> all, state_writer& out) {
  target_sketch everything;
  std::uint64_t visits = 0;
  coordination_counts counts;
  for (auto const* each : all) {
    everything.merge(each->everything_);
    visits += each->visits_;
    counts.events += each->counts_.events;
    counts.dropped += each->counts_.dropped;
  }
  out.begin("targets");
  out(everything, visits, counts.events, counts.dropped);
  for (std::size_t i = 0; i < shards; ++i) {
    auto const& groups = all[i % all.size()]->shards_[i].groups;
    out.number(groups.size());
    for (auto const& each : groups) {
      out(each.key, each.of);
      out.next_record();
    }
  }
  out.end();
}

void target_groups::restore(std::span<target_groups* const> all, state_reader& in) {
  auto& first = *all[0];
  in.begin("targets");
  in(first.everything_, first.visits_, first.counts_.events, first.counts_.dropped);
  for (std::size_t i = 0; i < shards; ++i) {
    auto& to = all[i % all.size()]->shards_[i];
    for (auto left = in.number(); left > 0 && in.has_record(); --left) {
      keyed_group each;
      in(each.key, each.of);
      if (!in.is_good()) return;
      auto& made = to.group_of(each.key);
      in.expect(made.events == 0, "another group");
      made = std::move(each.of);
      to.bytes += made.bytes();
    }
  }
  in.end();
}

auto target_groups::ordered_parts() const -> std::vector<group_part> {
  std::vector<group_part> parts;
  for (std::uint32_t i = 0; i < shards; ++i)
    for (auto const& [key, each] : shards_[i].groups) {
      auto const sources = each.sources.is_exact() ? each.sources.count() : least_sources;
      parts.push_back({key, i, static_cast<std::uint32_t>(sources), &each});
    }
  std::ranges::sort(parts, {}, [](group_part const& each) {
    return std::tuple{each.key, each.shard};
  });
  return parts;
}

/// N (1 - product of (1 - d / N)), in which the events of an octave share the mean of their d.
auto target_groups::expected_targets(group const& of, double addresses) -> double {
  double missed = 0;  // logarithm of the share that no event visits
  for (auto const& each : of.octaves) {
    auto const events = static_cast<double>(each.events);
    auto const share = static_cast<double>(each.targets) / events / addresses;
    if (share >= 1) return addresses;
    missed += events * std::log1p(-share);
  }
  return -addresses * std::expm1(missed);
}

auto target_groups::judge(group const& each, target_group const& found, double addresses)
    -> target_sharing {
  auto const sum = static_cast<double>(found.targets_each);
  auto const together = static_cast<double>(found.targets);
  auto const repeats = std::max(0.0, sum - together);
  auto const by_chance = sum - found.expected_targets;

  double variance = by_chance;  // of rare repeats, nearly independent: as of a Poisson number
  if (!each.targets.is_exact()) variance += square(sketch_error * together);
  for (auto const& part : each.octaves)
    variance += square(sketch_error * static_cast<double>(part.sketched)) /
                static_cast<double>(part.events);
  auto const doubt = deviations * std::sqrt(std::max(variance, 1.0));

  auto const touching = static_cast<double>(found.sources - 1) * sum / addresses;
  if (by_chance >= least_repeats && touching >= least_touching &&
      repeats <= most_of_chance * by_chance && by_chance - repeats >= doubt)
    return target_sharing::splits;

  auto const largest = static_cast<double>(each.most_targets);
  bool const is_one_list = together <= most_of_largest * largest &&
                           2 * sum >= static_cast<double>(found.events) * largest;
  if (is_one_list && each.most_targets >= least_list && found.expected_targets >= 2 * together &&
      found.expected_targets - together >= doubt)
    return target_sharing::repeats;
  return target_sharing::undecided;
}

void target_groups::judge_group(group_key const& key, group const& each, double addresses,
                                std::vector<target_group>& to) {
  target_group found;
  found.sources = rounded(each.sources.count());
  if (found.sources < least_sources) return;
  found.type = key.type, found.port = key.port, found.quirk = key.quirk;
  found.first = each.first, found.last = each.last;
  found.events = each.events, found.packets = each.packets;
  found.targets = rounded(each.targets.count());
  found.is_exact = each.targets.is_exact();
  for (auto const& part : each.octaves) {
    found.targets_each += part.targets;
    found.is_exact = found.is_exact && part.sketched == 0;
  }
  found.expected_targets = expected_targets(each, addresses);
  found.sharing = judge(each, found, addresses);
  // An estimate may be above what there can be.
  found.targets = std::min({found.targets, found.packets, rounded(addresses)});
  if (found.sharing != target_sharing::undecided) to.push_back(found);
}

auto target_groups::find(std::uint64_t darknet_addresses) const -> std::vector<target_group> {
  auto addresses = static_cast<double>(darknet_addresses);
  if (darknet_addresses == 0) {
    addresses = everything_.estimate();
    if (static_cast<double>(visits_) < least_visits * addresses) return {};
  }
  std::vector<target_group> answer;
  auto const parts = ordered_parts();
  for (auto begin = parts.begin(); begin != parts.end();) {
    auto end = begin;
    std::uint64_t most_sources = 0;
    for (; end != parts.end() && end->key == begin->key; ++end) most_sources += end->sources;
    // Most groups are one or two sources: they are not even put together.
    if (most_sources >= least_sources) {
      group sum;
      for (auto part = begin; part != end; ++part) sum.merge(*part->of);
      judge_group(begin->key, sum, addresses, answer);
    }
    begin = end;
  }
  // Stable: equals stay in the order of period, quirk, port and type.
  std::ranges::stable_sort(answer, std::greater{}, &target_group::sources);
  return answer;
}

}  // namespace kizashi::telescope
