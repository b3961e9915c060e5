// All shipped fingerprints over a batch: SYN of common systems and tools, and a mix of everything.
#include "kizashi/recognise/fingerprint.hpp"

#include <memory>

#include <benchmark/benchmark.h>

#include "kizashi/base/random.hpp"
#include "kizashi/recognise/internal/fingerprint_ordinary.hpp"
#include "kizashi/recognise/traffic.hpp"

namespace kizashi::recognise {
namespace {

struct prepared {
  std::unique_ptr<net::packet_batch> batch = std::make_unique<net::packet_batch>();
  std::unique_ptr<tag_columns> tags = std::make_unique<tag_columns>();
  net::frame_block frames;
};

auto ordinary() -> prepared {
  prepared made;
  internal::ordinary_traffic{1}.fill(*made.batch, made.frames, *made.tags);
  return made;
}

/// What the scenario `speed` is made of: SYN of bots, ZMap, Masscan and of three systems.
auto syns() -> prepared {
  prepared made;
  made.batch->clear();
  made.batch->resize(net::packet_batch::capacity);
  random_source random{2};
  for (std::size_t row = 0; row < net::packet_batch::capacity; ++row) {
    net::packet p;
    p.source = random.next32();
    p.destination = random.next32();
    p.tcp_sequence = random.next32();
    p.ip_id = static_cast<std::uint16_t>(random.below(65536));
    p.source_port = static_cast<std::uint16_t>(1024 + random.below(64000));
    p.destination_port = static_cast<std::uint16_t>(random.below(1024));
    p.attributes = net::bit(net::attribute::ports);
    p.ip_protocol = net::protocol::tcp;
    p.tcp_flags = net::tcp_flag::syn;
    p.tcp_window = static_cast<std::uint16_t>(random.below(65536));
    p.ttl = 240;
    auto const tool = random.below(10);
    if (tool < 3) p.tcp_sequence = p.destination;
    if (tool == 3) p.ip_id = 54321;
    if (tool == 3 || tool == 4) p.tcp_window = 65535;
    if (tool == 5) p.tcp_window = 1024;
    if (tool == 5)
      p.ip_id = static_cast<std::uint16_t>(p.destination ^ p.destination_port ^ p.tcp_sequence);
    if (tool == 6) p.tcp_options = 0x31842;
    made.batch->set_row(row, p);
    made.tags->type[row] = static_cast<std::uint8_t>(packet_type::tcp_syn);
  }
  return made;
}

void match(benchmark::State& state, prepared const& of) {
  auto const table = fingerprint_table::shipped();
  for (auto _ : state) {
    table.match(*of.batch, of.frames, *of.tags);
    benchmark::ClobberMemory();
  }
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(of.batch->size()));
}

BENCHMARK_CAPTURE(match, syns, syns());
BENCHMARK_CAPTURE(match, ordinary, ordinary());

}  // namespace
}  // namespace kizashi::recognise
