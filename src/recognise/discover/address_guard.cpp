#include "kizashi/recognise/discover/address_guard.hpp"

namespace kizashi::recognise::discover {

namespace {

constexpr std::uint64_t one_of = 4096;
/// Columns of the destination's upper half.
constexpr std::uint32_t upper_half = 3;

/// Columns that are the same in all addresses of all prefixes.
auto fixed_columns(std::vector<net::prefix> const& of) -> std::uint32_t {
  std::uint32_t same = 15;
  auto const first = of.front().first().as_ipv4().value();
  for (auto const& each : of)
    for (unsigned column = 0; column < 4; ++column) {
      auto const differs = (each.first().as_ipv4().value() ^ first) >> (24 - 8 * column) & 0xFF;
      if (each.length() < 8 * (column + 1) || differs != 0) same &= ~(1U << column);
    }
  return same;
}

}  // namespace

address_guard::address_guard(std::vector<net::prefix> const& darknet)
    : is_on_{true}, fixed_{upper_half}, seen_(65536) {
  auto ipv4 = darknet;
  std::erase_if(ipv4, [](net::prefix const& each) { return each.first().is_ipv6(); });
  if (ipv4.empty()) return;
  is_given_ = true;
  fixed_ = fixed_columns(ipv4);
  for (auto const& each : ipv4) {
    auto const first = each.first().as_ipv4().value();
    for (auto half = first >> 16; half <= each.last().as_ipv4().value() >> 16; ++half)
      given_.set(half);
    if (each.length() >= 24) given_.set(first >> 8 & 0xFFFF);
  }
}

void address_guard::see(std::uint32_t destination) {
  if (!is_on_ || is_given_) return;
  ++seen_[destination >> 16];
  ++packets_;
}

auto address_guard::is_part(std::uint32_t half) const -> bool {
  if (is_given_) return given_.test(half);
  return seen_[half] > 0 && seen_[half] * one_of >= packets_;
}

auto address_guard::tells(std::uint32_t value, std::size_t size) const -> bool {
  if (!is_on_ || value == 0 || size < 2) return false;
  for (auto down = 8 * (size - 2);; down -= 8) {
    auto const half = value >> down & 0xFFFF;
    // Zero is what a small number begins with, and no part of a public address.
    if (half != 0 && (is_part(half) || is_part((half >> 8 | half << 8) & 0xFFFF))) return true;
    if (down == 0) return false;
  }
}

auto address_guard::tells(relation const& of) const -> bool {
  if (!is_on_ || of.is_key || of.value == 0) return false;
  return (of.support() & fixed_) != 0 || tells(of.value, of.size);
}

}  // namespace kizashi::recognise::discover
