#include "kizashi/recognise/evidence.hpp"

#include <algorithm>
#include <bit>
#include <limits>

namespace kizashi::recognise {
namespace {

constexpr std::uint32_t largest_count = (1U << 24) - 1;

/// 1 .. 65535, by which sequence numbers are remembered.
constexpr auto short_of(std::uint32_t tcp_sequence) noexcept -> std::uint16_t {
  auto const mixed = static_cast<std::uint16_t>(tcp_sequence * 0x9E3779B1U >> 16);
  return std::max<std::uint16_t>(mixed, 1);
}

template <class T>
constexpr auto added(T a, T b) noexcept -> T {
  auto const most = std::numeric_limits<T>::max();
  return a > most - b ? most : static_cast<T>(a + b);
}

auto tried_of(tool_evidence::totals const& packets, fingerprint_scope scope) noexcept
    -> std::uint64_t {
  switch (scope) {
    case fingerprint_scope::tcp_syn:
      return packets.tcp_syn;
    case fingerprint_scope::tcp:
      return packets.tcp;
    case fingerprint_scope::udp:
      return packets.udp;
    case fingerprint_scope::icmp:
      return packets.icmp;
    case fingerprint_scope::any:
      break;
  }
  return packets.any;
}

}  // namespace

void tool_evidence::add(std::uint64_t fingerprints) noexcept {
  for (; fingerprints != 0; fingerprints &= fingerprints - 1)
    add_one(static_cast<std::uint32_t>(std::countr_zero(fingerprints)) + 1);
}

void tool_evidence::add_one(std::uint32_t number) noexcept {
  place* free = nullptr;
  for (auto& each : matched_) {
    if (each.count == 0) {
      free = &each;
    } else if (each.number == number) {
      if (each.count < largest_count) ++each.count;
      return;
    }
  }
  if (free != nullptr) {
    free->count = 1;
    free->number = number & 0xFFU;
    return;
  }
  for (auto& each : matched_) --each.count;
}

void tool_evidence::add_keys(tag_columns const& tags, std::size_t row,
                             std::uint32_t tcp_sequence) noexcept {
  auto const mark = short_of(tcp_sequence);
  for (auto each = recent_; each != 0; each >>= 16)
    if ((each & 0xFFFFU) == mark) return;
  auto const is_pair = recent_ != 0;
  recent_ = recent_ << 16 | mark;
  pairs_ = added<std::uint32_t>(pairs_, is_pair ? 1 : 0);
  for (std::size_t k = 0; k < most_keys; ++k) {
    auto const key = tags.keys[k][row];
    auto const is_equal = is_pair && key == last_keys_[k];
    equal_[k] = added<std::uint16_t>(equal_[k], is_equal ? 1 : 0);
    last_keys_[k] = key;
  }
}

void tool_evidence::absorb(tool_evidence const& other) noexcept {
  // Both lists together, then the count of the fifth taken off all: what remains is what one list
  // might have had (Agarwal et al., "Mergeable Summaries", PODS 2012, section 3).
  std::array<place, 8> all{};
  std::size_t used = 0;
  for (auto const& from : {matched_, other.matched_})
    for (auto const& each : from) {
      if (each.count == 0) continue;
      auto* const end = all.data() + used;
      auto* const found = std::find_if(
          all.data(), end, [&](place const& known) { return known.number == each.number; });
      if (found == end) all[used++].number = each.number;
      found->count =
          std::min<std::uint32_t>(found->count + each.count, largest_count) & largest_count;
    }
  std::sort(all.begin(), all.end(), [](place const& a, place const& b) {
    return a.count != b.count ? a.count > b.count : a.number < b.number;
  });
  for (std::size_t i = 0; i < matched_.size(); ++i) {
    matched_[i] = all[i];
    matched_[i].count = (all[i].count - all[4].count) & largest_count;
  }
  pairs_ = added(pairs_, other.pairs_);
  for (std::size_t k = 0; k < most_keys; ++k) equal_[k] = added(equal_[k], other.equal_[k]);
  if (other.recent_ == 0) return;
  recent_ = other.recent_;
  last_keys_ = other.last_keys_;
}

auto tool_evidence::judge(fingerprint_table const& table, totals const& packets,
                          std::uint64_t matched) const -> std::vector<verdict> {
  std::vector<verdict> answer;
  auto const entries = table.entries();
  auto const add = [&](std::size_t number, std::uint64_t agreed, std::uint64_t tried,
                       std::uint64_t shown) {
    auto const confidence = recognise::judge(entries[number], agreed, tried);
    if (confidence > 0) answer.push_back({static_cast<std::uint8_t>(number), shown, confidence});
  };
  for (auto const& each : matched_)
    if (each.count > 0 && each.number <= entries.size()) {
      auto const number = each.number - 1U;
      add(number, each.count, tried_of(packets, entries[number].scope), each.count);
      matched &= ~(std::uint64_t{1} << number);
    }
  for (; matched != 0; matched &= matched - 1) {
    auto const number = static_cast<std::size_t>(std::countr_zero(matched));
    if (number < entries.size()) add(number, 1, tried_of(packets, entries[number].scope), 1);
  }
  auto const keys = table.keys();
  for (std::size_t k = 0; k < keys.size(); ++k)
    add(keys[k], equal_[k], pairs_, std::uint64_t{equal_[k]} + 1);
  std::sort(answer.begin(), answer.end(), [&](verdict const& a, verdict const& b) {
    if (a.confidence != b.confidence) return a.confidence > b.confidence;
    auto const &x = entries[a.fingerprint], &y = entries[b.fingerprint];
    if (x.false_match != y.false_match) return x.false_match < y.false_match;
    return a.fingerprint < b.fingerprint;
  });
  return answer;
}

}  // namespace kizashi::recognise
