// What it costs to save and to restore a road after so many minutes of a telescope of 300,000
// addresses (scenario nicter-hour: 16,600 packets a second).
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <benchmark/benchmark.h>

#include "kizashi/capture/synth/synthetic_source.hpp"
#include "kizashi/pipeline/road.hpp"

namespace kizashi::pipeline {
namespace {

struct observed_road {
  observed_road(std::int64_t minutes, bool run_totals) {
    auto scene = capture::synth::load_scenario("nicter-hour");
    options.run_totals = run_totals;
    options.darknet = net::prefix_set{scene->dark};
    auto& wanted = options.recognition.emplace();
    wanted.fingerprints = &fingerprints;
    wanted.scanners = &scanners;
    wanted.event_timeout = telescope::event_timeout(options.darknet.ipv4_size());
    made.emplace(options);
    auto const end = scene->start + std::chrono::minutes{minutes};
    auto const source = capture::synth::synthetic_source::create(std::move(*scene));
    auto const in_time = [&](std::uint64_t, capture::progress const& at) {
      return at.read_bytes < static_cast<std::uint64_t>(minutes) * 60'000;
    };
    (void)made->walk(**source, in_time);
    (void)made->advance_to(end);
    state_writer out{[&](std::string_view more) {
                       bytes.insert(bytes.end(), more.begin(), more.end());
                       return status{};
                     },
                     road::state_version};
    (void)made->save(out);
    (void)out.finish();
  }

  recognise::fingerprint_table fingerprints = recognise::fingerprint_table::shipped();
  recognise::scanner_list scanners = recognise::scanner_list::shipped();
  road_options options;
  std::optional<road> made;
  std::vector<std::uint8_t> bytes;
};

/// Made once for each number of minutes: the traffic takes far longer than what is measured.
auto after(std::int64_t minutes, bool run_totals) -> observed_road& {
  static std::optional<observed_road> kept;
  static std::pair<std::int64_t, bool> of;
  std::pair const wanted{minutes, run_totals};
  if (of != wanted) kept.emplace(minutes, run_totals);
  of = wanted;
  return *kept;
}

void count_sections(observed_road const& from, benchmark::State& state) {
  std::size_t at = 12;
  while (at + 6 < from.bytes.size()) {
    std::size_t const name = from.bytes[at + 1];
    std::string key{reinterpret_cast<char const*>(&from.bytes[at + 2]), name};
    std::size_t size = 0;
    for (std::size_t i = 0; i < 4; ++i) size |= std::size_t{from.bytes[at + 2 + name + i]} << 8 * i;
    state.counters[key] += static_cast<double>(size);
    at += 2 + name + 4 + size;
  }
  state.counters["bytes"] = static_cast<double>(from.bytes.size());
}

void save(benchmark::State& state) {
  auto& from = after(state.range(0), state.range(1) != 0);
  for (auto _ : state) {
    state_writer out{[](std::string_view) { return status{}; }, road::state_version};
    (void)from.made->save(out);
    benchmark::DoNotOptimize(out.finish());
  }
  count_sections(from, state);
}

void restore(benchmark::State& state) {
  auto& from = after(state.range(0), state.range(1) != 0);
  for (auto _ : state) {
    road other{from.options};
    auto in = state_reader::open(from.bytes, "bench", road::state_version);
    benchmark::DoNotOptimize(other.restore(*in));
  }
}

// Minutes of the telescope, and whether the road keeps totals of the run.
BENCHMARK(save)->Args({1, 1})->Unit(benchmark::kMillisecond);
BENCHMARK(restore)->Args({1, 1})->Unit(benchmark::kMillisecond);
BENCHMARK(save)->Args({10, 1})->Unit(benchmark::kMillisecond);
BENCHMARK(restore)->Args({10, 1})->Unit(benchmark::kMillisecond);
BENCHMARK(save)->Args({30, 1})->Unit(benchmark::kMillisecond);
BENCHMARK(restore)->Args({30, 1})->Unit(benchmark::kMillisecond);
BENCHMARK(save)->Args({10, 0})->Unit(benchmark::kMillisecond);
BENCHMARK(restore)->Args({10, 0})->Unit(benchmark::kMillisecond);
BENCHMARK(save)->Args({30, 0})->Unit(benchmark::kMillisecond);
BENCHMARK(restore)->Args({30, 0})->Unit(benchmark::kMillisecond);
BENCHMARK(save)->Args({50, 0})->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace kizashi::pipeline
