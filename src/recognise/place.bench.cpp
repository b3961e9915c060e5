// Finding the place of an address: the table of the machine that measures, random addresses.
//   KIZASHI_PLACE=build/release/place.table build/release/recognise_bench
#include "kizashi/recognise/place.hpp"

#include <cstdlib>
#include <vector>

#include <benchmark/benchmark.h>

#include "kizashi/base/random.hpp"

namespace {

void find_ipv4(benchmark::State& state) {
  auto const* const file = std::getenv("KIZASHI_PLACE");
  auto const table = kizashi::recognise::place_table::open(file != nullptr ? file : "place.table");
  if (!table) {
    state.SkipWithError(table.error().message.c_str());
    return;
  }
  kizashi::random_source random{1};
  std::vector<kizashi::net::ipv4> addresses;
  for (int i = 0; i < 65536; ++i) addresses.emplace_back(random.next32());
  std::size_t at = 0;
  for (auto _ : state) benchmark::DoNotOptimize(table->find(addresses[at++ % addresses.size()]));
}
BENCHMARK(find_ipv4);

}  // namespace
