#include "kizashi/telescope/counter.hpp"

#include <algorithm>
#include <bitset>
#include <type_traits>
#include <utility>

#include "kizashi/telescope/internal/family.hpp"
#include "kizashi/telescope/internal/family_state.hpp"
#include "kizashi/telescope/internal/window_clock.hpp"
#include "kizashi/telescope/internal/window_counts.hpp"

namespace kizashi::telescope {
namespace {

using namespace internal;

/// How many ports each of a few sources was seen with. Most sources are none of them; a small
/// bitmap says so at once.
class port_counting {
public:
  explicit port_counting(std::vector<source_row>& rows) {
    for (auto& row : rows) {
      by_address_[row.address] = &row;
      marks_.set(mark_of(row.address));
    }
  }
  void add(net::address source) {
    if (!marks_.test(mark_of(source))) return;
    auto const found = by_address_.find(source);
    if (found != by_address_.end()) ++found->second->ports;
  }

private:
  struct address_hash {
    auto operator()(net::address a) const noexcept -> std::size_t {
      return a.is_ipv6() ? hash_of(a.as_ipv6()) : hash_of(a.as_ipv4());
    }
  };
  static constexpr std::size_t marks = std::size_t{1} << 16;
  [[nodiscard]] static auto mark_of(net::address a) noexcept -> std::size_t {
    return address_hash{}(a) % marks;
  }

  std::unordered_map<net::address, source_row*, address_hash> by_address_;
  std::bitset<marks> marks_;
};

template <class Address>
void save_totals(window_counts const& from, state_writer& out) {
  auto const& table = std::get<source_table<Address>>(from.totals);
  out.number(table.size());
  table.for_each([&](auto const& each) {
    out(each);
    out.next_record();
  });
}

void save_window(window_counts const& from, state_writer& out) {
  out(from.start, from.packets, from.wire_bytes, from.sources, from.destinations);
  std::size_t ports = 0;
  from.ports.for_each([&](auto, auto const&) { ++ports; });
  out.number(ports);
  from.ports.for_each([&](std::uint32_t tag, port_cell const& cell) {
    out(tag, cell);
    out.next_record();
  });
  save_totals<net::ipv4>(from, out);
  save_totals<net::ipv6>(from, out);
}

template <class Address>
void restore_totals(std::span<window_counts* const> to, state_reader& in) {
  for (auto left = in.number(); left > 0 && in.has_record(); --left) {
    source_record<Address> each{};
    in(each);
    auto& table = std::get<source_table<Address>>(to[shard_of(each.address) % to.size()]->totals);
    in.expect(table.put(each, stamp{serial::closed, false}), "another source");
  }
}

/// `to`: the window of each worker. What adds up goes to the first.
void restore_window(std::span<window_counts* const> to, state_reader& in) {
  window_counts& sum = *to[0];
  timestamp start;
  std::uint64_t packets = 0, wire_bytes = 0, sources = 0, destinations = 0;
  in(start, packets, wire_bytes, sources, destinations);
  for (auto* each : to) each->start = start;
  sum.packets += packets;
  sum.wire_bytes += wire_bytes;
  sum.sources += sources;
  sum.destinations += destinations;
  for (auto left = in.number(); left > 0 && in.has_record(); --left) {
    auto const tag = static_cast<std::uint32_t>(in.at_most(port_tag::count - 1));
    port_cell cell{};
    in(cell);
    sum.ports.add(tag, cell);
  }
  restore_totals<net::ipv4>(to, in);
  restore_totals<net::ipv6>(to, in);
}

}  // namespace

class counter::state {
public:
  state(counter_options const& options, unsigned worker)
      : options_{options}, worker_{worker}, clock_{options.window_length, options.lateness} {}

