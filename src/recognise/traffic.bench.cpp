// Type and class of rows: SYN alone, and a mixture as darknets have it.
#include <memory>

#include <benchmark/benchmark.h>

#include "kizashi/base/random.hpp"
#include "kizashi/recognise/internal/payload_marks.hpp"
#include "kizashi/recognise/recogniser.hpp"

namespace {

using namespace kizashi;
using namespace kizashi::recognise;

/// Of a hundred rows `udp` are UDP with 40 bytes of data.
void add_to_rows(benchmark::State& state, unsigned udp) {
  auto const batch = std::make_unique<net::packet_batch>();
  auto const tags = std::make_unique<tag_columns>();
  net::frame_block frames;
  random_source random{1};
  std::array<std::uint8_t, 82> const data{};
  for (std::size_t row = 0; row < net::packet_batch::capacity; ++row) {
    net::packet made{.time = timestamp{1},
                     .source = random.next32(),
                     .destination = 0x2C000001,
                     .destination_port = static_cast<std::uint16_t>(random.below(60000)),
                     .attributes = net::bit(net::attribute::ports),
                     .ip_length = 40,
                     .ip_protocol = 6,
                     .tcp_flags = 2};
    if (random.below(100) < udp) {
      made.ip_protocol = 17;
      made.payload_offset = 42;
      made.payload_length = 40;
    }
    frames.append(timestamp{1}, net::link_type::ethernet, 82, data);
    batch->set_row(row, made);
    batch->frame_index[row] = static_cast<std::uint32_t>(row);
  }
  batch->resize(net::packet_batch::capacity);
  for (auto _ : state) {
    add_traffic(*batch, frames, *tags);
    benchmark::ClobberMemory();
  }
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(batch->size()));
}
BENCHMARK_CAPTURE(add_to_rows, syn, 0U);
BENCHMARK_CAPTURE(add_to_rows, a_quarter_udp, 25U);

void search_marks(benchmark::State& state) {
  std::string text =
      "GET /index.html HTTP/1.1\r\nHost: 192.0.2.1\r\nUser-Agent: Mozilla/5.0 (X11; Linux x86_64) "
      "AppleWebKit/537.36\r\nAccept: text/html,application/xhtml+xml\r\nAccept-Language: "
      "en-US,en;q=0.5\r\nConnection: keep-alive\r\n\r\n";
  recognise::internal::payload_bytes const payload{
      reinterpret_cast<std::uint8_t const*>(text.data()), text.size()};
  for (auto _ : state) benchmark::DoNotOptimize(recognise::internal::find_exploit(payload, 6, 80));
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(text.size()));
}
BENCHMARK(search_marks);

}  // namespace
