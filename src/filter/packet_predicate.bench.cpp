// Nanoseconds per packet of filters with few and many terms.
#include "kizashi/filter/packet_predicate.hpp"

#include <array>
#include <memory>
#include <string>

#include <benchmark/benchmark.h>
#include <fmt/format.h>

#include "kizashi/base/random.hpp"

namespace kizashi::filter {
namespace {

/// SYN packets from everywhere into a /16.
void fill(net::packet_batch& batch) {
  random_source random{1};
  constexpr std::uint16_t ports[] = {23, 22, 443, 80, 8080, 445, 3389, 2323};
  batch.resize(net::packet_batch::capacity);
  for (std::size_t row = 0; row < batch.size(); ++row) {
    net::packet is;
    is.source = random.next32();
    is.destination = 0xC6120000U + random.below(65536);
    is.ip_protocol = random.below(5) == 0 ? 17 : 6;
    is.attributes = net::bit(net::attribute::ports);
    is.source_port = static_cast<std::uint16_t>(random.next32());
    is.destination_port = ports[random.below(8)];
    is.ttl = static_cast<std::uint8_t>(random.next32());
    is.tcp_window = static_cast<std::uint16_t>(random.next32());
    batch.set_row(row, is);
  }
}

void select(benchmark::State& state, std::string const& text) {
  auto const batch = std::make_unique<net::packet_batch>();
  fill(*batch);
  auto const wanted = packet_predicate::make(*parse(text), {});
  std::array<std::uint8_t, net::packet_batch::capacity> keep;
  std::size_t kept = 0;
  for (auto _ : state) {
    kept = wanted->select(*batch, nullptr, keep);
    benchmark::DoNotOptimize(keep);
  }
  state.SetItemsProcessed(static_cast<std::int64_t>(state.iterations()) *
                          static_cast<std::int64_t>(batch->size()));
  state.counters["kept"] = static_cast<double>(kept) / static_cast<double>(batch->size());
}

auto terms(std::size_t count, std::string_view joint) -> std::string {
  std::string text;
  for (std::size_t i = 0; i < count; ++i) {
    constexpr std::string_view kinds[] = {"dst.port != {}", "ttl != {}", "tcp.window != {}",
                                          "src.port != {}", "length != {}"};
    text += fmt::format("{}{}", text.empty() ? "" : joint,
                        fmt::format(fmt::runtime(kinds[i % 5]), 9 + i));
  }
  return text;
}

auto prefixes(std::size_t count) -> std::string {
  random_source random{2};
  std::string text = "src in {";
  for (std::size_t i = 0; i < count; ++i)
    text += fmt::format("{}{}", i == 0 ? "" : ",",
                        net::prefix{net::ipv4{random.next32()}, 24}.to_string());
  return text + "}";
}

auto destinations(std::size_t count) -> std::string {
  std::string text = "dst in {";
  for (std::size_t i = 0; i < count; ++i)
    text += fmt::format("{}{}", i == 0 ? "" : ",",
                        net::ipv4{0xC6120000U + static_cast<std::uint32_t>(i) * 61}.to_string());
  return text + "}";
}

BENCHMARK_CAPTURE(select, one_term, "dst.port == 23");
BENCHMARK_CAPTURE(select, five_terms_that_hold, terms(5, " and "));
BENCHMARK_CAPTURE(select, twenty_terms_that_hold, terms(20, " and "));
BENCHMARK_CAPTURE(select, twenty_terms_the_first_fails, "tcp.mss == 1 and " + terms(19, " and "));
BENCHMARK_CAPTURE(select, twenty_terms_or,
                  "port == 1 or port == 2 or port == 3 or port == 4 or port == 5 or ttl == 1 or "
                  "ttl == 2 or ttl == 3 or ttl == 4 or ttl == 5 or length == 1 or length == 2 or "
                  "length == 3 or length == 4 or length == 5 or tcp.window == 1 or tcp.window == 2 "
                  "or tcp.window == 3 or tcp.window == 4 or tcp.window == 5");
BENCHMARK_CAPTURE(select, set_of_100_ports, [] {
  std::string text = "dst.port in {1";
  for (int i = 1; i < 100; ++i) text += fmt::format(",{}", 1 + 3 * i);
  return text + "}";
}());
BENCHMARK_CAPTURE(select, thousand_source_prefixes, prefixes(1000));
BENCHMARK_CAPTURE(select, thousand_destinations_in_one_16, destinations(1000));

}  // namespace
}  // namespace kizashi::filter
