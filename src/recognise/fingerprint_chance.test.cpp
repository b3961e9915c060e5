// Ordinary packets that pass by chance do not become verdicts: ten million random SYN from one
// source, from a thousand and from three hundred thousand.
#include <memory>
#include <vector>

#include <gtest/gtest.h>

#include "kizashi/base/random.hpp"
#include "kizashi/recognise/evidence.hpp"
#include "kizashi/recognise/fingerprint.hpp"
#include "kizashi/recognise/traffic.hpp"

namespace kizashi::recognise {
namespace {

#if defined(KIZASHI_SANITIZED) || !defined(NDEBUG)
constexpr std::size_t batches = 100;
#else
constexpr std::size_t batches = 10'000'000 / net::packet_batch::capacity + 1;
#endif

void draw_syns(random_source& random, net::packet_batch& batch, tag_columns& tags) {
  batch.clear();
  batch.resize(net::packet_batch::capacity);
  batch.attributes.fill(net::bit(net::attribute::ports));
  batch.ip_protocol.fill(net::protocol::tcp);
  batch.tcp_flags.fill(net::tcp_flag::syn);
  batch.tcp_window_scale.fill(255);
  tags.type.fill(static_cast<std::uint8_t>(packet_type::tcp_syn));
  for (std::size_t row = 0; row < net::packet_batch::capacity; ++row) {
    auto const a = random.next();
    auto const b = random.next();
    batch.destination[row] = static_cast<std::uint32_t>(a);
    batch.tcp_sequence[row] = static_cast<std::uint32_t>(a >> 32);
    batch.ip_id[row] = static_cast<std::uint16_t>(b);
    batch.tcp_window[row] = static_cast<std::uint16_t>(b >> 16);
    batch.source_port[row] = static_cast<std::uint16_t>(b >> 32);
    batch.destination_port[row] = static_cast<std::uint16_t>(b >> 48);
    batch.ttl[row] = static_cast<std::uint8_t>(a >> 20 ^ b);
    // Windows that Nmap has, so that its relation is put to the test in every other row.
    if ((a & 1) != 0) batch.tcp_window[row] = static_cast<std::uint16_t>(1024 * (1 + (b & 3)));
  }
}

/// Verdicts of independent tests, and how many packets passed one.
struct outcome {
  std::size_t verdicts = 0;
  std::size_t passed = 0;
};

auto play(std::uint32_t sources, std::uint64_t seed) -> outcome {
  auto const table = fingerprint_table::shipped();
  auto const batch = std::make_unique<net::packet_batch>();
  auto const tags = std::make_unique<tag_columns>();
  std::vector<tool_evidence> evidence(sources);
  std::vector<tool_evidence::totals> totals(sources);
  random_source random{seed};
  std::uint64_t independent = 0;
  for (std::size_t i = 0; i < table.entries().size(); ++i)
    if (table.entries()[i].is_independent) independent |= std::uint64_t{1} << i;
  outcome answer;
  for (std::size_t i = 0; i < batches; ++i) {
    draw_syns(random, *batch, *tags);
    table.match(*batch, {}, *tags);
    for (std::size_t row = 0; row < batch->size(); ++row) {
      auto const source = random.below(sources);
      auto& of = evidence[source];
      auto& count = totals[source];
      ++count.tcp_syn, ++count.tcp, ++count.any;
      if ((tags->fingerprints[row] & independent) != 0) ++answer.passed;
      if (tags->fingerprints[row] != 0) of.add(tags->fingerprints[row]);
      of.add_keys(*tags, row, batch->tcp_sequence[row]);
    }
  }
  for (std::uint32_t source = 0; source < sources; ++source)
    for (auto const& each : evidence[source].judge(table, totals[source]))
      if (table.entries()[each.fingerprint].is_independent) ++answer.verdicts;
  return answer;
}

TEST(fingerprint_chance, one_source) {
  auto const found = play(1, 1);
  EXPECT_EQ(found.verdicts, 0U);
  // The Masscan relation passes once in 65,536 packets.
  auto const expected = static_cast<double>(batches * net::packet_batch::capacity) / 65536;
  EXPECT_GT(static_cast<double>(found.passed), expected / 4);
  EXPECT_LT(static_cast<double>(found.passed), expected * 3);
}

TEST(fingerprint_chance, a_thousand_sources) {
  EXPECT_EQ(play(1'000, 2).verdicts, 0U);
}

TEST(fingerprint_chance, three_hundred_thousand_sources) {
  EXPECT_EQ(play(300'000, 3).verdicts, 0U);
}

}  // namespace
}  // namespace kizashi::recognise
