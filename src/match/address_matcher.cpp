#include "kizashi/match/address_matcher.hpp"

#include <algorithm>
#include <utility>

namespace kizashi::match {
namespace {

/// The entries with their numbers from 1.
auto table_of(address_list const& list) -> prefix_table {
  auto const entries = list.entries();
  return {entries.size(), [&](std::size_t i) {
            return owned_prefix{entries[i].where, static_cast<std::uint32_t>(i + 1)};
          }};
}

void widen(entry_count& to, timestamp first, timestamp last) noexcept {
  if (!first.is_known()) return;
  to.first = to.first.is_known() ? std::min(to.first, first) : first;
  to.last = to.last.is_known() ? std::max(to.last, last) : last;
}

void add_to(entry_count& to, entry_count const& more) noexcept {
  to.packets_from += more.packets_from;
  to.packets_to += more.packets_to;
  widen(to, more.first, more.last);
}

}  // namespace

address_matcher::address_matcher(address_list list)
    : list_{std::move(list)}, table_{table_of(list_)} {}

void address_matcher::match(net::packet_batch const& batch, side where,
                            matched_rows& to) const noexcept {
  using net::attribute;
  constexpr auto odd = net::bit(attribute::ipv6) | net::bit(attribute::no_ip);
  auto const by_source = static_cast<unsigned>(where != side::destination);
  auto const by_destination = static_cast<unsigned>(where != side::source);
  // First, without branches, the rows that might match: few as a rule.
  std::array<std::uint16_t, net::packet_batch::capacity> open;
  std::size_t count = 0;
  for (std::size_t row = 0; row < batch.size(); ++row) {
    open[count] = static_cast<std::uint16_t>(row);
    auto const near_source =
        by_source & static_cast<unsigned>(table_.is_touched(net::ipv4{batch.source[row]}));
    auto const near_destination =
        by_destination &
        static_cast<unsigned>(table_.is_touched(net::ipv4{batch.destination[row]}));
    auto const is_odd = static_cast<unsigned>((batch.attributes[row] & odd) != 0);
    count += near_source | near_destination | is_odd;
  }
  to.size_ = 0;
  for (std::size_t i = 0; i < count; ++i) {
    auto const row = open[i];
    if (batch.has(row, attribute::no_ip)) continue;
    matched_row const found{row, by_source != 0 ? table_.find(batch.source_address(row)) : 0,
                            by_destination != 0 ? table_.find(batch.destination_address(row)) : 0};
    if (found.source_entry != 0 || found.destination_entry != 0) to.rows_[to.size_++] = found;
  }
}

void match_counts::add(net::packet_batch const& batch, matched_rows const& rows) {
  if (own_.empty()) own_.resize(list_->entries().size());
  for (auto const& each : rows.all()) {
    timestamp const time{batch.time[each.row]};
    ++packets_;
    if (each.source_entry != 0) {
      auto& of = own_[each.source_entry - 1];
      ++of.packets_from;
      widen(of, time, time);
    }
    if (each.destination_entry != 0) {
      auto& of = own_[each.destination_entry - 1];
      ++of.packets_to;
      widen(of, time, time);
    }
  }
}

void match_counts::add(match_counts const& other) {
  packets_ += other.packets_;
  if (own_.empty()) own_.resize(other.own_.size());
  for (std::size_t i = 0; i < other.own_.size(); ++i) add_to(own_[i], other.own_[i]);
}

auto match_counts::totals() const -> std::vector<entry_count> {
  auto const entries = list_->entries();
  auto out = own_;
  out.resize(entries.size());
  if (own_.empty()) return out;
  // Entries are sorted, wider ones first: what is around one is among those still open before it.
  std::vector<std::pair<std::size_t, std::size_t>> nested;  // inner, around it
  std::vector<std::size_t> open;
  for (std::size_t i = 0; i < entries.size(); ++i) {
    while (!open.empty() && !entries[open.back()].where.contains(entries[i].where.first()))
      open.pop_back();
    if (!open.empty()) nested.emplace_back(i, open.back());
    open.push_back(i);
  }
  // From the inside outwards: an inner entry comes behind the one around it.
  for (auto at = nested.rbegin(); at != nested.rend(); ++at)
    add_to(out[at->second], out[at->first]);
  return out;
}

}  // namespace kizashi::match
