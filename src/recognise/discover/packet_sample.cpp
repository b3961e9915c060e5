#include "kizashi/recognise/discover/packet_sample.hpp"

#include <algorithm>

namespace kizashi::recognise::discover {

namespace {

/// Whether `b` is `a` sent again: all is equal but what the network or a counter changes.
auto is_repetition(sample_row const& a, sample_row const& b) noexcept -> bool {
  auto const id = begin_of(word::ip_id);
  return std::equal(a.bytes.begin(), a.bytes.begin() + static_cast<std::ptrdiff_t>(id),
                    b.bytes.begin());
}

}  // namespace

packet_sample::packet_sample(std::size_t sources, std::size_t packets_of_source)
    : most_{std::max<std::size_t>(sources, 1)},
      depth_{std::clamp<std::size_t>(packets_of_source, 1, 32)} {}

void packet_sample::add(sample_row const& row) {
  auto const source = row.value(word::source);
  auto found = places_.find(source);
  if (found == places_.end()) {
    if (entries_.size() >= 2 * most_) thin_out(most_);
    auto place = static_cast<std::uint32_t>(entries_.size());
    if (!free_.empty()) {
      place = free_.back();
      free_.pop_back();
    } else {
      rows_.resize((std::size_t{place} + 1) * depth_);
    }
    found = places_.emplace(source, static_cast<std::uint32_t>(entries_.size())).first;
    entries_.push_back({source, 0, place});
  }
  auto& at = entries_[found->second];
  auto const number = at.seen++;
  if (number < depth_) {
    slots(at.place)[number] = row;
    return;
  }
  auto const draw = mix64(std::uint64_t{source} << 32 | number);
  auto const slot = (draw >> 32) * (std::uint64_t{number} + 1) >> 32;
  if (slot < depth_) slots(at.place)[slot] = row;
}

void packet_sample::thin_out(std::size_t left) {
  auto const depth = static_cast<std::uint32_t>(depth_);
  auto const is_before = [depth](entry const& a, entry const& b) {
    auto const of_a = std::min(a.seen, depth);
    auto const of_b = std::min(b.seen, depth);
    if (of_a != of_b) return of_a > of_b;
    return mix64(a.source) < mix64(b.source);
  };
  if (entries_.size() <= left) return;
  std::nth_element(entries_.begin(), entries_.begin() + static_cast<std::ptrdiff_t>(left),
                   entries_.end(), is_before);
  for (auto i = left; i < entries_.size(); ++i) {
    free_.push_back(entries_[i].place);
    places_.erase(entries_[i].source);
  }
  entries_.resize(left);
  for (std::size_t i = 0; i < left; ++i)
    places_[entries_[i].source] = static_cast<std::uint32_t>(i);
}

auto packet_sample::finish() -> std::vector<member> {
  thin_out(most_);
  std::vector<member> all;
  all.reserve(entries_.size());
  for (auto const& each : entries_) {
    auto* const begin = slots(each.place);
    auto* end = begin;
    auto const kept = std::min<std::size_t>(each.seen, depth_);
    for (std::size_t i = 0; i < kept; ++i)
      if (std::none_of(begin, end, [&](auto const& row) { return is_repetition(row, begin[i]); }))
        *end++ = begin[i];
    all.push_back({each.source, each.seen, {begin, end}});
  }
  std::sort(all.begin(), all.end(),
            [](auto const& a, auto const& b) { return a.source < b.source; });
  return all;
}

}  // namespace kizashi::recognise::discover
