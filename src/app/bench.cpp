// kizashi bench: measures single stages of the road. For developers; ./dev bench calls it.
#include <chrono>
#include <memory>

#include <fmt/format.h>

#include "kizashi/app/command.hpp"
#include "kizashi/app/text_sink.hpp"
#include "kizashi/capture/inputs.hpp"
#include "kizashi/net/decode.hpp"

namespace kizashi::app {
namespace {

struct decode_time {
  std::uint64_t packets = 0;
  double seconds = 0;
};

/// Blocks are read ahead in chunks, so that only decoding is timed and memory stays below about 64
/// MiB.
constexpr std::size_t blocks_ahead = 128;

auto time_decode(std::string const& file, decode_time& sum) -> status {
  using clock = std::chrono::steady_clock;
  std::string const arguments[] = {file};
  KIZASHI_TRY(auto found, capture::find_captures(arguments));
  for (auto const& each : found.notes) say_failure({errc::io_error, each.message});
  KIZASHI_TRY(auto const source, capture::open_captures(std::move(found.paths)));
  std::vector<net::frame_block> blocks(blocks_ahead);
  auto const batch = std::make_unique<net::packet_batch>();
  auto is_more = true;
  while (is_more) {
    std::size_t count = 0;
    while (count < blocks.size() && is_more) {
      KIZASHI_TRY(source->next(blocks[count]));
      is_more = !blocks[count].frames.empty();
      if (is_more) ++count;
    }
    auto const begin = clock::now();
    for (std::size_t i = 0; i < count; ++i) {
      net::decode(blocks[i], *batch);
      sum.packets += batch->size();
    }
    sum.seconds += std::chrono::duration<double>(clock::now() - begin).count();
  }
  return {};
}

auto bench_decode(std::string const& file, unsigned repeat) -> status {
  decode_time sum;
  for (unsigned i = 0; i < repeat; ++i) KIZASHI_TRY(time_decode(file, sum));
  standard_output out;
  KIZASHI_TRY(
      out.write(fmt::format("{{\"packets\":{},\"seconds\":{:.6f}}}\n", sum.packets, sum.seconds)));
  return out.flush();
}

}  // namespace

void add_bench(CLI::App& program, int& exit_code) {
  auto* const command = program.add_subcommand("bench", "Measure single stages, for developers");
  command->require_subcommand(1);
  auto* const decode = command->add_subcommand(
      "decode", "Time the decoding of a capture into batches, without reading it; prints JSON");
  auto const file = std::make_shared<std::string>();
  auto const repeat = std::make_shared<unsigned>(1);
  decode->add_option("file", *file, "The capture")->required()->type_name("FILE");
  decode->add_option("--repeat", *repeat, "How often the whole is done; the times add up")
      ->check(CLI::Range(1, 1000))
      ->type_name("N");
  decode->callback([file, repeat, &exit_code] {
    auto const done = bench_decode(*file, *repeat);
    exit_code = done ? exit_done : say_failure(done.error());
  });
}

}  // namespace kizashi::app
