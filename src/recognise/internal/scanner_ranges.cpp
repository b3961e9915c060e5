#include "kizashi/recognise/internal/scanner_ranges.hpp"

#include <algorithm>
#include <limits>

namespace kizashi::recognise::internal {
namespace {

auto after(std::uint32_t a) -> std::uint32_t {
  return a + 1;
}
auto after(net::ipv6 a) -> net::ipv6 {
  return {a.high() + (a.low() == std::numeric_limits<std::uint64_t>::max()), a.low() + 1};
}

template <class Key>
class cutter {
public:
  explicit cutter(std::uint16_t nameless) : nameless_{nameless} { begin(Key{}, 0); }
  void add(owned_prefix<Key> const& next) {
    while (!open_.empty() && open_.back().last < next.first) close();
    if (next.owner == nameless_ && !open_.empty()) return;
    begin(next.first, next.owner);
    open_.push_back(next);
  }
  auto finish() -> owned_stretches<Key> {
    while (!open_.empty()) close();
    join_equal();
    return std::move(out_);
  }

private:
  void begin(Key first, std::uint16_t owner) {
    if (!out_.starts.empty() && out_.starts.back() == first) {
      out_.owners.back() = owner;
      return;
    }
    out_.starts.push_back(first);
    out_.owners.push_back(owner);
  }
  /// Behind the innermost prefix the one around it goes on.
  void close() {
    auto const behind = after(open_.back().last);
    open_.pop_back();
    if (behind == Key{}) return;  // it held the last address there is
    begin(behind, open_.empty() ? std::uint16_t{0} : open_.back().owner);
  }
  void join_equal() {
    std::size_t kept = 0;
    for (std::size_t i = 0; i < out_.starts.size(); ++i) {
      if (i > 0 && out_.owners[i] == out_.owners[kept - 1]) continue;
      out_.starts[kept] = out_.starts[i];
      out_.owners[kept++] = out_.owners[i];
    }
    out_.starts.resize(kept);
    out_.owners.resize(kept);
  }

  owned_stretches<Key> out_;
  std::vector<owned_prefix<Key>> open_;
  std::uint16_t nameless_;
};

}  // namespace

template <class Key>
auto cut_stretches(std::span<owned_prefix<Key> const> sorted, std::uint16_t nameless)
    -> owned_stretches<Key> {
  cutter<Key> out{nameless};
  for (auto const& each : sorted) out.add(each);
  return out.finish();
}
template auto cut_stretches(std::span<owned_prefix<std::uint32_t> const>, std::uint16_t)
    -> owned_stretches<std::uint32_t>;
template auto cut_stretches(std::span<owned_prefix<net::ipv6> const>, std::uint16_t)
    -> owned_stretches<net::ipv6>;

owner_table::owner_table(std::span<owned_prefix<std::uint32_t> const> ipv4,
                         std::span<owned_prefix<net::ipv6> const> ipv6, std::uint16_t nameless)
    : ipv4_{cut_stretches(ipv4, nameless)}, ipv6_{cut_stretches(ipv6, nameless)} {
  index_.resize(65537);
  std::uint32_t at = 0;
  for (std::uint32_t block = 0; block < 65536; ++block) {
    while (at + 1 < ipv4_.starts.size() && ipv4_.starts[at + 1] <= block << 16) ++at;
    index_[block] = at;
  }
  index_[65536] = static_cast<std::uint32_t>(ipv4_.starts.size() - 1);
  for (auto const& each : ipv4)
    for (auto block = each.first >> 16; block <= each.last >> 16; ++block)
      touched_[block / 64] |= std::uint64_t{1} << (block % 64);
}

auto owner_table::find(net::ipv4 a) const noexcept -> std::uint16_t {
  if (!is_touched(a.value())) return 0;
  auto const block = a.value() >> 16;
  auto const* base = ipv4_.starts.data() + index_[block];
  // Halves without branches: `base` stays at a stretch that begins at or before the address.
  for (auto left = index_[block + 1] - index_[block] + 1; left > 1;) {
    auto const half = left / 2;
    base = base[half] <= a.value() ? base + half : base;
    left -= half;
  }
  return ipv4_.owners[static_cast<std::size_t>(base - ipv4_.starts.data())];
}

auto owner_table::find(net::ipv6 a) const noexcept -> std::uint16_t {
  auto const behind = std::ranges::upper_bound(ipv6_.starts, a);
  return ipv6_.owners[static_cast<std::size_t>(behind - ipv6_.starts.begin() - 1)];
}

void owner_table::match(net::packet_batch const& batch, std::uint16_t* to) const noexcept {
  std::array<std::uint16_t, net::packet_batch::capacity> open;
  std::size_t count = 0;
  constexpr auto odd = net::bit(net::attribute::ipv6) | net::bit(net::attribute::no_ip);
  for (std::size_t row = 0; row < batch.size(); ++row) {
    to[row] = 0;
    open[count] = static_cast<std::uint16_t>(row);
    count += static_cast<unsigned>(is_touched(batch.source[row])) |
             static_cast<unsigned>((batch.attributes[row] & odd) != 0);
  }
  for (std::size_t i = 0; i < count; ++i) {
    auto const row = open[i];
    if (batch.has(row, net::attribute::no_ip)) continue;
    to[row] = batch.has(row, net::attribute::ipv6) ? find(batch.ipv6[batch.source[row]].source)
                                                   : find(net::ipv4{batch.source[row]});
  }
}

}  // namespace kizashi::recognise::internal
