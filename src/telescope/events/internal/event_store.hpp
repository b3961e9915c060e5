// The open events of live sources, whichever place they have.
#pragma once

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <utility>

#include "kizashi/base/error.hpp"
#include "kizashi/telescope/events/internal/live_source.hpp"
#include "kizashi/telescope/sources/source_profile.hpp"

namespace kizashi::telescope::internal {

template <class Address>
class live_sources_state;

/// A source has its first open event in itself and others in pages. `charge` in what follows is the
/// sum of bytes that the source's shard has in use.
template <class Address>
class event_store {
public:
  using source = live_source<Address>;
  using key_type = typename source::key_type;
  using event = open_event<key_type>;

  explicit event_store(arena& from) noexcept
      : events_{from},
        pages_{from},
        rests_{from},
        samples_{from},
        port_sets_{from},
        ledgers_{from},
        destinations_{from},
        ports_{from} {}

  /// Null when there is none.
  [[nodiscard, gnu::always_inline]] inline auto find(source& of, event_key key) noexcept -> event* {
    if (of.event.key == key) return &of.event;
    return find_in_pages(of, key);
  }
  /// `of` has no event with that key. It stays where it is until it is erased.
  [[nodiscard]] auto insert(source& of, event_key key, std::size_t& charge) -> event& {
    event fresh;
    fresh.key = key;
    if (key.is_followed()) {
      fresh.rest = rests_.take({});
      ++followed_;
      charge += sizeof(event_rest);
    }
    if (of.event.key.is_none()) return of.event = fresh;
    auto const number = events_.take(fresh);
    charge += sizeof(event);
    auto& page = page_with_room(of, charge);
    page.keys[page.used] = key;
    page.events[page.used] = number;
    ++page.used;
    return events_[number];
  }
  void erase(source& of, event& gone, std::size_t& charge) noexcept {
    ++erased_;
    gone.destinations.clear(destinations_, charge);
    if (gone.rest != 0) drop_rest(gone.rest, charge);
    if (&gone == &of.event)
      gone.key = {};
    else
      erase_from_pages(of, gone.key, charge);
  }
  /// Erases all events of a source.
  void erase_all(source& of, std::size_t& charge) noexcept {
    for_each(of, [&](event& gone) {
      ++erased_;
      gone.destinations.clear(destinations_, charge);
      if (gone.rest != 0) drop_rest(gone.rest, charge);
    });
    of.event.key = {};
    while (of.pages != 0) {
      auto const& page = pages_[of.pages];
      for (std::uint32_t i = 0; i < page.used; ++i) events_.give_back(page.events[i]);
      charge -= page.used * sizeof(event) + sizeof(event_page);
      auto const next = page.next;
      pages_.give_back(of.pages);
      of.pages = next;
    }
  }
  /// Visits each open event of a source. `visit` must not insert or erase.
  template <class Visit>
  void for_each(source& of, Visit&& visit) {
    if (!of.event.key.is_none()) visit(of.event);
    for (auto at = of.pages; at != 0; at = pages_[at].next)
      for (std::uint32_t i = 0; i < pages_[at].used; ++i) visit(events_[pages_[at].events[i]]);
  }
  /// Open events with that key but for the port.
  [[nodiscard]] auto count_like(source const& of, event_key key) const noexcept -> std::size_t {
    std::size_t count = of.event.key.is_same_but_port(key);
    for (auto at = of.pages; at != 0; at = pages_[at].next)
      for (std::uint32_t i = 0; i < pages_[at].used; ++i)
        count += pages_[at].keys[i].is_same_but_port(key);
    return count;
  }