  auto count(net::packet_batch const& batch, batch_plan const& plan, std::uint64_t sequence,
             std::vector<window>& closed) -> status {
    KIZASHI_TRY(make_room());
    bool const counts_rows = sequence % options_.workers == worker_;
    for (std::size_t row = 0; row < batch.size();) {
      auto const part = clock_.next(batch, plan, row);
      KIZASHI_ASSERT(part.end > row);
      if (part.opens) open(part, closed);
      if (counts_rows) count_rows(batch, part);
      count_addresses(batch, plan, part);
      row = part.end;
    }
    close_previous(closed);
    return {};
  }

  void advance_to(std::int64_t now, std::vector<window>& closed) {
    auto const part = clock_.advance_to(now);
    if (part.opens) open(part, closed);
    close_previous(closed);
  }

  [[nodiscard]] auto open_windows() const noexcept -> unsigned {
    return static_cast<unsigned>(is_open_) + static_cast<unsigned>(is_previous_open_);
  }

  auto finish(std::vector<window>& closed) -> result<tally> {
    if (is_previous_open_) close(*previous_, closed);
    if (is_open_) close(*current_, closed);
    untimed_.ports.drain([&](auto tag, auto const& cell) { add_port(tag, cell); });
    tally_.set_order(clock_.order());
    if (!options_.run_totals) return std::move(tally_);
    KIZASHI_TRY(add_sources(ipv4_));
    KIZASHI_TRY(add_sources(ipv6_));
    port_counting ports{tally_.top_sources()};
    KIZASHI_TRY(add_members(ipv4_, ports));
    KIZASHI_TRY(add_members(ipv6_, ports));
    return std::move(tally_);
  }

  static auto save(std::span<counter* const> all, state_writer& out) -> status;
  static auto restore(std::span<counter* const> all, state_reader& in) -> status;

private:
  using segment = window_clock::segment;

  /// Of all counters.
  [[nodiscard]] static auto families_of(std::span<counter* const> all) {
    std::pair<std::vector<family<packed_key>*>, std::vector<family<wide_key>*>> answer;
    for (auto* each : all) {
      answer.first.push_back(&each->state_->ipv4_);
      answer.second.push_back(&each->state_->ipv6_);
    }
    return answer;
  }

  void open(segment const& next, std::vector<window>& closed) {
    if (is_previous_open_) close(*previous_, closed);
    std::swap(previous_, current_);
    ++serial_;
    if (!next.is_adjacent) {
      if (is_open_) close(*previous_, closed);
      previous_->start = next.start - options_.window_length;
      ++serial_;
    }
    is_open_ = is_previous_open_ = true;
    current_->start = next.start;
    if (!options_.run_totals) forget_closed();
    if (serial_ + 2 > serial::last) renumber();
  }

  /// Without totals of the run nothing is kept that no open window has seen.
  void forget_closed() {
    ipv4_.keep_open(serial_);
    ipv6_.keep_open(serial_);
    untimed_.ports.drain([](auto, auto const&) {});
  }

  /// Closes the previous window as soon as nothing can be counted in it any more.
  void close_previous(std::vector<window>& closed) {
    if (!is_previous_open_ || !clock_.has_left_previous()) return;
    close(*previous_, closed);
    is_previous_open_ = false;
  }

  /// Writes out what no open window needs when the sets have become too large. Sets grow to twice
  /// their size at a time: what they may have next counts.
  auto make_room() -> status {
    if (!options_.run_totals || 2 * (ipv4_.bytes() + ipv6_.bytes()) <= memory_) return {};
    KIZASHI_TRY(ipv4_.spill(serial_));
    KIZASHI_TRY(ipv6_.spill(serial_));
    // Where the open windows alone need more than was granted, writing them out again and again
    // would gain nothing.
    memory_ = std::max(options_.set_memory, 4 * (ipv4_.bytes() + ipv6_.bytes()));
    return {};
  }

  /// What a state must have of the sets: all, or what can still be asked for.
  [[nodiscard]] auto members_to_save() const noexcept -> saved_members {
    if (options_.run_totals) return {serial_, serial::closed};
    return {serial_, is_previous_open_ ? serial_ - 1 : serial_};
  }

