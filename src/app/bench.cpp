// kizashi bench: measures single stages of the road. For developers; ./dev bench calls it.
#include <chrono>
#include <functional>
#include <memory>

#include <fmt/format.h>

#include "kizashi/app/command.hpp"
#include "kizashi/app/match_store.hpp"
#include "kizashi/app/text_sink.hpp"
#include "kizashi/capture/inputs.hpp"
#include "kizashi/net/decode.hpp"
#include "kizashi/recognise/recogniser.hpp"

namespace kizashi::app {
namespace {

struct stage_time {
  std::uint64_t packets = 0;
  double seconds = 0;
};

/// What is timed: a block has been decoded into the batch.
using stage = std::function<void(net::frame_block const&, net::packet_batch&)>;

/// Blocks are read ahead in chunks, so that only the stage is timed and memory stays below about 64
/// MiB.
constexpr std::size_t blocks_ahead = 128;

/// Times `timed` over the capture; `before` is done to each block first and not timed.
auto time_stage(std::string const& file, stage const& before, stage const& timed, stage_time& sum)
    -> status {
  using clock = std::chrono::steady_clock;
  std::string const arguments[] = {file};
  KIZASHI_TRY(auto found, capture::find_captures(arguments));
  for (auto const& each : found.notes) say_failure({errc::io_error, each.message});
  KIZASHI_TRY(auto const source, capture::open_captures(std::move(found.paths)));
  std::vector<net::frame_block> blocks(blocks_ahead);
  std::vector<net::packet_batch> batches(blocks_ahead);
  auto is_more = true;
  while (is_more) {
    std::size_t count = 0;
    while (count < blocks.size() && is_more) {
      KIZASHI_TRY(source->next(blocks[count]));
      is_more = !blocks[count].frames.empty();
      if (is_more) ++count;
    }
    for (std::size_t i = 0; i < count; ++i) before(blocks[i], batches[i]);
    auto const begin = clock::now();
    for (std::size_t i = 0; i < count; ++i) timed(blocks[i], batches[i]);
    sum.seconds += std::chrono::duration<double>(clock::now() - begin).count();
    for (std::size_t i = 0; i < count; ++i) sum.packets += batches[i].size();
  }
  return {};
}

auto print_time(stage_time const& sum) -> status {
  standard_output out;
  KIZASHI_TRY(
      out.write(fmt::format("{{\"packets\":{},\"seconds\":{:.6f}}}\n", sum.packets, sum.seconds)));
  return out.flush();
}

void decode_block(net::frame_block const& frames, net::packet_batch& to) {
  net::decode(frames, to);
}

auto bench_decode(std::string const& file, unsigned repeat) -> status {
  stage_time sum;
  auto const batch = std::make_unique<net::packet_batch>();
  // One batch for all blocks, as on the road: it stays in the cache.
  auto const timed = [&](net::frame_block const& frames, net::packet_batch& to) {
    net::decode(frames, *batch);
    to.resize(batch->size());
  };
  for (unsigned i = 0; i < repeat; ++i)
    KIZASHI_TRY(time_stage(
        file, [](auto const&, auto&) {}, timed, sum));
  return print_time(sum);
}

auto bench_recognise(std::string const& file, unsigned repeat) -> status {
  auto const fingerprints = recognise::fingerprint_table::shipped();
  auto const scanners = recognise::scanner_list::shipped();
  recognise::recogniser const all{fingerprints, scanners};
  auto const tags = std::make_unique<recognise::tag_columns>();
  stage_time sum;
  auto const timed = [&](net::frame_block const& frames, net::packet_batch& batch) {
    all.add(batch, frames, *tags);
  };
  for (unsigned i = 0; i < repeat; ++i) KIZASHI_TRY(time_stage(file, decode_block, timed, sum));
  return print_time(sum);
}

struct match_bench {
  std::string list;
  store_choice store;
  std::string output;
  std::string side = "either";
  unsigned repeat = 1;
};

/// Each round as `kizashi match --list --store -o` does it, without starting the program and the
/// store's engine.
auto bench_match(match_bench const& choice) -> status {
  using clock = std::chrono::steady_clock;
  KIZASHI_TRY(auto const search, open_search(choice.store, "kizashi bench match"));
  std::uint64_t matched = 0;
  std::string list_times, times;
  for (unsigned i = 0; i < choice.repeat; ++i) {
    auto const begin = clock::now();
    KIZASHI_TRY(auto list, match::address_list::read(choice.list));
    match::address_matcher const matcher{std::move(list)};
    auto const middle = clock::now();
    match::match_counts counts{matcher.list()};
    KIZASHI_TRY(auto const output, open_match_output(choice.output, matcher.list()));
    KIZASHI_TRY(match_store(search, matcher, side_of(choice.side), counts, output.get()));
    KIZASHI_TRY(output->close());
    auto const end = clock::now();
    auto const comma = i == 0 ? "" : ",";
    list_times +=
        fmt::format("{}{:.6f}", comma, std::chrono::duration<double>(middle - begin).count());
    times += fmt::format("{}{:.6f}", comma, std::chrono::duration<double>(end - middle).count());
    matched = counts.packets();
  }
  KIZASHI_TRY(auto const packets, search.packets());
  standard_output out;
  KIZASHI_TRY(out.write(
      fmt::format("{{\"packets\":{},\"matched\":{},\"list_seconds\":[{}],\"seconds\":[{}]}}\n",
                  packets, matched, list_times, times)));
  return out.flush();
}

void add_match_bench(CLI::App& command, int& exit_code) {
  auto* const each = command.add_subcommand(
      "match", "Time the address filter on a store that is open; prints JSON");
  auto const choice = std::make_shared<match_bench>();
  each->add_option("--list", choice->list, "The list")->required()->type_name("FILE");
  each->add_option("--store", choice->store.folder, "The store")->required()->type_name("DIR");
  each->add_option("-o,--output", choice->output, "Where the matches go")
      ->required()
      ->type_name("FILE");
  each->add_option("--side", choice->side, "source, destination or either (default)")
      ->check(CLI::IsMember({"source", "destination", "either"}))
      ->type_name("SIDE");
  each->add_option("--repeat", choice->repeat, "How often")
      ->check(CLI::Range(1, 1000))
      ->type_name("N");
  each->callback([choice, &exit_code] {
    auto const done = bench_match(*choice);
    exit_code = done ? exit_done : say_failure(done.error());
  });
}

void add_stage(CLI::App& command, char const* name, char const* help, int& exit_code,
               status (*run)(std::string const&, unsigned)) {
  auto* const each = command.add_subcommand(name, help);
  auto const file = std::make_shared<std::string>();
  auto const repeat = std::make_shared<unsigned>(1);
  each->add_option("file", *file, "The capture")->required()->type_name("FILE");
  each->add_option("--repeat", *repeat, "How often the whole is done; the times add up")
      ->check(CLI::Range(1, 1000))
      ->type_name("N");
  each->callback([file, repeat, run, &exit_code] {
    auto const done = run(*file, *repeat);
    exit_code = done ? exit_done : say_failure(done.error());
  });
}

}  // namespace

void add_bench(CLI::App& program, int& exit_code) {
  auto* const command = program.add_subcommand("bench", "Measure single stages, for developers");
  command->require_subcommand(1);
  add_stage(*command, "decode",
            "Time the decoding of a capture into batches, without reading it; prints JSON",
            exit_code, bench_decode);
  add_stage(*command, "recognise",
            "Time the recognition of decoded batches: types, classes, fingerprints and known "
            "scanners; prints JSON",
            exit_code, bench_recognise);
  add_match_bench(*command, exit_code);
}

}  // namespace kizashi::app
