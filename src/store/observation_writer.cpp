#include "kizashi/store/observation_writer.hpp"

#include <algorithm>
#include <bit>
#include <cstring>
#include <span>
#include <vector>

#include <fmt/format.h>

#include "kizashi/base/random.hpp"
#include "kizashi/store/internal/column_values.hpp"
#include "kizashi/store/internal/readings.hpp"

namespace kizashi::store {
namespace {

using address16 = native_block::address16;
using internal::column_address;
using internal::column_time;

auto digest_of(std::span<std::uint8_t const> bytes) noexcept -> std::uint64_t {
  std::uint64_t sum = bytes.size();
  for (auto rest = bytes; !rest.empty();
       rest = rest.subspan(std::min<std::size_t>(8, rest.size()))) {
    std::uint64_t word = 0;
    std::memcpy(&word, rest.data(), std::min<std::size_t>(8, rest.size()));
    sum = std::rotl(sum ^ word, 23) * 0x9E3779B97F4A7C15;
  }
  return mix64(sum);
}

}  // namespace

/// The columns of the three tables that are not the same in every row.
struct observation_writer::rows {
  template <class T>
  using column = std::vector<T>;

  struct windows {
    column<std::uint32_t> start, seconds, ports;
    column<std::uint64_t> packets, bytes, sources, destinations;
  } window;

  struct events {
    column<address16> source;
    column<std::uint64_t> first, last, packets, bytes, destinations, fingerprints, tools;
    column<std::uint32_t> ports;
    column<std::uint16_t> port, scanner;
    column<std::uint8_t> type, traffic_class, pattern, is_exact, is_spoofable, is_ongoing, is_cut;
  } event;

