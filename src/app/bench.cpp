// kizashi bench: measures single stages of the road. For developers; ./dev bench calls it.
#include <chrono>
#include <functional>
#include <memory>
#include <sys/resource.h>
#include <time.h>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "kizashi/app/command.hpp"
#include "kizashi/app/match_store.hpp"
#include "kizashi/app/place_file.hpp"
#include "kizashi/app/text_sink.hpp"
#include "kizashi/capture/inputs.hpp"
#include "kizashi/net/decode.hpp"
#include "kizashi/recognise/recogniser.hpp"
#include "kizashi/store/embedded_engine.hpp"
#include "kizashi/store/packet_writer.hpp"

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

/// Seconds of `clock`, a number of the system.
auto seconds_by(clockid_t clock) -> double {
  timespec time{};
  ::clock_gettime(clock, &time);
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) / 1e9;
}

/// Seconds of each round, by the clock and of the processor (all threads).
struct round_times {
  std::vector<double> passed, processor;

  /// What has been done since the last call, or since the first one.
  void note() {
    auto const now = seconds_by(CLOCK_MONOTONIC), used = seconds_by(CLOCK_PROCESS_CPUTIME_ID);
    passed.push_back(now - now_);
    processor.push_back(used - used_);
    begin();
  }
  void begin() {
    now_ = seconds_by(CLOCK_MONOTONIC);
    used_ = seconds_by(CLOCK_PROCESS_CPUTIME_ID);
  }

private:
  double now_ = 0, used_ = 0;
};

/// Each round as `kizashi match --list --store -o` does it, without starting the program and the
/// store's engine: first the list is read and made ready, then looked for.
auto bench_match(match_bench const& choice) -> status {
  KIZASHI_TRY(auto const search, open_search(choice.store, "kizashi bench match"));
  std::uint64_t matched = 0;
  round_times reading, looking;
  for (unsigned i = 0; i < choice.repeat; ++i) {
    reading.begin();
    KIZASHI_TRY(auto list, match::address_list::read(choice.list));
    match::address_matcher const matcher{std::move(list)};
    list_query const query{matcher, side_of(choice.side)};
    reading.note();
    looking.begin();
    match::match_counts counts{matcher.list()};
    KIZASHI_TRY(auto const output, open_match_output(choice.output, matcher.list()));
    KIZASHI_TRY(match_store(search, query, counts, output.get()));
    KIZASHI_TRY(output->close());
    looking.note();
    matched = counts.packets();
  }
  KIZASHI_TRY(auto const packets, search.packets());
  standard_output out;
  KIZASHI_TRY(out.write(fmt::format(
      "{{\"packets\":{},\"matched\":{},\"list_seconds\":[{:.6f}],\"list_processor\":[{:.6f}],"
      "\"seconds\":[{:.6f}],\"processor\":[{:.6f}]}}\n",
      packets, matched, fmt::join(reading.passed, ","), fmt::join(reading.processor, ","),
      fmt::join(looking.passed, ","), fmt::join(looking.processor, ","))));
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

struct store_bench {
  std::string file;
  std::string store;
  std::uint64_t packets = 0;  ///< no more than these; 0: all
  store::writer_options options;
};

auto seconds_of(timeval const& time) -> double {
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
}

/// Processor time of the calling thread, in seconds.
auto thread_seconds() -> double {
  return seconds_by(CLOCK_THREAD_CPUTIME_ID);
}

/// Decodes and recognises the capture and gives it to `writer`. The time that the former takes of
/// this thread is added to `feeding`.
auto feed(store_bench const& choice, store::packet_writer& writer, double& feeding) -> status {
  auto const fingerprints = recognise::fingerprint_table::shipped();
  auto const scanners = recognise::scanner_list::shipped();
  recognise::recogniser const all{fingerprints, scanners};
  auto const tags = std::make_unique<recognise::tag_columns>();
  auto const batch = std::make_unique<net::packet_batch>();
  std::string const arguments[] = {choice.file};
  KIZASHI_TRY(auto found, capture::find_captures(arguments));
  KIZASHI_TRY(auto const source, capture::open_captures(std::move(found.paths)));
  net::frame_block block;
  while (choice.packets == 0 || writer.counts().packets < choice.packets) {
    auto const begin = thread_seconds();
    KIZASHI_TRY(source->next(block));
    if (block.frames.empty()) break;
    net::decode(block, *batch);
    all.add(*batch, block, *tags);
    feeding += thread_seconds() - begin;
    KIZASHI_TRY(writer.add(*batch, *tags));
  }
  return {};
}

/// Processor time of storing alone: all threads, without the start of the engine and without
/// reading, decoding and recognising.
auto bench_store(store_bench const& choice) -> status {
  std::string hint;
  KIZASHI_TRY(auto const places, open_places({}, hint));
  auto options = choice.options;
  options.places = places.is_empty() ? nullptr : &places;
  auto const scanners = recognise::scanner_list::shipped();
  for (std::uint16_t i = 1; i <= scanners.organisations(); ++i)
    options.scanners.emplace_back(scanners.organisation(i));
  auto const fingerprints = recognise::fingerprint_table::shipped();
  for (auto const& each : fingerprints.entries()) options.fingerprints.push_back(each.name);
  KIZASHI_TRY(auto engine, store::open_embedded_engine(choice.store, "kizashi bench store"));
  KIZASHI_TRY(auto writer, store::packet_writer::open(engine, std::move(options)));
  rusage before{}, after{};
  ::getrusage(RUSAGE_SELF, &before);
  double feeding = 0;
  KIZASHI_TRY(feed(choice, writer, feeding));
  KIZASHI_TRY(writer.finish());
  ::getrusage(RUSAGE_SELF, &after);
  auto const counts = writer.counts();
  standard_output out;
  KIZASHI_TRY(out.write(fmt::format(
      "{{\"packets\":{},\"blocks\":{},\"user\":{:.3f},\"system\":{:.3f},\"feeding\":{:.3f},"
      "\"faults\":{},\"peak_kib\":{}}}\n",
      counts.stored, counts.blocks, seconds_of(after.ru_utime) - seconds_of(before.ru_utime),
      seconds_of(after.ru_stime) - seconds_of(before.ru_stime), feeding,
      after.ru_minflt - before.ru_minflt, after.ru_maxrss)));
  return out.flush();
}

void add_store_bench(CLI::App& command, int& exit_code) {
  auto* const each = command.add_subcommand(
      "store",
      "Measure the processor time of storing a capture's packets; prints JSON. \"feeding\" of it "
      "is reading, decoding and recognising");
  auto const choice = std::make_shared<store_bench>();
  each->add_option("file", choice->file, "The capture")->required()->type_name("FILE");
  each->add_option("--store", choice->store, "The store; a new one, or nothing will be stored")
      ->required()
      ->type_name("DIR");
  each->add_option("--packets", choice->packets, "About so many, 0 for all (default)")
      ->type_name("N");
  each->add_option("--rows", choice->options.block_rows, "Packets of a block (default 1000000)")
      ->check(CLI::Range(1, 4'000'000))
      ->type_name("N");
  each->add_option("--threads", choice->options.threads, "That sort and insert (default 2)")
      ->check(CLI::Range(1, 64))
      ->type_name("N");
  each->callback([choice, &exit_code] {
    auto const done = bench_store(*choice);
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
  add_store_bench(*command, exit_code);
}

}  // namespace kizashi::app
