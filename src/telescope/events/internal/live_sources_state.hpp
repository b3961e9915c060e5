// How live sources and their open events stand in a saved state: shard by shard, in each in the
// order in which the timer will look after them, so that everything ends in the order in which it
// would have.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "kizashi/base/state.hpp"
#include "kizashi/net/address_state.hpp"
#include "kizashi/telescope/events/internal/live_sources.hpp"

namespace kizashi::telescope::internal {

template <class Address>
class live_sources_state {
public:
  using sources = live_sources<Address>;

  explicit live_sources_state(sources& of) noexcept : all_{of}, store_{of.store_} {}

  /// To be called before `save`.
  void gather() {
    all_.timer_.for_each([&](timer_entry const& each, unsigned steps) {
      if (all_.is_due(each))
        due_[shard_of(all_.sources_[each.number].address)].emplace_back(each.number, steps);
    });
  }
  [[nodiscard]] auto tick() const noexcept -> std::int64_t { return all_.timer_.tick(); }
  /// To be called before `restore`.
  void set_time(std::int64_t tick, std::int64_t watermark) noexcept {
    all_.timer_.set_tick(tick);
    watermark_ = watermark;
  }

  void save(unsigned shard, state_writer& out) {
    out(all_.most_[shard], all_.in_use_[shard]);
    auto const& due = due_[shard];
    for (std::size_t i = 0; i < due.size(); ++i) {
      // Step by step ahead, as when sources end.
      constexpr std::size_t ahead = 4;
      auto const fetch = [&](std::size_t steps, auto&& step) {
        if (i + steps * ahead < due.size()) step(due[i + steps * ahead].first);
      };
      fetch(5, [&](std::uint32_t number) { all_.fetch_source(number); });
      fetch(4, [&](std::uint32_t number) { store_.fetch_rest(all_.sources_[number]); });
      fetch(3, [&](std::uint32_t number) { store_.fetch_events(all_.sources_[number]); });
      fetch(2, [&](std::uint32_t number) { store_.fetch_rests(all_.sources_[number]); });
      fetch(1, [&](std::uint32_t number) { store_.fetch_ends(all_.sources_[number]); });
      auto& each = all_.sources_[due[i].first];
      out(each.address, due[i].second, each);
      save_events(each, out);
      out.next_record();
    }
  }
  void restore(unsigned shard, state_reader& in) {
    std::size_t in_use = 0;
    in(all_.most_[shard], in_use);
    while (in.has_record()) restore_source(shard, in);
    in.expect(in_use == all_.in_use_[shard], "sources that need as much memory as they did");
  }

private:
  using source = typename sources::source;
  using event = typename sources::event;
  using numbered =
      std::pair<std::uint32_t, unsigned>;  ///< of a source, and the steps until it is due

  static constexpr std::size_t most_pages = 512;  ///< of events; far more than a source can have

  void save_events(source& of, state_writer& out) {
    out(!of.event.key.is_none());
    if (!of.event.key.is_none()) save_event(of.event, out);
    for (auto at = of.pages; at != 0; at = store_.pages_[at].next) {
      auto const& page = store_.pages_[at];
      out(page.used);
      for (std::uint32_t i = 0; i < page.used; ++i) save_event(store_.events_[page.events[i]], out);
    }
    out.number(0);
    auto const* const ledger = store_.ledger(std::as_const(of));
    out(ledger != nullptr);
    if (ledger != nullptr) out(*ledger);
  }
  void save_event(event const& each, state_writer& out) {
    out(each.key.raw());
    // In this order most events have the time of their first packet twice in a row.
    out.time(each.last);
    out.time(each.first);
    out(each.packets, each.wire_bytes, each.fingerprints);
    each.destinations.save(out, store_.destinations_);
    if (each.rest == 0) return;
    auto const& rest = store_.rests_[each.rest];
    out(rest.sample, rest.is_wide, rest.samples != 0, rest.ports != 0);
    if (rest.samples != 0) out(store_.samples_[rest.samples]);
    if (rest.ports != 0) store_.port_sets_[rest.ports].save(out, store_.ports_);
  }

