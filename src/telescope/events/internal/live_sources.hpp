// The live sources of one address family: packets in, ended events and profiles out.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <utility>
#include <vector>

#include "kizashi/net/packet_batch.hpp"
#include "kizashi/recognise/tag_columns.hpp"
#include "kizashi/telescope/batch_plan.hpp"
#include "kizashi/telescope/events/internal/event_closer.hpp"
#include "kizashi/telescope/events/internal/source_index.hpp"
#include "kizashi/telescope/events/internal/source_timer.hpp"

namespace kizashi::telescope::internal {

/// A batch, and for each row the watermark: the latest time of all rows up to it.
struct timed_rows {
  net::packet_batch const& batch;
  recognise::tag_columns const& tags;
  std::int64_t const* marks;
};

/// Ends sources when a shard needs more memory than its share.
class relief {
public:
  virtual ~relief() = default;
  virtual void make_room(unsigned shard, std::int64_t now) = 0;
};

template <class Address>
class live_sources_state;

template <class Address>
class live_sources {
public:
  live_sources(tracker_state& state, relief& when_full)
      : state_{state}, relief_{when_full}, timer_{state.timeout + state.lateness} {}

  /// Adds rows that stand between two steps of the timer.
  void track(timed_rows const& of, std::span<std::uint16_t const> rows) {
    for (; !rows.empty(); rows = rows.subspan(std::min(rows.size(), stride)))
      track_stride(of, rows.first(std::min(rows.size(), stride)));
  }

  /// Ends what was over when the watermark passed a step of the timer.
  void advance(std::int64_t now) {
    timer_.advance(
        now, [&](auto const& due) { return is_due(due); },
        [&](auto const& due, std::int64_t boundary) { look_after(due.number, boundary); });
  }

  /// Ends a quarter of a shard's sources, those silent for longest.
  void relieve(unsigned shard, std::int64_t now) {
    std::vector<std::pair<std::int64_t, std::uint32_t>> all;
    index_[shard].for_each(
        [&](std::uint32_t number) { all.emplace_back(last_of(sources_[number]), number); });
    auto const is_older = [&](auto const& a, auto const& b) {
      return a.first != b.first ? a.first < b.first
                                : sources_[a.second].address < sources_[b.second].address;
    };
    auto const quarter = all.begin() + static_cast<std::ptrdiff_t>((all.size() + 3) / 4);
    if (quarter != all.end()) std::nth_element(all.begin(), quarter, all.end(), is_older);
    std::sort(all.begin(), quarter, is_older);
    for (auto at = all.begin(); at != quarter; ++at) end_source(at->second, now, ending::cut);
  }

  /// Ends all sources of a shard.
  void finish(unsigned shard, std::int64_t now) {
    std::vector<std::pair<Address, std::uint32_t>> all;
    index_[shard].for_each(
        [&](std::uint32_t number) { all.emplace_back(sources_[number].address, number); });
    std::sort(all.begin(), all.end());
    // Step by step ahead, as for a stride of rows.
    constexpr std::size_t ahead = 8;
    auto const fetch = [&](std::size_t i, auto&& step) {
      if (i < all.size()) step(all[i].second);
    };
    for (std::size_t i = 0; i < all.size(); ++i) {
      fetch(i + 5 * ahead, [&](std::uint32_t number) { fetch_source(number); });
      fetch(i + 4 * ahead, [&](std::uint32_t number) { store_.fetch_rest(sources_[number]); });
      fetch(i + 3 * ahead, [&](std::uint32_t number) { store_.fetch_events(sources_[number]); });
      fetch(i + 2 * ahead, [&](std::uint32_t number) { store_.fetch_rests(sources_[number]); });
      fetch(i + ahead, [&](std::uint32_t number) { store_.fetch_ends(sources_[number]); });
      give_out(sources_[all[i].second], now, ending::finished);
    }
    // Nothing comes after it: what the sources had stays where it is.
    live_ -= all.size();
    index_[shard].clear();
  }

  /// Whether the timer has a step between the watermark so far and `now`.
  [[nodiscard]] auto is_step(std::int64_t now) const noexcept -> bool {
    return timer_.is_step(now);
  }
  [[nodiscard]] auto in_use(unsigned shard) const noexcept -> std::size_t { return in_use_[shard]; }
  /// Most sources at one time, shard by shard.
  [[nodiscard]] auto most_sources() const noexcept -> std::uint64_t {
    std::uint64_t sum = 0;
    for (auto const each : most_) sum += each;
    return sum;
  }
  [[nodiscard]] auto open_events() const noexcept -> std::uint64_t { return store_.followed(); }
  [[nodiscard]] auto bytes() const noexcept -> std::size_t {
    auto sum = sources_.bytes() + store_.bytes() + timer_.bytes();
    for (auto const& each : index_) sum += each.bytes();
    return sum;
  }

private:
  friend class live_sources_state<Address>;

