// How fast frames are cut out of captures: 60-byte frames, one core, files in the page cache.
#include "kizashi/capture/inputs.hpp"

#include <cstring>
#include <filesystem>
#include <string>
#include <unistd.h>
#include <vector>

#include <benchmark/benchmark.h>
#include <fmt/format.h>

#include "kizashi/capture/internal/record_cutter.hpp"
#include "kizashi/capture/pcap_writer.hpp"

namespace kizashi::capture {
namespace {

constexpr std::size_t frame_count = 1'000'000;
constexpr std::size_t frame_size = 60;

/// One million frames, a microsecond apart, spread over `files` files in runs of `run` frames; gone
/// at the end.
class generated {
public:
  generated(std::size_t files, std::size_t run) {
    auto const folder = std::filesystem::temp_directory_path();
    std::vector<pcap_writer> writers;
    for (std::size_t i = 0; i < files; ++i) {
      paths_.push_back(folder / fmt::format("kizashi_bench_{}_{}_{}.pcap", ::getpid(), files, i));
      auto made = pcap_writer::create(paths_.back(), net::link_type::ethernet);
      KIZASHI_ASSERT(made);
      writers.push_back(std::move(*made));
    }
    std::vector<std::uint8_t> const data(frame_size);
    for (std::size_t i = 0; i < frame_count; ++i) {
      timestamp const time{1'600'000'000'000'000'000 + static_cast<std::int64_t>(i) * 1'000};
      KIZASHI_ASSERT(writers[i / run % files].write(time, frame_size, data));
    }
    for (auto& each : writers) KIZASHI_ASSERT(each.close());
  }
  generated(generated const&) = delete;
  auto operator=(generated const&) -> generated& = delete;
  ~generated() {
    for (auto const& path : paths_) std::filesystem::remove(path);
  }
  [[nodiscard]] auto paths() const -> std::vector<std::string> const& { return paths_; }

private:
  std::vector<std::string> paths_;
};

void read_through(benchmark::State& state, generated const& files) {
  net::frame_block block;
  for (auto _ : state) {
    auto source = open_captures(files.paths());
    KIZASHI_ASSERT(source);
    std::size_t frames = 0;
    while ((*source)->next(block) && !block.frames.empty()) frames += block.frames.size();
    KIZASHI_ASSERT(frames == frame_count);
  }
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(frame_count));
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(frame_count * 76));
}

void one_file(benchmark::State& state) {
  generated const files{1, 1};
  read_through(state, files);
}
BENCHMARK(one_file);

/// What is left of `one_file` when the system's copying out of the page cache is taken away: one
/// block's bytes, again and again.
void cutting_alone(benchmark::State& state) {
  constexpr std::size_t records = net::frame_block::max_frames;
  std::vector<std::uint8_t> bytes(24 + records * (16 + frame_size));
  std::uint32_t const mark = 0xa1b23c4d;
  std::uint16_t const version = 2;
  std::uint32_t const length = frame_size;
  std::memcpy(bytes.data(), &mark, sizeof mark);
  std::memcpy(bytes.data() + 4, &version, sizeof version);
  for (std::size_t i = 0; i < records; ++i) {
    auto* const header = bytes.data() + 24 + i * (16 + frame_size);
    std::memcpy(header + 8, &length, sizeof length);
    std::memcpy(header + 12, &length, sizeof length);
  }
  auto const format = internal::recognise_pcap(bytes);
  KIZASHI_ASSERT(format && format->cutter != nullptr);
  std::vector<net::frame> frames;
  for (auto _ : state) {
    frames.clear();
    auto const made = format->cutter->cut_from(std::span{bytes}.subspan(24), frames);
    KIZASHI_ASSERT(made.damage.empty());
    benchmark::DoNotOptimize(frames.data());
  }
  KIZASHI_ASSERT(frames.size() == records);
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(records));
}
BENCHMARK(cutting_alone);

/// Files that follow each other in time, as a rotating writer leaves them.
void ten_files_in_turn(benchmark::State& state) {
  generated const files{10, frame_count / 10};
  read_through(state, files);
}
BENCHMARK(ten_files_in_turn);

/// Files of several sensors at once: runs of `range` frames.
void ten_files_at_once(benchmark::State& state) {
  generated const files{10, static_cast<std::size_t>(state.range(0))};
  read_through(state, files);
}
BENCHMARK(ten_files_at_once)->Arg(1)->Arg(10)->Arg(1'000);

}  // namespace
}  // namespace kizashi::capture