  void renumber() {
    ipv4_.renumber(serial_);
    ipv6_.renumber(serial_);
    serial_ = serial::first;
  }

  void close(window_counts& counts, std::vector<window>& closed) {
    window part{counts.start,
                options_.window_length,
                counts.packets,
                counts.wire_bytes,
                counts.sources,
                counts.destinations,
                {},
                {}};
    counts.ports.drain([&](auto tag, auto const& cell) {
      add_port(tag, cell);
      if (options_.window_ports) part.ports.push_back(to_row(tag, cell));
    });
    if (options_.source_totals) part.totals = counts.take_totals();
    counts.packets = counts.wire_bytes = counts.sources = counts.destinations = 0;
    closed.push_back(std::move(part));
  }

  /// Packets and bytes of the run's ports. Their sources and destinations are counted at the end,
  /// over all windows.
  void add_port(std::uint32_t tag, port_cell const& cell) {
    if (!options_.run_totals) return;
    auto row = to_row(tag, cell);
    row.sources = row.destinations = 0;
    tally_.add_port(row);
  }

  void count_rows(net::packet_batch const& batch, segment const& part) {
    if (part.is_uniform) {
      current_->packets += part.end - part.begin;
      for (auto row = part.begin; row < part.end; ++row)
        current_->wire_bytes += batch.wire_length[row];
      return;
    }
    auto const when = moment_of(part);
    for (auto row = part.begin; row < part.end; ++row) {
      auto& counts = when.counts_of(when.phases[row]);
      ++counts.packets;
      counts.wire_bytes += batch.wire_length[row];
    }
  }

  void count_addresses(net::packet_batch const& batch, batch_plan const& plan,
                       segment const& part) {
    auto const rows = [&](row_kind kind) -> rows_of_batch {
      auto const all = plan.rows(worker_, kind);
      auto const begin = std::lower_bound(all.begin(), all.end(), part.begin);
      return {batch, plan.tags(), {begin, std::lower_bound(begin, all.end(), part.end)}};
    };
    count_family(ipv4_, rows(row_kind::ipv4_source), rows(row_kind::ipv4_destination), part);
    count_family(ipv6_, rows(row_kind::ipv6_source), rows(row_kind::ipv6_destination), part);
  }

  template <class Key>
  void count_family(family<Key>& to, rows_of_batch const& by_source,
                    rows_of_batch const& by_destination, segment const& part) {
    auto const when = moment_of(part);
    if (part.is_uniform) {
      to.template count_sources<true>(by_source, when, options_.source_totals);
      to.template count_destinations<true>(by_destination, when);
    } else {
      to.template count_sources<false>(by_source, when, options_.source_totals);
      to.template count_destinations<false>(by_destination, when);
    }
  }

  [[nodiscard]] auto moment_of(segment const& part) noexcept -> moment {
    return {part.is_uniform ? nullptr : clock_.phases(), serial_, {current_, previous_, &untimed_}};
  }

  template <class Key>
  [[nodiscard]] auto add_sources(family<Key>& from) -> status {
    return from.for_each_source([&](auto const& each) {
      auto const place =
          options_.places == nullptr ? recognise::place{} : options_.places->find(each.address);
      tally_.add_source({net::address{each.address}, each.packets, each.wire_bytes, 0, place},
                        options_.top_sources);
    });
  }

  template <class Key>
  [[nodiscard]] auto add_members(family<Key>& from, port_counting& ports) -> status {
    KIZASHI_TRY(from.for_each_destination([&](Key const&) { tally_.add_destination(); }));
    KIZASHI_TRY(from.for_each_port_destination(
        [&](Key const& key) { tally_.add_port_destination(key.tag()); }));
    return from.for_each_port_source([&](Key const& key) {
      tally_.add_port_source(key.tag());
      ports.add(net::address{key.address()});
    });
  }

