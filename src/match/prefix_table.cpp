#include "kizashi/match/prefix_table.hpp"

#include <algorithm>
#include <limits>
#include <type_traits>
#include <utility>

namespace kizashi::match {
namespace {

auto after(std::uint32_t a) -> std::uint32_t {
  return a + 1;
}
auto after(net::ipv6 a) -> net::ipv6 {
  return {a.high() + (a.low() == std::numeric_limits<std::uint64_t>::max()), a.low() + 1};
}

auto key_of(net::address a, std::uint32_t) -> std::uint32_t {
  return a.as_ipv4().value();
}
auto key_of(net::address a, net::ipv6) -> net::ipv6 {
  return a.as_ipv6();
}

auto last_of(net::prefix const& where, std::uint32_t first) -> std::uint32_t {
  return first | static_cast<std::uint32_t>(std::uint64_t{0xFFFFFFFF} >> where.length());
}
auto last_of(net::prefix const& where, net::ipv6) -> net::ipv6 {
  return where.last().as_ipv6();
}

template <class Key>
class cutter {
public:
  /// Of so many prefixes at most.
  explicit cutter(std::size_t most) {
    out_.starts.reserve(2 * most + 1);
    out_.owners.reserve(2 * most + 1);
    begin(Key{}, 0);
  }
  void add(owned_prefix const& next) {
    auto const first = key_of(next.where.first(), Key{});
    while (!open_.empty() && open_.back().last < first) close();
    begin(first, next.owner);
    open_.push_back({last_of(next.where, first), next.owner});
  }
  auto finish() -> owned_stretches<Key> {
    while (!open_.empty()) close();
    join_equal();
    return std::move(out_);
  }

private:
  struct open_prefix {
    Key last;
    std::uint32_t owner;
  };
  void begin(Key first, std::uint32_t owner) {
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
    begin(behind, open_.empty() ? std::uint32_t{0} : open_.back().owner);
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
  std::vector<open_prefix> open_;
};

/// Cuts outer prefixes of one family where inner ones lie. Time: linear.
template <class Key>
auto cut_stretches(std::size_t count, std::function<owned_prefix(std::size_t)> const& at)
    -> owned_stretches<Key> {
  cutter<Key> out{count};
  for (std::size_t i = 0; i < count; ++i)
    if (auto const each = at(i); each.where.first().is_ipv6() == std::is_same_v<Key, net::ipv6>)
      out.add(each);
  return out.finish();
}

template <class Key>
auto is_owned_between(owned_stretches<Key> const& in, Key first, Key last) -> bool {
  auto const behind = std::ranges::upper_bound(in.starts, first);
  if (in.owners[static_cast<std::size_t>(behind - in.starts.begin() - 1)] != 0) return true;
  // The next stretch has an owner, as this one has none.
  return behind != in.starts.end() && *behind <= last;
}

}  // namespace

prefix_table::prefix_table(std::span<owned_prefix const> sorted)
    : prefix_table{sorted.size(), [&](std::size_t i) { return sorted[i]; }} {}

prefix_table::prefix_table(std::size_t count, std::function<owned_prefix(std::size_t)> const& at)
    : ipv4_{cut_stretches<std::uint32_t>(count, at)}, ipv6_{cut_stretches<net::ipv6>(count, at)} {
  constexpr std::uint32_t blocks = 1U << 16;
  index_.resize(blocks + 1);
  std::uint32_t stretch = 0;
  for (std::uint32_t block = 0; block < blocks; ++block) {
    while (stretch + 1 < ipv4_.starts.size() && ipv4_.starts[stretch + 1] <= block << 16) ++stretch;
    index_[block] = stretch;
  }
  index_[blocks] = static_cast<std::uint32_t>(ipv4_.starts.size() - 1);
  blocks_24_.resize(std::size_t{1} << 18);
  for (std::size_t i = 0; i < ipv4_.starts.size(); ++i)
    if (ipv4_.owners[i] != 0)
      touch(ipv4_.starts[i], i + 1 < ipv4_.starts.size() ? ipv4_.starts[i + 1] - 1 : 0xFFFFFFFF);
}

void prefix_table::touch(std::uint32_t first, std::uint32_t last) {
  for (auto block = first >> 8; block <= last >> 8; ++block)
    blocks_24_[block / 64] |= std::uint64_t{1} << (block % 64);
  for (auto block = first >> 16; block <= last >> 16; ++block)
    blocks_16_[block / 64] |= std::uint64_t{1} << (block % 64);
}

auto prefix_table::find(net::ipv4 a) const noexcept -> std::uint32_t {
  if (!is_touched(a)) return 0;
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

auto prefix_table::touches(net::address first, net::address last) const noexcept -> bool {
  return first.is_ipv6() ? is_owned_between(ipv6_, first.as_ipv6(), last.as_ipv6())
                         : is_owned_between(ipv4_, first.as_ipv4().value(), last.as_ipv4().value());
}

auto prefix_table::find(net::ipv6 a) const noexcept -> std::uint32_t {
  auto const behind = std::ranges::upper_bound(ipv6_.starts, a);
  return ipv6_.owners[static_cast<std::size_t>(behind - ipv6_.starts.begin() - 1)];
}

}  // namespace kizashi::match
