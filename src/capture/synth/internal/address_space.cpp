#include "kizashi/capture/synth/internal/address_space.hpp"

#include <algorithm>
#include <array>

#include "kizashi/base/random.hpp"
#include "kizashi/capture/synth/internal/permutation.hpp"

namespace kizashi::capture::synth {

namespace {

struct special {
  std::uint32_t first;
  std::uint32_t last;
};

// IANA IPv4 Special-Purpose Address Registry, in ascending order.
constexpr auto not_global = std::to_array<special>({
    {0x00000000, 0x00FFFFFF},  // 0.0.0.0/8
    {0x0A000000, 0x0AFFFFFF},  // 10.0.0.0/8
    {0x64400000, 0x647FFFFF},  // 100.64.0.0/10
    {0x7F000000, 0x7FFFFFFF},  // 127.0.0.0/8
    {0xA9FE0000, 0xA9FEFFFF},  // 169.254.0.0/16
    {0xAC100000, 0xAC1FFFFF},  // 172.16.0.0/12
    {0xC0000000, 0xC00000FF},  // 192.0.0.0/24
    {0xC0000200, 0xC00002FF},  // 192.0.2.0/24
    {0xC0586300, 0xC05863FF},  // 192.88.99.0/24
    {0xC0A80000, 0xC0A8FFFF},  // 192.168.0.0/16
    {0xC6120000, 0xC613FFFF},  // 198.18.0.0/15
    {0xC6336400, 0xC63364FF},  // 198.51.100.0/24
    {0xCB007100, 0xCB0071FF},  // 203.0.113.0/24
    {0xE0000000, 0xFFFFFFFF},  // multicast, reserved, broadcast
});

}  // namespace

address_space::address_space(std::span<net::prefix const> prefixes) {
  for (auto const& each : prefixes) {
    if (each.first().is_ipv6()) continue;
    auto const size = std::uint64_t{1} << (32 - each.length());
    blocks_.push_back({size, each.first().as_ipv4().value()});
    size_ += size;
  }
}

auto is_global(std::uint32_t address) noexcept -> bool {
  auto const found = std::find_if(not_global.begin(), not_global.end(),
                                  [=](special const& each) { return address <= each.last; });
  return found == not_global.end() || address < found->first;
}

auto draw_ipv4(std::span<net::prefix const> pool, std::uint32_t count, std::uint64_t key)
    -> std::vector<std::uint32_t> {
  std::vector<std::uint32_t> answer;
  answer.reserve(count);
  address_space const space{pool};
  permutation const order{space.is_empty() ? std::uint64_t{1} << 32 : space.size(), key};
  for (std::uint64_t i = 0; answer.size() < count && i < order.size(); ++i) {
    if (!space.is_empty()) {
      answer.push_back(space.at(order(i)));
    } else if (auto const address = static_cast<std::uint32_t>(order(i)); is_global(address)) {
      answer.push_back(address);
    }
  }
  return answer;
}

auto ipv6_inside(net::prefix const& inside, std::uint64_t high, std::uint64_t low) noexcept
    -> net::ipv6 {
  auto const first = inside.first().as_ipv6();
  auto const length = inside.length();
  auto const keep_high = length >= 64 ? 0 : ~std::uint64_t{0} >> length;
  auto const keep_low = length >= 128 ? 0
                        : length > 64 ? ~std::uint64_t{0} >> (length - 64)
                                      : ~std::uint64_t{0};
  return net::ipv6{first.high() | (high & keep_high), first.low() | (low & keep_low)};
}

auto draw_ipv6(std::span<net::prefix const> pool, std::uint32_t count, std::uint64_t key)
    -> std::vector<net::ipv6> {
  static net::prefix const everywhere{net::address{net::ipv6{0x2000000000000000, 0}}, 3};
  auto const from = pool.empty() ? std::span{&everywhere, 1} : pool;
  std::vector<net::ipv6> answer;
  answer.reserve(count);
  for (std::uint64_t i = 0; i < count; ++i) {
    // The number of the source in the lowest bits keeps addresses of one prefix apart.
    auto const high = mix64(key + i);
    auto const low = (mix64(high) & ~std::uint64_t{0xFFFFFF}) | (i / from.size());
    answer.push_back(ipv6_inside(from[i % from.size()], high, low));
  }
  return answer;
}

}  // namespace kizashi::capture::synth