  counter_options options_;
  unsigned worker_;
  window_clock clock_;
  family<packed_key> ipv4_;
  family<wide_key> ipv6_;
  std::array<window_counts, 2> open_;
  window_counts untimed_;  // rows that are in no open window
  window_counts* current_ = &open_[0];
  window_counts* previous_ = &open_[1];
  bool is_open_ = false;
  bool is_previous_open_ = false;
  std::uint32_t serial_ = serial::first;
  std::size_t memory_ = options_.set_memory;
  tally tally_;
};

auto counter::state::save(std::span<counter* const> all, state_writer& out) -> status {
  auto const& first = *all[0]->state_;
  out.begin("windows");
  out(first.clock_, first.is_open_, first.is_previous_open_, all.size());
  for (auto const* each : all) {
    auto const& from = *each->state_;
    for (auto const* counts :
         std::array<window_counts const*, 3>{from.current_, from.previous_, &from.untimed_})
      save_window(*counts, out);
  }
  out.end();
  out.begin("ports");
  for (auto const* each : all)
    each->state_->tally_.for_each_port([&](port_row const& row) {
      out(row.ip_protocol, row.port.value(), row.packets, row.wire_bytes, row.syn_packets);
      out.next_record();
    });
  out.end();
  auto const [ipv4, ipv6] = families_of(all);
  auto const members = first.members_to_save();
  KIZASHI_TRY(family_state<packed_key>::save(ipv4, members, out));
  return family_state<wide_key>::save(ipv6, members, out);
}

auto counter::state::restore(std::span<counter* const> all, state_reader& in) -> status {
  auto& first = *all[0]->state_;
  std::size_t parts = 0;
  in.begin("windows");
  in(first.clock_, first.is_open_, first.is_previous_open_, parts);
  std::array<std::vector<window_counts*>, 3> counts;
  for (auto* each : all) {
    auto& to = *each->state_;
    to.clock_ = first.clock_;
    to.is_open_ = first.is_open_;
    to.is_previous_open_ = first.is_previous_open_;
    counts[0].push_back(to.current_);
    counts[1].push_back(to.previous_);
    counts[2].push_back(&to.untimed_);
  }
  for (; parts > 0 && in.has_record(); --parts)
    for (auto const& each : counts) restore_window(each, in);
  in.end();
  in.begin("ports");
  while (in.has_record()) {
    port_row row;
    std::uint16_t port = 0;
    in(row.ip_protocol, port, row.packets, row.wire_bytes, row.syn_packets);
    row.port = net::port{port};
    first.tally_.add_port(row);
  }
  in.end();
  auto const [ipv4, ipv6] = families_of(all);
  KIZASHI_TRY(family_state<packed_key>::restore(ipv4, in));
  return family_state<wide_key>::restore(ipv6, in);
}

counter::counter(counter_options const& options, unsigned worker)
    : state_{std::make_unique<state>(options, worker)} {}
counter::counter(counter&&) noexcept = default;
counter::~counter() = default;

auto counter::count(net::packet_batch const& batch, batch_plan const& plan, std::uint64_t sequence,
                    std::vector<window>& closed) -> status {
  return state_->count(batch, plan, sequence, closed);
}

auto counter::open_windows() const noexcept -> unsigned {
  return state_->open_windows();
}

void counter::advance_to(timestamp now, std::vector<window>& closed) {
  if (now.is_known()) state_->advance_to(now.nanoseconds(), closed);
}

auto counter::save(std::span<counter* const> all, state_writer& out) -> status {
  return state::save(all, out);
}

auto counter::restore(std::span<counter* const> all, state_reader& in) -> status {
  return state::restore(all, in);
}

auto counter::finish(std::vector<window>& closed) -> result<tally> {
  return state_->finish(closed);
}

}  // namespace kizashi::telescope
