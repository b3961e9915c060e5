// Frames to rows, for the kinds of frames that take different ways through the decoder.
#include "kizashi/net/decode.hpp"

#include <array>
#include <initializer_list>
#include <memory>
#include <vector>

#include <benchmark/benchmark.h>

#include "kizashi/base/random.hpp"

namespace kizashi::net {
namespace {

using bytes = std::vector<std::uint8_t>;

constexpr std::array<std::uint8_t, 14> ethernet{0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 2, 8, 0};
constexpr std::array<std::uint8_t, 20> ipv4_header{0x45, 0, 0, 40, 0, 1, 0x40, 0,  64, 6,
                                                   0,    0, 0, 0,  0, 0, 198,  18, 0,  0};
constexpr std::array<std::uint8_t, 20> tcp_header{0x9C, 0x40, 0,    23, 0,    0, 0, 1, 0, 0,
                                                  0,    0,    0x50, 2,  0x40, 0, 0, 0, 0, 0};

auto joined(std::initializer_list<std::span<std::uint8_t const>> parts) -> bytes {
  bytes all;
  for (auto const part : parts) all.insert(all.end(), part.begin(), part.end());
  all.resize(std::max<std::size_t>(all.size(), 60));
  return all;
}

auto plain_syn() -> bytes {
  return joined({ethernet, ipv4_header, tcp_header});
}

/// The SYN of Linux: MSS, SACK permitted, timestamps, window scale.
auto syn_with_options() -> bytes {
  auto ip = ipv4_header;
  auto tcp = tcp_header;
  constexpr std::array<std::uint8_t, 20> options{2, 4, 5, 0xB4, 4, 2, 8, 10, 0, 0,
                                                 0, 1, 0, 0,    0, 0, 1, 3,  3, 7};
  ip[3] = 60;
  tcp[12] = 0xA0;
  return joined({ethernet, ip, tcp, options});
}

auto tagged_syn() -> bytes {
  auto tagged = plain_syn();
  constexpr std::array<std::uint8_t, 4> tag{0x81, 0, 0, 7};
  tagged.insert(tagged.begin() + 12, tag.begin(), tag.end());
  return tagged;
}

auto ipv6_syn() -> bytes {
  auto link = ethernet;
  link[12] = 0x86;
  link[13] = 0xDD;
  std::array<std::uint8_t, 40> ip{0x60, 0, 0, 0, 0, 20, 6, 64, 0x20, 1, 0x0D, 0xB8};
  ip[24] = 0x20;
  ip[25] = 1;
  ip[26] = 0x0D;
  ip[27] = 0xB8;
  return joined({link, ip, tcp_header});
}

/// A full block of `frame`s; IPv4 sources differ.
auto block_of(bytes frame) -> frame_block {
  frame_block block;
  random_source random{1};
  for (std::size_t i = 0; i < frame_block::max_frames; ++i) {
    for (std::size_t at = 28; at < 30; ++at)
      frame[at] = static_cast<std::uint8_t>(random.below(256));
    block.append(timestamp{static_cast<std::int64_t>(i + 1)}, link_type::ethernet,
                 static_cast<std::uint32_t>(frame.size()), frame);
  }
  return block;
}

void decode_block(benchmark::State& state, bytes const& frame) {
  auto const block = block_of(frame);
  auto const batch = std::make_unique<packet_batch>();
  for (auto _ : state) {
    decode(block, *batch);
    benchmark::DoNotOptimize(batch->source.data());
    benchmark::ClobberMemory();
  }
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(block.frames.size()));
}

BENCHMARK_CAPTURE(decode_block, plain_syn, plain_syn());
BENCHMARK_CAPTURE(decode_block, syn_with_options, syn_with_options());
BENCHMARK_CAPTURE(decode_block, vlan, tagged_syn());
BENCHMARK_CAPTURE(decode_block, ipv6, ipv6_syn());

}  // namespace
}  // namespace kizashi::net
