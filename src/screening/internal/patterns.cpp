#include "kizashi/screening/internal/patterns.hpp"

#include <algorithm>

namespace kizashi::screening::internal {
namespace {

struct totals {
  std::uint64_t unlabelled = 0;
  std::array<std::uint64_t, recognise::most_fingerprints> by_tool{};
};

auto is_unlabelled(source_record const& each) -> bool {
  return each.label == 0 && each.tools == 0;
}

auto count_all(std::span<source_record const> sources) -> totals {
  totals sum;
  for (auto const& each : sources) {
    sum.unlabelled += is_unlabelled(each);
    if (each.is_malware) ++sum.by_tool[each.tool - 1U];
  }
  return sum;
}

/// Of the sources with one pattern.
struct tally {
  std::uint64_t labelled = 0;
  totals of;
};

/// A pattern for each key that malware has, with the steps that most of its sources take.
auto malware_patterns(std::span<source_record const> sources) -> std::vector<pattern> {
  struct seen {
    pattern_key key;
    std::uint32_t sequence = 0;
  };
  std::vector<seen> malware;
  for (auto const& each : sources)
    if (each.is_malware) malware.push_back({pattern_of(each), each.sequence});
  std::ranges::sort(malware, {}, &seen::key);
  std::vector<pattern> patterns;
  for (std::size_t begin = 0, end = 0; begin < malware.size(); begin = end) {
    std::array<std::size_t, 32> steps{};
    for (end = begin; end < malware.size() && malware[end].key == malware[begin].key; ++end)
      for (std::size_t bit = 0; bit < 32; ++bit) steps[bit] += malware[end].sequence >> bit & 1;
    auto& next = patterns.emplace_back();
    next.key = malware[begin].key;
    for (std::size_t bit = 0; bit < 32; ++bit)
      if (steps[bit] * 2 > end - begin) next.sequence |= std::uint32_t{1} << bit;
  }
  return patterns;
}

}  // namespace

auto pattern_of(source_record const& source) noexcept -> pattern_key {
  return {source.at(feature::options), source.at(feature::initial_ttl),
          source.at(feature::traffic_class), source.ports.keys};
}

auto pattern::has_sequence(source_record const& source) const noexcept -> bool {
  return sequence == source.sequence ||
         telescope::sequence_likeness(sequence, source.sequence) >= least_likeness;
}

auto find_pattern(std::span<pattern const> patterns, source_record const& source) noexcept
    -> pattern const* {
  auto const key = pattern_of(source);
  auto const place = std::ranges::lower_bound(patterns, key, {}, &pattern::key);
  if (place == patterns.end() || place->key != key || !place->has_sequence(source)) return nullptr;
  return &*place;
}

auto find_patterns(std::span<source_record const> sources, pattern_options const& options)
    -> std::vector<pattern> {
  auto const patterns = malware_patterns(sources);
  std::vector<tally> tallies(patterns.size());
  for (auto const& each : sources) {
    auto const* const fits = find_pattern(patterns, each);
    if (fits == nullptr) continue;
    auto& tally = tallies[static_cast<std::size_t>(fits - patterns.data())];
    tally.of.unlabelled += is_unlabelled(each);
    tally.labelled += !is_unlabelled(each);
    if (each.is_malware) ++tally.of.by_tool[each.tool - 1U];
  }
  auto const all = count_all(sources);
  std::vector<pattern> found;
  for (std::size_t i = 0; i < patterns.size(); ++i) {
    auto const most = std::ranges::max_element(tallies[i].of.by_tool);
    auto const tool = static_cast<std::uint8_t>(most - tallies[i].of.by_tool.begin());
    auto const unlabelled = tallies[i].of.unlabelled;
    if (wilson_bound(*most, tallies[i].labelled) < options.least_purity) continue;
    if (!options.loose.permits(*most, all.by_tool[tool], unlabelled, all.unlabelled)) continue;
    found.push_back(patterns[i]);
    found.back().tool = tool;
    found.back().labelled = tallies[i].labelled;
    found.back().right = *most;
    found.back().more = unlabelled;
  }
  return found;
}

}  // namespace kizashi::screening::internal