  struct attacks {
    column<address16> victim;
    column<std::uint8_t> length, protocols, is_exact, scale, is_ongoing, is_cut;
    column<std::uint16_t> port_numbers;
    column<std::uint32_t> victims, ports;
    column<std::uint64_t> first, last, packets, bytes, most, spoofed, list_ends, port_packets;
    std::array<column<std::uint64_t>, telescope::answer_kinds> answers;
    column<double> uniformity, rate;
  } attack;
};

observation_writer::observation_writer(std::shared_ptr<engine> into, block_context numbers)
    : engine_{std::move(into)}, numbers_{std::move(numbers)}, rows_{std::make_unique<rows>()} {}
observation_writer::~observation_writer() = default;

auto observation_writer::store(std::string_view table, native_block& block) -> status {
  auto const digest = digest_of(block.bytes());
  if (phase_ == phase::digesting) {
    digest_ = mix64(digest_ ^ digest);
    return {};
  }
  block.fill("sensor", numbers_.sensor);
  block.fill("epoch", epoch_);
  block.fill("generation", generation_);
  // The same rows in the same order are the same block when they come again after a crash.
  auto const token = phase_ == phase::adding ? fmt::format("{}/{:016x}/{}/{:016x}", numbers_.sensor,
                                                           epoch_, block.rows(), digest)
                                             : std::string{};
  return engine_->insert(table, block, token);
}

auto observation_writer::observe(telescope::window const& closed) -> status {
  auto& to = rows_->window;
  constexpr std::int64_t second = 1'000'000'000;
  to.start.push_back(static_cast<std::uint32_t>(closed.start.nanoseconds() / second));
  to.seconds.push_back(static_cast<std::uint32_t>(closed.length / std::chrono::seconds{1}));
  to.packets.push_back(closed.packets);
  to.bytes.push_back(closed.wire_bytes);
  to.sources.push_back(closed.sources);
  to.destinations.push_back(closed.destinations);
  to.ports.push_back(static_cast<std::uint32_t>(closed.ports.size()));
  return {};
}

auto observation_writer::add(telescope::scan_event const& closed, telescope::scan_pattern pattern)
    -> status {
  auto& to = rows_->event;
  to.source.push_back(column_address(closed.source));
  to.first.push_back(column_time(closed.first));
  to.last.push_back(column_time(closed.last));
  to.type.push_back(static_cast<std::uint8_t>(closed.type));
  to.traffic_class.push_back(static_cast<std::uint8_t>(closed.traffic_class));
  to.pattern.push_back(static_cast<std::uint8_t>(pattern));
  to.port.push_back(closed.port);
  to.ports.push_back(closed.ports);
  to.packets.push_back(closed.packets);
  to.bytes.push_back(closed.wire_bytes);
  to.destinations.push_back(closed.destinations.count);
  to.is_exact.push_back(closed.destinations.is_exact);
  to.fingerprints.push_back(numbers_.bits_of(closed.fingerprints));
  to.tools.push_back(numbers_.bits_of(closed.tools));
  to.scanner.push_back(numbers_.scanners[closed.scanner]);
  to.is_spoofable.push_back(closed.is_spoofable);
  to.is_ongoing.push_back(closed.is_ongoing);
  to.is_cut.push_back(closed.is_cut);
  return is_given_ && to.source.size() >= block_rows ? store_events() : status{};
}

auto observation_writer::store_events() -> status {
  auto const& from = rows_->event;
  native_block block{from.source.size()};
  block.add_fixed_string("src", from.source);
  block.add("first", from.first);
  block.add("last", from.last);
  block.add("type", from.type);
  block.add("class", from.traffic_class);
  block.add("pattern", from.pattern);
  block.add("port", from.port);
  block.add("ports", from.ports);
  block.add("packets", from.packets);
  block.add("bytes", from.bytes);
  block.add("destinations", from.destinations);
  block.add("destinations_exact", from.is_exact);
  block.add("fingerprints", from.fingerprints);
  block.add("tools", from.tools);
  block.add("scanner", from.scanner);
  block.add("spoofable", from.is_spoofable);
  block.add("ongoing", from.is_ongoing);
  block.add("cut", from.is_cut);
  KIZASHI_TRY(store("events", block));
  rows_->event = {};
  return {};
}

auto observation_writer::add(telescope::dos_event const& closed) -> status {
  auto& to = rows_->attack;
  auto const& network = closed.victim;
  to.victim.push_back(column_address(network.first()));
  to.length.push_back(
      static_cast<std::uint8_t>(network.length() + (network.first().is_ipv6() ? 0 : 96)));
  to.first.push_back(column_time(closed.first));
  to.last.push_back(column_time(closed.last));
  to.victims.push_back(closed.victims);
  to.packets.push_back(closed.packets);
  to.bytes.push_back(closed.wire_bytes);
  to.most.push_back(closed.most_per_minute);
  to.spoofed.push_back(closed.spoofed);
  for (auto const& each : closed.ports) {
    to.protocols.push_back(each.ip_protocol);
    to.port_numbers.push_back(each.port);
    to.port_packets.push_back(each.packets);
  }
  to.list_ends.push_back(to.protocols.size());
  to.ports.push_back(closed.port_count);
  to.is_exact.push_back(closed.are_ports_exact);
  for (std::size_t i = 0; i < telescope::answer_kinds; ++i)
    to.answers[i].push_back(closed.by_answer[i]);
  to.uniformity.push_back(closed.uniformity);
  to.scale.push_back(static_cast<std::uint8_t>(closed.scale));
  to.rate.push_back(closed.attack_rate);
  to.is_ongoing.push_back(closed.is_ongoing);
  to.is_cut.push_back(closed.is_cut);
  return is_given_ && to.victim.size() >= block_rows ? store_attacks() : status{};
}

auto observation_writer::store_attacks() -> status {
  auto const& from = rows_->attack;
  native_block block{from.victim.size()};
  block.add_fixed_string("victim", from.victim);
  block.add("prefix_length", from.length);
  block.add("first", from.first);
  block.add("last", from.last);
  block.add("victims", from.victims);
  block.add("packets", from.packets);
  block.add("bytes", from.bytes);
  block.add("most_per_minute", from.most);
  block.add("spoofed_sources", from.spoofed);
  block.add_lists("port_protocols", from.list_ends, std::span{from.protocols});
  block.add_lists("port_numbers", from.list_ends, std::span{from.port_numbers});
  block.add_lists("port_packets", from.list_ends, std::span{from.port_packets});
  block.add("ports", from.ports);
  block.add("ports_exact", from.is_exact);
  constexpr std::array names = {"synack", "rst", "icmp", "udp"};
  for (std::size_t i = 0; i < telescope::answer_kinds; ++i) block.add(names[i], from.answers[i]);
  block.add("uniformity", from.uniformity);
  block.add("scaling", from.scale);
  block.add("attack_rate", from.rate);
  block.add("ongoing", from.is_ongoing);
  block.add("cut", from.is_cut);
  KIZASHI_TRY(store("attacks", block));
  rows_->attack = {};
  return {};
}

auto observation_writer::store_windows() -> status {
  auto const& from = rows_->window;
  native_block block{from.start.size()};
  block.add("start", from.start);
  block.add("seconds", from.seconds);
  block.add("packets", from.packets);
  block.add("bytes", from.bytes);
  block.add("sources", from.sources);
  block.add("destinations", from.destinations);
  block.add("ports", from.ports);
  return store("windows", block);
}

auto observation_writer::store_all(giver const& all) -> status {
  is_given_ = true;
  KIZASHI_TRY(all(*this));
  KIZASHI_TRY(store_events());
  KIZASHI_TRY(store_attacks());
  return store_windows();
}

auto observation_writer::finish(std::uint64_t epoch, std::uint64_t packets, giver const& all)
    -> status {
  if (epoch == 0) return {};
  internal::stream_readings of{*engine_, numbers_.sensor, epoch};
  KIZASHI_TRY(of.load());
  if (of.reaches_beyond(packets)) return {};
  KIZASHI_TRY(store_all(all));
  KIZASHI_TRY(generation_, of.begin(packets, digest_));
  epoch_ = epoch;
  phase_ = phase::replacing;
  if (generation_ > 0) KIZASHI_TRY(store_all(all));
  return of.end();
}

auto observation_writer::flush(std::uint64_t epoch) -> status {
  if (rows_->event.source.empty() && rows_->attack.victim.empty() && rows_->window.start.empty())
    return {};
  if (generation_ == 0) {
    internal::stream_readings of{*engine_, numbers_.sensor, epoch};
    KIZASHI_TRY(of.load());
    KIZASHI_TRY(generation_, of.begin_endless());
    epoch_ = epoch;
    phase_ = phase::adding;
  }
  KIZASHI_ASSERT(phase_ == phase::adding && epoch_ == epoch);
  KIZASHI_TRY(store_events());
  KIZASHI_TRY(store_attacks());
  KIZASHI_TRY(store_windows());
  rows_->window = {};
  return {};
}

}  // namespace kizashi::store
