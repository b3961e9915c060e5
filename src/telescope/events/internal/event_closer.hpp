// From open events to ended ones, and to what is known of their source.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "kizashi/telescope/events/coordination.hpp"
#include "kizashi/telescope/events/event_tracker.hpp"
#include "kizashi/telescope/events/internal/event_store.hpp"
#include "kizashi/telescope/events/internal/pattern.hpp"

namespace kizashi::telescope::internal {

/// What both address families of a tracker share.
struct tracker_state {
  tracker_options options;
  std::int64_t timeout = 0;   ///< ns
  std::int64_t lateness = 0;  ///< ns
  std::size_t share = 0;      ///< bytes of a shard
  tracker_counts counts{};
  std::vector<scan_event>* closed = nullptr;
  profile_book book;
  target_groups groups;
  status failure;  ///< of the book

  /// Whether an event ended before `now`, the watermark: no packet that is not late can extend it.
  [[nodiscard]] auto is_over(std::int64_t last, std::int64_t now) const noexcept -> bool {
    return last != timestamp::unknown().nanoseconds() && now - last > timeout + lateness;
  }
};

/// Why events end.
enum class ending : std::uint8_t { silent, cut, finished };

/// The header of a row, with neither destination nor sequence number.
[[nodiscard]] auto sample_of(net::packet_batch const& batch, std::size_t row) noexcept
    -> header_sample;
/// Adds packets to what is known of a source.
void add_packets(source_profile& to, recognise::packet_type type,
                 recognise::traffic_class traffic_class, std::uint64_t packets,
                 std::uint64_t wire_bytes) noexcept;
/// Likewise, to what its fingerprints are judged by.
void add_packets(recognise::tool_evidence::totals& to, recognise::packet_type type,
                 std::uint64_t packets) noexcept;
/// Adds packets to a port of a source, packets that it has counted.
void add_packets_of_port(source_profile& to, recognise::packet_type type, std::uint16_t port,
                         std::uint64_t packets) noexcept;
/// Adds what else a scan event says.
void add_scan_event(source_profile& to, scan_event const& event) noexcept;

/// Ends events of one source. Its fingerprints are judged once, when the first of its events asks.
template <class Address>
class event_closer {
public:
  using store = event_store<Address>;
  using source = typename store::source;
  using event = typename store::event;

  event_closer(tracker_state& state, store& events, source& of, std::int64_t now,
               ending why) noexcept
      : state_{state}, store_{events}, source_{of}, now_{now}, why_{why} {}

  /// Gives the event out when it is one to be followed, and adds it to `profile`. It stays in the
  /// store.
  void end(event const& open, source_profile& profile) {
    judge_source();
    profile.fingerprints |= open.fingerprints;
    if (open.first != timestamp::unknown().nanoseconds()) {
      auto const first = timestamp{open.first};
      profile.first = profile.first.is_known() ? std::min(profile.first, first) : first;
      profile.last = std::max(profile.last, timestamp{open.last});
    }
    if (!open.key.is_followed()) {
      add_packets(profile, open.key.type(), open.key.traffic_class(), open.packets,
                  open.wire_bytes);
      return;
    }
    auto& made = state_.closed->emplace_back();
    fill(made, open);
    add_packets(profile, made.type, made.traffic_class, made.packets, made.wire_bytes);
    add_scan_event(profile, made);
    if (made.destinations.count >= 2 && state_.options.run_totals) add_targets(open, made);
    ++state_.counts.events;
    state_.counts.cut += made.is_cut;
  }

private:
  void fill(scan_event& made, event const& open) {
    made.source = net::address{source_.address};
    made.type = open.key.type();
    made.traffic_class = open.key.traffic_class();
    made.port = open.key.port();
    made.ports = static_cast<std::uint32_t>(std::min<std::uint64_t>(store_.ports_of(open), 65536));
    made.first = timestamp{open.first};
    made.last = timestamp{open.last};
    made.packets = open.packets;
    made.wire_bytes = open.wire_bytes;
    made.destinations = open.destinations.count(store_.destinations());
    // An estimate may be above what there can be.
    made.destinations.count = std::min<std::uint64_t>(made.destinations.count, open.packets);
    made.ports = static_cast<std::uint32_t>(std::min<std::uint64_t>(made.ports, open.packets));
    made.fingerprints = open.fingerprints;
    made.tools = tools_;
    made.scanner = source_.scanner;
    made.is_spoofable = !source_.has_shaken_hands;
    bool const is_over = state_.is_over(open.last, now_);
    made.is_cut = why_ == ending::cut && !is_over;
    made.is_ongoing = why_ == ending::finished && now_ - open.last <= state_.timeout;
    made.samples = 0;
    store_.for_each_sample(open,
                           [&](header_sample const& each) { made.headers[made.samples++] = each; });
    judge_event(made, {store_.rest_of(open).is_wide, state_.options.timeout,
                       state_.options.darknet_addresses});
  }
  void add_targets(event const& open, scan_event const& made) {
    std::array<std::uint64_t, distinct<typename store::key_type>::most_exact> hashes;
    std::size_t count = 0;
    target_event targets;
    if (open.destinations.is_exact())
      open.destinations.for_each(store_.destinations(),
                                 [&](auto key) { hashes[count++] = hash_of_key(key); });
    else
      targets.sketch = &open.destinations.sketch(store_.destinations());
    targets.source = made.source;
    targets.type = made.type;
    targets.port = made.port;
    targets.quirk = made.type == recognise::packet_type::tcp_syn ? quirk_of(made.headers[0]) : 0;
    targets.packets = made.packets;
    targets.first = made.first;
    targets.last = made.last;
    targets.destinations = std::span{hashes}.first(count);
    state_.groups.add(targets);
  }

  /// Finds the verdicts over all the source's packets, before any of its events is ended.
  void judge_source() {
    if (is_judged_) return;
    is_judged_ = true;
    recognise::tool_evidence::totals sum;
    std::uint64_t matched = 0;
    if (auto const* const ended = store_.ledger(std::as_const(source_))) {
      sum = {ended->tcp_syn, ended->tcp, ended->udp, ended->icmp, ended->packets};
      matched = ended->fingerprints;
    }
    // Most sources have nothing to be judged by.
    store_.for_each(source_, [&](event const& each) {
      add_packets(sum, each.key.type(), each.packets);
      matched |= each.fingerprints;
    });
    if (matched == 0 && sum.tcp_syn < 2) return;
    auto const verdicts = source_.evidence.judge(*state_.options.fingerprints, sum, matched);
    for (auto const& each : verdicts) tools_ |= std::uint64_t{1} << each.fingerprint;
  }

  tracker_state& state_;
  store& store_;
  source& source_;
  std::int64_t now_;
  ending why_;
  bool is_judged_ = false;
  std::uint64_t tools_ = 0;
};

}  // namespace kizashi::telescope::internal
