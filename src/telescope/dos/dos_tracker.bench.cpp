// Cost of a backscatter packet: of an attack, and of strays that are never seen again.
#include "kizashi/telescope/dos/dos_tracker.hpp"

#include <memory>
#include <vector>

#include <benchmark/benchmark.h>

#include "kizashi/base/random.hpp"
#include "kizashi/telescope/dos/internal/test_stream.hpp"

namespace kizashi::telescope {
namespace {

/// Batches in which `strays` of 100 rows come from addresses drawn anew.
void track_batches(benchmark::State& state) {
  auto const strays = static_cast<std::uint32_t>(state.range(0));
  net::prefix_set const dark{{net::prefix{net::ipv4{0xC6120000}, 16}}};
  dos_options options;
  options.darknet = &dark;
  dos_tracker tracker{options, 0};
  auto const batch = std::make_unique<net::packet_batch>();
  auto const tags = std::make_unique<recognise::tag_columns>();
  batch_plan plan{1};
  random_source random{1};
  std::int64_t now = 1'700'000'000'000'000'000;
  std::vector<dos_event> closed;
  for (auto _ : state) {
    state.PauseTiming();
    batch->clear();
    for (std::size_t i = 0; i < net::packet_batch::capacity; ++i) {
      internal::test_answer each;
      each.time = now += 1'000'000;  // 1,000 packets/s
      each.victim = net::ipv4{random.below(100) < strays ? random.next32()
                                                         : 0x05000000 + random.below(300) * 65537};
      each.destination = net::ipv4{0xC6120000 + random.below(65536)};
      internal::append(*batch, *tags, each);
    }
    plan.make(*batch);
    plan.find_victims(*batch, *tags);
    state.ResumeTiming();
    (void)tracker.track(*batch, *tags, plan, closed);
  }
  state.SetItemsProcessed(state.iterations() * std::int64_t{net::packet_batch::capacity});
}
BENCHMARK(track_batches)->Arg(0)->Arg(10)->Arg(100)->MinTime(0.5);

}  // namespace
}  // namespace kizashi::telescope
