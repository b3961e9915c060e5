// How fast can decoding be at all? A bare loop over the bytes of a capture that reads the fields
// and adds them up: no columns, no checks beyond the lengths, one link type.
//
//   bench_ceiling FILE.pcap    prints {"packets": N, "seconds": S, "sum": X}
#include "bench/pcap_walk.hpp"

int main(int count, char** arguments) {
  auto const watch = bench::stopwatch{};
  auto const file = count == 2 ? bench::map_file(arguments[1]) : bench::mapped_file{};
  if (file.size == 0) {
    std::fputs("usage: bench_ceiling FILE.pcap (little-endian, Ethernet)\n", stderr);
    return 2;
  }
  std::uint64_t sum = 0;
  auto const packets = bench::walk(file, [&](bench::fields const& each) {
    sum += std::uint64_t{each.seconds} + each.fraction + each.wire + each.source +
           each.destination + each.destination_port + each.ip_id + each.protocol + each.flags;
  });
  std::printf("{\"packets\": %lu, \"seconds\": %.6f, \"sum\": %lu}\n", packets, watch.seconds(),
              sum);
}
