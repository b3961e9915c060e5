// What does plain C++ reach? The heart of `kizashi read` in sixty lines: packets, unique sources
// and unique destinations per (protocol, port), over the run and per minute, and totals per source,
// with open addressing. One link type, no IPv6, no late packets, no place, no bound on memory.
//
//   bench_plain FILE.pcap    prints {"packets": N, "seconds": S, "sources": ..., "destinations":
//   ..., "pairs": ...}
#include <memory>
#include <utility>
#include <vector>

#include "bench/pcap_walk.hpp"

namespace {

/// Key to the last minute that saw it, and a count. Key 0 is an empty place.
class table {
public:
  struct entry {
    std::uint64_t key;
    std::uint32_t minute;
    std::uint32_t packets;
  };

  /// Sees `key`; answers whether it is new to the run and whether it is new to the minute.
  auto see(std::uint64_t key, std::uint32_t minute) -> std::pair<bool, bool> {
    auto& found = probe(++key);
    if (found.key == 0) {
      found = {key, minute, 1};
      if (++size_ * 2 > entries_.size()) grow();
      return {true, true};
    }
    ++found.packets;
    return {false, std::exchange(found.minute, minute) != minute};
  }
  [[nodiscard]] auto size() const noexcept -> std::size_t { return size_; }

private:
  auto probe(std::uint64_t key) -> entry& {
    auto at = key * 0x9E3779B97F4A7C15 >> shift_;
    while (entries_[at].key != 0 && entries_[at].key != key) at = (at + 1) & (entries_.size() - 1);
    return entries_[at];
  }
  void grow() {
    auto const old = std::exchange(entries_, std::vector<entry>(entries_.size() * 2));
    --shift_;
    for (auto const& each : old)
      if (each.key != 0) probe(each.key) = each;
  }

  std::vector<entry> entries_ = std::vector<entry>(1 << 16);
  int shift_ = 64 - 16;
  std::size_t size_ = 0;
};

struct port_count {
  std::uint64_t packets, sources, destinations;
};

struct counter {
  table sources, destinations, port_sources, port_destinations;
  std::vector<port_count> run = std::vector<port_count>(2 << 16);
  std::vector<port_count> minute = std::vector<port_count>(2 << 16);
  std::uint32_t current = 0;
  std::uint64_t minute_rows = 0;

  void close_minute() {
    for (auto& each : minute) {
      minute_rows += each.packets != 0;
      each = {};
    }
  }

  void add(bench::fields const& packet) {
    auto const now = packet.seconds / 60;
    if (now != current) {
      close_minute();
      current = now;
    }
    sources.see(packet.source, now);
    destinations.see(packet.destination, now);
    auto const tag = std::uint64_t{packet.protocol == 17} << 16 | packet.destination_port;
    auto const [run_source, minute_source] = port_sources.see(tag << 32 | packet.source, now);
    auto const [run_destination, minute_destination] =
        port_destinations.see(tag << 32 | packet.destination, now);
    run[tag].packets += 1;
    run[tag].sources += run_source;
    run[tag].destinations += run_destination;
    minute[tag].packets += 1;
    minute[tag].sources += minute_source;
    minute[tag].destinations += minute_destination;
  }
};

}  // namespace

int main(int count, char** arguments) {
  auto const watch = bench::stopwatch{};
  auto const file = count == 2 ? bench::map_file(arguments[1]) : bench::mapped_file{};
  if (file.size == 0) {
    std::fputs("usage: bench_plain FILE.pcap (little-endian, Ethernet)\n", stderr);
    return 2;
  }
  auto const all = std::make_unique<counter>();
  auto const packets = bench::walk(file, [&](bench::fields const& each) { all->add(each); });
  all->close_minute();
  std::printf(
      "{\"packets\": %lu, \"seconds\": %.6f, \"sources\": %zu, \"destinations\": %zu, "
      "\"port_sources\": %zu, \"port_destinations\": %zu, \"minute_rows\": %lu}\n",
      packets, watch.seconds(), all->sources.size(), all->destinations.size(),
      all->port_sources.size(), all->port_destinations.size(), all->minute_rows);
}