  void add_destination(event& to, key_type key, std::size_t& charge) {
    to.destinations.add(key, destinations_, charge);
  }
  void add_port(event& to, std::uint16_t port, std::size_t& charge) {
    auto& rest = rest_of(to);
    if (rest.ports == 0) {
      rest.ports = port_sets_.take({});
      charge += sizeof(distinct<std::uint32_t>);
    }
    port_sets_[rest.ports].add(port, ports_, charge);
  }
  /// Whether the packet with that number, from 1 on, may be a sample.
  [[nodiscard]] static auto is_sampled(std::uint64_t number) noexcept -> bool {
    return (number & (number - 1)) == 0 || number == 3;
  }
  /// Keeps header samples of a stream without looking back: the first packet, the second, the
  /// third, and from then on those whose number is a power of two, each in the place of the one
  /// before the one before it.
  void add_sample(event& to, header_sample const& sample, std::size_t& charge) {
    auto& rest = rest_of(to);
    if (to.packets == 1) {
      rest.sample = sample;
      return;
    }
    if (rest.samples == 0) {
      rest.samples = samples_.take({});
      charge += sizeof(more_samples);
    }
    auto const place = to.packets < 4 ? to.packets - 2 : std::countr_zero(to.packets) % 2U;
    samples_[rest.samples][place] = sample;
  }
  /// Puts `from` into the joint event `to` and erases it.
  void join(source& of, event& to, event& from, std::size_t& charge) {
    if (to.packets == 0 || from.first < to.first) {
      to.first = from.first;
      rest_of(to).sample = rest_of(from).sample;
      std::swap(rest_of(to).samples, rest_of(from).samples);
    }
    to.last = std::max(to.last, from.last);
    to.packets += from.packets;
    to.wire_bytes += from.wire_bytes;
    to.fingerprints |= from.fingerprints;
    to.destinations.merge(from.destinations, destinations_, charge);
    add_port(to, from.key.port(), charge);
    erase(of, from, charge);
  }

  [[nodiscard]] auto destinations() const noexcept -> set_memory const& { return destinations_; }
  /// Of an event that is followed.
  [[nodiscard]] auto rest_of(event const& of) const noexcept -> event_rest& {
    return rests_[of.rest];
  }
  /// Visits the header samples in the order of time.
  template <class Visit>
  void for_each_sample(event const& of, Visit&& visit) const {
    auto const& rest = rest_of(of);
    visit(rest.sample);
    if (rest.samples == 0) return;
    auto more = samples_[rest.samples];
    if (more[1].time < more[0].time) std::swap(more[0], more[1]);
    for (auto const& each : more)
      if (each.time.is_known()) visit(each);
  }
  /// Different ports of an event.
  [[nodiscard]] auto ports_of(event const& of) const noexcept -> std::uint64_t {
    auto const number = rest_of(of).ports;
    return number == 0 ? 1 : port_sets_[number].count(ports_).count;
  }

  /// The sum of a source's ended events; made when it is not there.
  [[nodiscard]] auto ledger(source& of, std::size_t& charge) -> source_profile& {
    if (of.ledger == 0) {
      of.ledger = ledgers_.take({});
      charge += sizeof(source_profile);
    }
    return ledgers_[of.ledger];
  }
  /// Null when there is none.
  [[nodiscard]] auto ledger(source const& of) const noexcept -> source_profile const* {
    return of.ledger == 0 ? nullptr : &ledgers_[of.ledger];
  }
  void drop_ledger(source& of, std::size_t& charge) noexcept {
    if (of.ledger == 0) return;
    ledgers_.give_back(of.ledger);
    of.ledger = 0;
    charge -= sizeof(source_profile);
  }

  // Fetching in four steps what adding a packet will touch; each needs what the one before it
  // asked for. Inlined: a function that only fetches has no effect that g++ 12 knows of, and calls
  // of it are left out.
  [[gnu::always_inline]] inline void fetch_page(source const& of, event_key key) const noexcept {
    if (of.event.key != key && of.pages != 0) __builtin_prefetch(&pages_[of.pages]);
  }
  /// Answers the event, null when there is none.
  [[nodiscard, gnu::always_inline]] inline auto fetch_event(source& of, event_key key) noexcept
      -> event* {
    auto* const found = find(of, key);
    if (found != nullptr) __builtin_prefetch(found, 1);
    return found;
  }
  [[gnu::always_inline]] inline void fetch_parts(event const& of,
                                                 key_type destination) const noexcept {
    of.destinations.prefetch(destination, destinations_);
    if (of.rest != 0 && is_sampled(of.packets + 1)) fetch_rest_of(of);
  }
  [[gnu::always_inline]] inline void fetch_samples(event const& of) const noexcept {
    if (of.rest == 0 || !is_sampled(of.packets + 1)) return;
    if (auto const number = rests_[of.rest].samples; number != 0)
      __builtin_prefetch(&samples_[number], 1);
  }
  // Likewise what ending a source will touch, behind the source itself.
  [[gnu::always_inline]] inline void fetch_rest(source const& of) const noexcept {
    if (of.event.rest != 0) fetch_rest_of(of.event);
    if (of.pages != 0) __builtin_prefetch(&pages_[of.pages]);
  }
  [[gnu::always_inline]] inline void fetch_events(source const& of) const noexcept {
    if (of.pages == 0) return;
    auto const& page = pages_[of.pages];
    for (std::uint32_t i = 0; i < page.used; ++i) __builtin_prefetch(&events_[page.events[i]]);
  }
  [[gnu::always_inline]] inline void fetch_rests(source const& of) const noexcept {
    if (of.pages == 0) return;
    auto const& page = pages_[of.pages];
    for (std::uint32_t i = 0; i < page.used; ++i) {
      auto const& each = events_[page.events[i]];
      if (each.rest != 0) fetch_rest_of(each);
    }
  }
  [[gnu::always_inline]] inline void fetch_ends(source const& of) const noexcept {
    fetch_end(of.event);
    if (of.pages == 0) return;
    auto const& page = pages_[of.pages];
    for (std::uint32_t i = 0; i < page.used; ++i) fetch_end(events_[page.events[i]]);
  }
  /// Events erased so far: as long as it stays the same, each event is where it was.
  [[nodiscard]] auto erased() const noexcept -> std::uint64_t { return erased_; }

