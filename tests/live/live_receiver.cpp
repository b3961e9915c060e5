// For tests and measurements: receives from an interface, writes what came as a capture, and tells
// its counters as JSON.
//
//   live_receiver kz1 --frames 1000 -o got.pcap
#include <atomic>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <string>
#include <sys/resource.h>
#include <thread>
#include <vector>

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "kizashi/capture/live/drop_rights.hpp"
#include "kizashi/capture/live/interface_source.hpp"
#include "kizashi/capture/live/reopening_source.hpp"
#include "kizashi/capture/pcap_writer.hpp"

namespace kizashi::capture::live {
namespace {

using namespace std::chrono_literals;

std::atomic<bool> is_stop_wanted{false};

struct arguments {
  interface_options options;
  std::string method = "automatic";
  std::string share = "source";
  std::string output;  // empty: nothing is written
  std::string user;
  unsigned rings = 1;
  std::uint64_t frames = 0;  // of all rings together, until which is waited; 0: no end
  double idle = 5;           // seconds without a frame after which it ends
  double sleep = 0;          // seconds before the first reading
  unsigned block_timeout = 10;
  bool must_drop = false;
  bool must_reopen = false;
};

struct ring_result {
  std::uint64_t frames = 0;
  timestamp heard_until = timestamp::unknown();
  status failure;
};

auto output_of(arguments const& given, unsigned ring) -> std::string {
  return given.rings == 1 ? given.output : fmt::format("{}.{}", given.output, ring);
}

auto seconds(double count) -> duration {
  return std::chrono::duration_cast<duration>(std::chrono::duration<double>{count});
}

auto receive(live_source& source, arguments const& given, unsigned ring,
             std::atomic<std::uint64_t>& total, ring_result& got) -> status {
  std::optional<pcap_writer> writer;
  net::frame_block block;
  auto last = system_clock().steady();
  while (!is_stop_wanted && (given.frames == 0 || total < given.frames)) {
    KIZASHI_TRY(auto const came, source.receive(block, 20ms));
    if (came.state == flow::ended) break;
    if (came.heard_until.is_known()) got.heard_until = came.heard_until;
    if (came.state == flow::idle) {
      if (system_clock().steady() - last > seconds(given.idle)) break;
      continue;
    }
    last = system_clock().steady();
    got.frames += block.frames.size();
    total += block.frames.size();
    if (given.output.empty()) continue;
    if (!writer) {
      KIZASHI_TRY(auto made, pcap_writer::create(output_of(given, ring), block.frames[0].link));
      writer.emplace(std::move(made));
    }
    KIZASHI_TRY(writer->write(block));
  }
  return writer ? writer->close() : status{};
}

auto to_json(source_statistics const& of) -> nlohmann::json {
  return {{"received", of.received},
          {"received_bytes", of.received_bytes},
          {"kernel_dropped", of.kernel_dropped},
          {"own_dropped", of.own_dropped},
          {"filtered", of.filtered},
          {"cut", of.cut},
          {"freezes", of.freezes},
          {"reopened", of.reopened}};
}

auto processor_seconds(timeval const& of) -> double {
  return static_cast<double>(of.tv_sec) + static_cast<double>(of.tv_usec) / 1e6;
}

void tell(std::vector<std::unique_ptr<live_source>> const& sources,
          std::vector<ring_result> const& got, duration began) {
  nlohmann::json answer;
  source_statistics sum;
  for (std::size_t i = 0; i < sources.size(); ++i) {
    sum.add(sources[i]->statistics());
    answer["rings"].push_back({{"frames", got[i].frames},
                               {"heard_until", got[i].heard_until.to_string()},
                               {"failure", got[i].failure ? "" : got[i].failure.error().message}});
    for (auto const& each : sources[i]->notes())
      answer["notes"].push_back((each.is_loss ? "loss: " : "") + each.message);
  }
  answer["statistics"] = to_json(sum);
  rusage used{};
  ::getrusage(RUSAGE_SELF, &used);
  answer["user_seconds"] = processor_seconds(used.ru_utime);
  answer["system_seconds"] = processor_seconds(used.ru_stime);
  answer["seconds"] = static_cast<double>((system_clock().steady() - began).count()) / 1e9;
  auto const held = look_at_rights();
  answer["has_rights"] = !held.is_without_capabilities();
  answer["user"] = held.user;
  fmt::print("{}\n", answer.dump());
}

auto run(arguments given) -> status {
  given.options.block_timeout = std::chrono::milliseconds{given.block_timeout};
  given.options.method = given.method == "ring"      ? capture_method::ring
                         : given.method == "libpcap" ? capture_method::libpcap
                                                     : capture_method::automatic;
  KIZASHI_TRY(auto sources,
              open_interface_shared(given.options, given.rings,
                                    given.share == "flow" ? ring_share::flow : ring_share::source));
  if (given.must_drop) KIZASHI_TRY(drop_rights(given.user));
  if (given.must_reopen)
    for (auto& each : sources)
      each = std::make_unique<reopening_source>(std::move(each), backoff{50ms, 200ms});
  fmt::print("ready\n");
  std::fflush(stdout);
  system_clock().sleep(seconds(given.sleep));
  auto const began = system_clock().steady();
  std::vector<ring_result> got(sources.size());
  std::atomic<std::uint64_t> total{0};
  {
    std::vector<std::jthread> readers;
    for (unsigned i = 0; i < sources.size(); ++i)
      readers.emplace_back(
          [&, i] { got[i].failure = receive(*sources[i], given, i, total, got[i]); });
  }
  tell(sources, got, began);
  return {};
}

}  // namespace
}  // namespace kizashi::capture::live

auto main(int count, char** words) -> int {
  CLI::App app{"Receives from an interface and tells what came."};
  kizashi::capture::live::arguments given;
  auto& options = given.options;
  app.add_option("interface", options.interface)->required();
  app.add_option("--filter", options.filter);
  app.add_option("--method", given.method);
  app.add_option("--rings", given.rings);
  app.add_option("--share", given.share);
  app.add_option("--ring-bytes", options.ring_bytes);
  app.add_option("--block-bytes", options.block_bytes);
  app.add_option("--block-timeout", given.block_timeout, "milliseconds");
  app.add_option("--snap-length", options.snap_length);
  app.add_flag("--outgoing", options.outgoing);
  app.add_flag("!--no-promiscuous", options.promiscuous);
  app.add_option("--frames", given.frames);
  app.add_option("--idle", given.idle, "seconds");
  app.add_option("--sleep", given.sleep, "seconds");
  app.add_option("-o", given.output);
  app.add_flag("--drop-rights", given.must_drop);
  app.add_option("--user", given.user);
  app.add_flag("--reopen", given.must_reopen);
  CLI11_PARSE(app, count, words);
  std::signal(SIGTERM, [](int) { kizashi::capture::live::is_stop_wanted = true; });
  auto const done = kizashi::capture::live::run(given);
  if (done) return 0;
  fmt::print(stderr, "live_receiver: {}\n", done.error().message);
  return 1;
}
