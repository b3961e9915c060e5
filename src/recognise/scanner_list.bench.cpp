// Labelling rows by the shipped list: sources from anywhere, and sources that are all listed.
#include "kizashi/recognise/scanner_list.hpp"

#include <memory>
#include <vector>

#include <benchmark/benchmark.h>

#include "kizashi/base/random.hpp"

namespace {

using namespace kizashi;

void match_rows(benchmark::State& state, bool is_listed) {
  auto const list = recognise::scanner_list::shipped();
  auto const batch = std::make_unique<net::packet_batch>();
  random_source random{1};
  for (std::size_t row = 0; row < net::packet_batch::capacity; ++row)
    batch->source[row] = is_listed ? 0xA28E7D00 + random.below(256) : random.next32();
  batch->resize(net::packet_batch::capacity);
  std::vector<std::uint16_t> tags(net::packet_batch::capacity);
  for (auto _ : state) {
    list.match(*batch, tags.data());
    benchmark::ClobberMemory();
  }
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(batch->size()));
}
BENCHMARK_CAPTURE(match_rows, anywhere, false);
BENCHMARK_CAPTURE(match_rows, listed, true);

}  // namespace