  using store = event_store<Address>;
  using source = typename store::source;
  using event = typename store::event;
  using key_type = typename store::key_type;

  static constexpr std::size_t stride = 128;
  static constexpr std::size_t least_cleaning = 4096;  ///< entries of the timer
  static constexpr auto unknown = timestamp::unknown().nanoseconds();
  /// Of a source alone: itself, its places in the index and what the timer keeps.
  static constexpr std::size_t source_bytes =
      sizeof(source) + (sizeof(Address) + 4) * 32 / 5 + 2 * sizeof(timer_entry);

  struct sighting {
    Address address;
    Address destination;
    std::uint64_t hash;
    std::uint32_t number;  ///< of the source when the stride began; 0: there was none
    event_key key;
    std::uint16_t row;
    std::uint8_t shard;
    event* open;  ///< its event when the stride began; null: there was none
  };

  [[nodiscard]] static auto key_of(timed_rows const& of, std::size_t row) noexcept -> event_key {
    using kind = event_key::kind;
    auto const type = static_cast<recognise::packet_type>(of.tags.type[row]);
    auto const belongs = static_cast<recognise::traffic_class>(of.tags.traffic_class[row]);
    if (of.batch.time[row] == unknown) return {kind::stray, type, belongs, 0};
    if (!is_scan_like(belongs)) return {kind::rest, type, belongs, 0};
    return {kind::port, type, belongs, recognise::port_of(of.batch, row, type)};
  }
  /// The bit of `live_source::joint` for events like this one. A source can have two classes of one
  /// type: that of the type, and unroutable, when some of its packets come from where they go. None
  /// for types without ports: they have one event.
  [[nodiscard]] static auto joint_bit(event_key key) noexcept -> std::uint32_t {
    constexpr auto types = static_cast<unsigned>(recognise::packet_type::udp_exploit) + 1;
    static_assert(2 * types <= 32);
    auto const type = static_cast<unsigned>(key.type());
    auto const is_unroutable = key.traffic_class() == recognise::traffic_class::unroutable;
    return type < types ? 1U << (is_unroutable ? types + type : type) : 0;
  }
  [[nodiscard]] static auto joint_key(source const& of, event_key key) noexcept -> event_key {
    if (key.of() != event_key::kind::port || (of.joint & joint_bit(key)) == 0) return key;
    return {event_key::kind::joint, key.type(), key.traffic_class(), 0};
  }

  [[gnu::always_inline]] inline void fetch_source(std::uint32_t number) const noexcept {
    auto const* const bytes = reinterpret_cast<std::byte const*>(&sources_[number]);
    for (std::size_t at = 0; at < sizeof(source); at += 64) __builtin_prefetch(bytes + at, 1);
  }
  /// The places that rows will touch are asked for in steps, for all rows of the stride at once, so
  /// that the memory's delays pass side by side.
  void track_stride(timed_rows const& of, std::span<std::uint16_t const> rows) {
    std::array<sighting, stride> sightings;
    auto const all = std::span{sightings}.first(rows.size());
    for (std::size_t i = 0; i < rows.size(); ++i) {
      auto& each = all[i];
      read_addresses(of.batch, rows[i], each);
      each.row = rows[i];
      each.key = key_of(of, rows[i]);
      each.shard = static_cast<std::uint8_t>(shard_of(each.address));
      each.hash = index_[each.shard].fetch(each.address);
    }
    for (auto& each : all) {
      each.number = index_[each.shard].find(each.address, each.hash);
      if (each.number != 0) fetch_source(each.number);
    }
    for (auto const& each : all)
      if (each.number != 0) {
        auto const& from = sources_[each.number];
        store_.fetch_page(from, joint_key(from, each.key));
      }
    for (auto& each : all) {
      each.open = nullptr;
      if (each.number == 0) continue;
      auto& from = sources_[each.number];
      each.open = store_.fetch_event(from, joint_key(from, each.key));
    }
    for (auto const& each : all)
      if (each.open != nullptr) store_.fetch_parts(*each.open, distinct_key(each.destination));
    for (auto const& each : all)
      if (each.open != nullptr) store_.fetch_samples(*each.open);
    erased_before_ = store_.erased();
    for (auto const& each : all) add(of, each);
  }
  static void read_addresses(net::packet_batch const& batch, std::size_t row,
                             sighting& to) noexcept {
    if constexpr (std::is_same_v<Address, net::ipv4>) {
      to.address = net::ipv4{batch.source[row]};
      to.destination = net::ipv4{batch.destination[row]};
    } else {
      to.address = batch.ipv6[batch.source[row]].source;
      to.destination = batch.ipv6[batch.source[row]].destination;
    }
  }