  /// Open events that are followed.
  [[nodiscard]] auto followed() const noexcept -> std::uint64_t { return followed_; }

  template <class>
  friend class live_sources_state;

  [[nodiscard]] auto bytes() const noexcept -> std::size_t {
    return events_.bytes() + pages_.bytes() + rests_.bytes() + samples_.bytes() +
           destinations_.bytes() + ports_.bytes() + port_sets_.bytes() + ledgers_.bytes();
  }

private:
  /// It may lie in two cache lines.
  [[gnu::always_inline]] inline void fetch_rest_of(event const& of) const noexcept {
    auto const& rest = rests_[of.rest];
    __builtin_prefetch(&rest, 1);
    __builtin_prefetch(&rest.is_wide, 1);
  }
  /// What lies behind an event and its rest.
  [[gnu::always_inline]] inline void fetch_end(event const& of) const noexcept {
    if (of.rest == 0) return;
    of.destinations.prefetch_all(destinations_);
    if (auto const number = rests_[of.rest].samples; number != 0)
      __builtin_prefetch(&samples_[number]);
  }
  void drop_rest(std::uint32_t number, std::size_t& charge) noexcept {
    auto& rest = rests_[number];
    if (rest.samples != 0) {
      samples_.give_back(rest.samples);
      charge -= sizeof(more_samples);
    }
    if (rest.ports != 0) {
      port_sets_[rest.ports].clear(ports_, charge);
      port_sets_.give_back(rest.ports);
      charge -= sizeof(distinct<std::uint32_t>);
    }
    rests_.give_back(number);
    --followed_;
    charge -= sizeof(event_rest);
  }
  [[nodiscard]] auto find_in_pages(source& of, event_key key) noexcept -> event* {
    for (auto at = of.pages; at != 0; at = pages_[at].next) {
      auto const& page = pages_[at];
      for (std::uint32_t i = 0; i < page.used; ++i)
        if (page.keys[i] == key) return &events_[page.events[i]];
    }
    return nullptr;
  }
  [[nodiscard]] auto page_with_room(source& of, std::size_t& charge) -> event_page& {
    // At the end: a source's busiest ports are among its first ones.
    auto* link = &of.pages;
    for (; *link != 0; link = &pages_[*link].next)
      if (pages_[*link].used < event_page::places) return pages_[*link];
    *link = pages_.take(event_page{});
    charge += sizeof(event_page);
    return pages_[*link];
  }
  void erase_from_pages(source& of, event_key key, std::size_t& charge) noexcept {
    for (auto* link = &of.pages; *link != 0; link = &pages_[*link].next) {
      auto& page = pages_[*link];
      for (std::uint32_t i = 0; i < page.used; ++i) {
        if (page.keys[i] != key) continue;
        events_.give_back(page.events[i]);
        --page.used;
        page.keys[i] = page.keys[page.used];
        page.events[i] = page.events[page.used];
        charge -= sizeof(event);
        if (page.used == 0) {
          auto const number = *link;
          *link = page.next;
          pages_.give_back(number);
          charge -= sizeof(event_page);
        }
        return;
      }
    }
  }

  slots<event> events_;
  slots<event_page> pages_;
  slots<event_rest> rests_;
  slots<more_samples> samples_;
  slots<distinct<std::uint32_t>> port_sets_;
  slots<source_profile> ledgers_;
  set_memory destinations_;
  set_memory ports_;
  std::uint64_t erased_ = 0;
  std::uint64_t followed_ = 0;
};

}  // namespace kizashi::telescope::internal
