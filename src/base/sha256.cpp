#include "kizashi/base/sha256.hpp"

#include <algorithm>
#include <bit>
#include <cstring>

#include <fmt/format.h>

namespace kizashi {
namespace {

// FIPS 180-4, 4.2.2: the fractional parts of the cube roots of the first 64 primes.
constexpr std::array<std::uint32_t, 64> round_words = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
    0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
    0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
    0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
    0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
    0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2};

auto big_endian(std::uint8_t const* at) -> std::uint32_t {
  return std::uint32_t{at[0]} << 24 | std::uint32_t{at[1]} << 16 | std::uint32_t{at[2]} << 8 |
         at[3];
}

}  // namespace

void sha256::take_block(std::uint8_t const* block) {
  std::array<std::uint32_t, 64> w;
  for (std::size_t i = 0; i < 16; ++i) w[i] = big_endian(block + 4 * i);
  for (std::size_t i = 16; i < 64; ++i) {
    auto const a = std::rotr(w[i - 15], 7) ^ std::rotr(w[i - 15], 18) ^ (w[i - 15] >> 3);
    auto const b = std::rotr(w[i - 2], 17) ^ std::rotr(w[i - 2], 19) ^ (w[i - 2] >> 10);
    w[i] = w[i - 16] + a + w[i - 7] + b;
  }
  auto [a, b, c, d, e, f, g, h] = state_;
  for (std::size_t i = 0; i < 64; ++i) {
    auto const choice = (e & f) ^ (~e & g);
    auto const sum = h + (std::rotr(e, 6) ^ std::rotr(e, 11) ^ std::rotr(e, 25)) + choice +
                     round_words[i] + w[i];
    auto const majority = (a & b) ^ (a & c) ^ (b & c);
    auto const turned = (std::rotr(a, 2) ^ std::rotr(a, 13) ^ std::rotr(a, 22)) + majority;
    h = g;
    g = f;
    f = e;
    e = d + sum;
    d = c;
    c = b;
    b = a;
    a = sum + turned;
  }
  std::array<std::uint32_t, 8> const added = {a, b, c, d, e, f, g, h};
  for (std::size_t i = 0; i < added.size(); ++i) state_[i] += added[i];
}

void sha256::add(std::span<std::uint8_t const> bytes) {
  while (!bytes.empty()) {
    auto const filled = static_cast<std::size_t>(bytes_ % waiting_.size());
    if (filled == 0 && bytes.size() >= waiting_.size()) {
      take_block(bytes.data());
      bytes_ += waiting_.size();
      bytes = bytes.subspan(waiting_.size());
      continue;
    }
    auto const size = std::min(bytes.size(), waiting_.size() - filled);
    std::memcpy(waiting_.data() + filled, bytes.data(), size);
    bytes_ += size;
    bytes = bytes.subspan(size);
    if (filled + size == waiting_.size()) take_block(waiting_.data());
  }
}

auto sha256::finish() -> std::string {
  auto const bits = bytes_ * 8;
  constexpr std::array<std::uint8_t, 64> padding = {0x80};
  auto const filled = static_cast<std::size_t>(bytes_ % 64);
  add(std::span{padding}.first((filled < 56 ? 56 : 120) - filled));
  std::array<std::uint8_t, 8> length;
  for (std::size_t i = 0; i < 8; ++i) length[i] = static_cast<std::uint8_t>(bits >> (56 - 8 * i));
  add(length);
  std::string digits;
  for (auto const word : state_) digits += fmt::format("{:08x}", word);
  return digits;
}

}  // namespace kizashi