  void add(timed_rows const& of, sighting const& seen) {
    auto const now = of.marks[seen.row];
    auto const time = of.batch.time[seen.row];
    bool const is_valid = seen.open != nullptr && erased_before_ == store_.erased();
    auto& from = is_valid ? sources_[seen.number] : source_of(of, seen, now);
    auto* to = is_valid ? seen.open : store_.find(from, joint_key(from, seen.key));
    if (to == nullptr || !takes(*to, time, now))
      to = &settle(from, to, seen, joint_key(from, seen.key), time, now);
    add_packet(of, seen, from, *to, time);
    if (state_.share < in_use_[seen.shard]) relief_.make_room(seen.shard, now);
  }
  /// The source of a row, made when it is not there. What the stride began with may have ended.
  [[gnu::always_inline]] inline auto source_of(timed_rows const& of, sighting const& seen,
                                               std::int64_t now) -> source& {
    if (seen.number != 0) {
      auto& found = sources_[seen.number];
      if (found.serial != 0 && found.address == seen.address) return found;
    }
    return find_or_make(of, seen, now);
  }
  [[gnu::noinline]] auto find_or_make(timed_rows const& of, sighting const& seen, std::int64_t now)
      -> source& {
    auto& index = index_[seen.shard];
    if (auto const number = index.find(seen.address, seen.hash); number != 0)
      return sources_[number];
    source fresh;
    fresh.address = seen.address;
    fresh.serial = ++serial_ == 0 ? ++serial_ : serial_;
    fresh.scanner = of.tags.scanner[seen.row];
    auto const number = sources_.take(fresh);
    auto& made = sources_[number];
    index.insert(seen.address, seen.hash, number, arena_);
    timer_.add({number, made.serial}, now);
    ++live_;
    if (timer_.entries() > 2 * live_ + least_cleaning)
      timer_.clean([&](auto const& each) { return is_due(each); });
    in_use_[seen.shard] += source_bytes;
    most_[seen.shard] = std::max<std::uint64_t>(most_[seen.shard], index.size());
    return made;
  }

  /// Whether a packet extends an event that is open.
  [[nodiscard, gnu::always_inline]] inline auto takes(event const& open, std::int64_t time,
                                                      std::int64_t now) const noexcept -> bool {
    if (open.key.of() == event_key::kind::stray) return true;
    return time - open.last <= state_.timeout && open.first - time <= state_.timeout &&
           !state_.is_over(open.last, now);
  }
  /// The event for a packet that `open`, if any, does not take.
  [[gnu::noinline]] auto settle(source& from, event* open, sighting const& seen, event_key key,
                                std::int64_t time, std::int64_t now) -> event& {
    bool const is_late = time != unknown && now - time > state_.lateness;
    if (open != nullptr && (!is_late || state_.is_over(open->last, now))) {
      end_event(from, *open, seen.shard, now);
      key = seen.key;
    }
    if (key.of() == event_key::kind::stray || is_late) {
      event_key const stray{event_key::kind::stray, key.type(), key.traffic_class(), 0};
      auto* const found = store_.find(from, stray);
      return found != nullptr ? *found : store_.insert(from, stray, in_use_[seen.shard]);
    }
    auto& made = make_event(from, key, seen.shard, now);
    if (made.first == unknown) made.first = made.last = time;
    from.no_last_before = std::min(from.no_last_before, time);
    return made;
  }
  /// An event for a port or a class that has none. That of a source with too many ports is joint.
  [[nodiscard]] auto make_event(source& from, event_key key, unsigned shard, std::int64_t now)
      -> event& {
    auto& charge = in_use_[shard];
    if (key.of() != event_key::kind::port || store_.count_like(from, key) + 1 < many_ports)
      return store_.insert(from, key, charge);
    end_silent(from, shard, now);
    auto const ports = store_.count_like(from, key) + 1;
    if (ports > most_ports_each) return join_ports(from, key, shard);
    auto& made = store_.insert(from, key, charge);
    if (ports >= many_ports) store_.rest_of(made).is_wide = true;
    // Beyond that number all that are open have been marked before.
    if (ports == many_ports)
      store_.for_each(from, [&](event const& each) {
        if (each.key.is_same_but_port(key)) store_.rest_of(each).is_wide = true;
      });
    return made;
  }
  [[nodiscard]] auto join_ports(source& from, event_key key, unsigned shard) -> event& {
    auto& charge = in_use_[shard];
    std::vector<event*> parts;
    store_.for_each(from, [&](event& each) {
      if (each.key.is_same_but_port(key)) parts.push_back(&each);
    });
    from.joint |= joint_bit(key);
    auto& joint = store_.insert(from, joint_key(from, key), charge);
    auto& ledger = store_.ledger(from, charge);
    for (auto* const each : parts) {
      add_packets_of_port(ledger, key.type(), each->key.port(), each->packets);
      store_.join(from, joint, *each, charge);
    }
    return joint;
  }