  void restore_source(unsigned shard, state_reader& in) {
    source fresh;
    unsigned steps = 0;
    in(fresh.address, steps, fresh);
    auto const hash = hash_of(fresh.address);
    auto& index = all_.index_[shard];
    in.expect(steps >= 1 && steps <= source_timer::most_steps, "steps until a source is due");
    in.expect(shard_of(fresh.address) == shard && index.find(fresh.address, hash) == 0,
              "another source of the shard");
    if (!in.is_good()) return;
    fresh.serial = ++all_.serial_;
    auto const number = all_.sources_.take(fresh);
    auto& made = all_.sources_[number];
    index.insert(made.address, hash, number, all_.arena_);
    all_.timer_.add_due({number, made.serial}, steps);
    ++all_.live_;
    all_.in_use_[shard] += sources::source_bytes;
    restore_events(made, in, all_.in_use_[shard]);
  }
  void restore_events(source& of, state_reader& in, std::size_t& charge) {
    bool has_first = false;
    in(has_first);
    if (has_first) of.event = restore_event(of, in, charge);
    auto* link = &of.pages;
    std::size_t pages = 0;
    for (auto used = in.at_most(event_page::places); used > 0;
         used = in.at_most(event_page::places)) {
      in.expect(++pages <= most_pages, "fewer events");
      if (!in.is_good()) return;
      *link = store_.pages_.take(event_page{});
      charge += sizeof(event_page);
      for (; used > 0 && in.is_good(); --used) {
        auto const each = restore_event(of, in, charge);
        if (each.key.is_none()) return;
        auto& page = store_.pages_[*link];
        page.keys[page.used] = each.key;
        page.events[page.used++] = store_.events_.take(each);
        charge += sizeof(event);
      }
      link = &store_.pages_[*link].next;
    }
    bool has_ledger = false;
    in(has_ledger);
    if (has_ledger) in(store_.ledger(of, charge));
  }
  /// Without a key when there is none to be read.
  [[nodiscard]] auto restore_event(source& of, state_reader& in, std::size_t& charge) -> event {
    event each;
    std::uint32_t raw = 0;
    in(raw);
    each.key = event_key::from_raw(raw);
    in.time_field(each.last);
    in.time_field(each.first);
    in(each.packets, each.wire_bytes, each.fingerprints);
    bool const is_stray = each.key.of() == event_key::kind::stray;
    in.expect(!each.key.is_none() && store_.find(of, each.key) == nullptr, "another event");
    auto const entries = all_.state_.options.fingerprints->entries().size();
    in.expect(entries >= 64 || each.fingerprints >> entries == 0, "known fingerprints");
    in.expect(is_stray || (each.first != sources::unknown && each.first <= each.last &&
                           each.last <= watermark_),
              "the times of an event");
    if (!in.is_good()) return {};
    each.destinations.restore(in, store_.destinations_, charge);
    if (each.key.is_followed()) {
      each.rest = store_.rests_.take({});
      ++store_.followed_;
      charge += sizeof(event_rest);
      restore_rest(store_.rests_[each.rest], in, charge);
    }
    return each;
  }
  void restore_rest(event_rest& rest, state_reader& in, std::size_t& charge) {
    bool has_samples = false, has_ports = false;
    in(rest.sample, rest.is_wide, has_samples, has_ports);
    if (has_samples) {
      rest.samples = store_.samples_.take({});
      charge += sizeof(more_samples);
      in(store_.samples_[rest.samples]);
    }
    if (has_ports) {
      rest.ports = store_.port_sets_.take({});
      charge += sizeof(distinct<std::uint32_t>);
      store_.port_sets_[rest.ports].restore(in, store_.ports_, charge);
    }
  }

  sources& all_;
  typename sources::store& store_;
  std::array<std::vector<numbered>, shards> due_;
  std::int64_t watermark_ = timestamp::unknown().nanoseconds();
};

}  // namespace kizashi::telescope::internal