  /// Whether a packet goes elsewhere than the one before. Two packets of a flood, whose ports and
  /// sequence numbers may count up together, are no test of a scanner's relation.
  [[nodiscard]] static auto is_new_target(source const& from, sighting const& seen) noexcept
      -> bool {
    return !from.has_step || from.last_port != seen.key.port() ||
           from.last_destination != low_bits(seen.destination);
  }
  void add_packet(timed_rows const& of, sighting const& seen, source& from, event& to,
                  std::int64_t time) {
    auto const row = seen.row;
    ++to.packets;
    to.wire_bytes += of.batch.wire_length[row];
    auto const type = to.key.type();
    if (auto const matched = of.tags.fingerprints[row]; matched != 0) {
      to.fingerprints |= matched;
      from.evidence.add(matched);
    }
    if (type == recognise::packet_type::tcp_syn && is_new_target(from, seen))
      from.evidence.add_keys(of.tags, row, of.batch.tcp_sequence[row]);
    if (type <= recognise::packet_type::tcp_exploit) watch_handshake(of.batch, row, type, from);
    if (to.key.of() == event_key::kind::stray) {
      ++(time == unknown ? state_.counts.untimed : state_.counts.late);
      return;
    }
    to.first = std::min(to.first, time);
    to.last = std::max(to.last, time);
    note_minute(time);
    from.activity |= minute_bit_;
    from.days |= day_bit_;
    if (to.key.is_followed()) add_probe(of, seen, from, to);
  }
  void add_probe(timed_rows const& of, sighting const& seen, source& from, event& to) {
    auto& charge = in_use_[seen.shard];
    auto const key = distinct_key(seen.destination);
    store_.add_destination(to, key, charge);
    if (store::is_sampled(to.packets)) store_.add_sample(to, sample_of(of.batch, seen.row), charge);
    auto const port = seen.key.port();
    if (to.key.of() == event_key::kind::joint) store_.add_port(to, port, charge);
    from.targets |= std::uint64_t{1} << (hash_of_key(key) & 63);
    auto const place = low_bits(seen.destination);
    if (from.has_step) {
      from.sequence |= 1U << step_of(from.last_port, port);
      constexpr auto most = std::numeric_limits<std::uint16_t>::max();
      if (from.ascents < most && from.descents < most) {
        if (place > from.last_destination) ++from.ascents;
        if (place < from.last_destination) ++from.descents;
      }
    }
    from.has_step = true;
    from.last_port = port;
    from.last_destination = place;
  }
  [[nodiscard]] static auto low_bits(net::ipv4 a) noexcept -> std::uint32_t { return a.value(); }
  [[nodiscard]] static auto low_bits(net::ipv6 a) noexcept -> std::uint32_t {
    return static_cast<std::uint32_t>(a.low());
  }
  /// A SYN with sequence number s and then an ACK with s + 1 to the same port: somebody answered,
  /// and the source read the answer.
  static void watch_handshake(net::packet_batch const& batch, std::size_t row,
                              recognise::packet_type type, source& from) noexcept {
    using namespace net;
    if (type == recognise::packet_type::tcp_syn) {
      from.syn_sequence = batch.tcp_sequence[row];
      from.syn_port = batch.destination_port[row];
      from.has_syn = true;
      return;
    }
    constexpr auto looked_at = tcp_flag::syn | tcp_flag::rst | tcp_flag::ack;
    if (from.has_syn && (batch.tcp_flags[row] & looked_at) == tcp_flag::ack &&
        batch.destination_port[row] == from.syn_port &&
        batch.tcp_sequence[row] == from.syn_sequence + 1)
      from.has_shaken_hands = true;
  }
  [[gnu::always_inline]] inline void note_minute(std::int64_t time) noexcept {
    constexpr std::int64_t minute = 60'000'000'000;
    if (time >= minute_start_ && time - minute_start_ < minute) return;
    minute_start_ = time - time % minute;
    minute_bit_ = std::uint64_t{1} << (time / minute % 64);
    day_bit_ = 1U << (time / minute / 1440 % 32);
  }

  [[nodiscard]] auto last_of(source& of) noexcept -> std::int64_t {
    auto last = unknown;
    store_.for_each(of, [&](event const& each) { last = std::max(last, each.last); });
    return last;
  }
  [[nodiscard]] auto is_due(timer_entry const& due) const noexcept -> bool {
    return sources_[due.number].serial == due.serial;
  }
  /// Ends what is over of a source, and the source when nothing else is left of it.
  void look_after(std::uint32_t number, std::int64_t boundary) {
    auto& of = sources_[number];
    auto const last = last_of(of);
    if (last == unknown || state_.is_over(last, boundary)) {
      end_source(number, boundary, ending::silent);
      return;
    }
    end_silent(of, shard_of(of.address), boundary);
    timer_.add({number, of.serial}, last);
  }
  /// Ends the events of a source that are over.
  void end_silent(source& of, unsigned shard, std::int64_t now) {
    if (of.no_last_before != unknown && !state_.is_over(of.no_last_before, now)) return;
    std::vector<event*> over;
    auto earliest = now;
    store_.for_each(of, [&](event& each) {
      if (state_.is_over(each.last, now))
        over.push_back(&each);
      else if (each.last != unknown)
        earliest = std::min(earliest, each.last);
    });
    of.no_last_before = earliest;
    for (auto* const each : over) end_event(of, *each, shard, now);
  }
  void end_event(source& of, event& open, unsigned shard, std::int64_t now) {
    auto& charge = in_use_[shard];
    event_closer<Address>{state_, store_, of, now, ending::silent}.end(open,
                                                                       store_.ledger(of, charge));
    if (open.key.of() == event_key::kind::joint) of.joint &= ~joint_bit(open.key);
    store_.erase(of, open, charge);
  }
  /// Gives out a source's events and its profile.
  void give_out(source& of, std::int64_t now, ending why) {
    source_profile profile;
    if (auto const* const ended = store_.ledger(std::as_const(of))) profile = *ended;
    event_closer<Address> closer{state_, store_, of, now, why};
    store_.for_each(of, [&](event& each) { closer.end(each, profile); });
    if (!state_.options.run_totals) return;
    fill_profile(profile, of);
    if (state_.failure) state_.failure = state_.book.add(profile);
  }
  void end_source(std::uint32_t number, std::int64_t now, ending why) {
    auto& of = sources_[number];
    auto const shard = shard_of(of.address);
    auto& charge = in_use_[shard];
    give_out(of, now, why);
    store_.erase_all(of, charge);
    store_.drop_ledger(of, charge);
    index_[shard].erase(of.address);
    charge -= source_bytes;
    of.serial = 0;
    --live_;
    sources_.give_back(number);
  }
  static void fill_profile(source_profile& to, source const& of) noexcept {
    to.address = net::address{of.address};
    to.evidence = of.evidence;
    to.sequence = of.sequence;
    to.ascents = of.ascents;
    to.descents = of.descents;
    to.targets = of.targets;
    to.activity = of.activity;
    to.days = of.days;
    to.scanner = of.scanner;
    to.is_spoofable = !of.has_shaken_hands;
  }

  tracker_state& state_;
  relief& relief_;
  arena arena_;
  std::array<source_index<Address>, shards> index_;
  std::array<std::size_t, shards> in_use_{};
  std::array<std::uint64_t, shards> most_{};
  slots<source> sources_{arena_};
  store store_{arena_};
  source_timer timer_;
  std::uint64_t erased_before_ = 0;
  std::size_t live_ = 0;
  std::uint32_t serial_ = 0;
  std::int64_t minute_start_ = 0;
  std::uint64_t minute_bit_ = 1;
  std::uint32_t day_bit_ = 1;
};

}  // namespace kizashi::telescope::internal
