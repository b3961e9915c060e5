// The address filter: which rows of a batch are from or to an entry of a list, and how many there
// were of each.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "kizashi/base/time.hpp"
#include "kizashi/match/address_list.hpp"
#include "kizashi/match/prefix_table.hpp"
#include "kizashi/net/address_range.hpp"
#include "kizashi/net/packet_batch.hpp"

namespace kizashi::match {

/// Which addresses of a packet are looked at.
enum class side : std::uint8_t { source, destination, either };

/// A row that matches, and by which entries: number + 1 of the longest, 0 for none.
struct matched_row {
  std::uint16_t row = 0;
  std::uint32_t source_entry = 0;
  std::uint32_t destination_entry = 0;
};

/// The matches of one batch; reused from batch to batch.
class matched_rows {
public:
  matched_rows() : rows_(net::packet_batch::capacity) {}
  [[nodiscard]] auto all() const noexcept -> std::span<matched_row const> {
    return std::span{rows_}.first(size_);
  }

private:
  friend class address_matcher;
  std::vector<matched_row> rows_;
  std::size_t size_ = 0;
};

/// Immutable: threads may share it.
class address_matcher {
public:
  explicit address_matcher(address_list list);

  [[nodiscard]] auto list() const noexcept -> address_list const& { return list_; }
  /// Number + 1 of the longest entry that holds an address; 0: none.
  [[nodiscard]] auto find(net::address a) const noexcept -> std::uint32_t { return table_.find(a); }
  /// Whether it is worth while to look for an address: whether an entry is in its /24.
  [[nodiscard, gnu::always_inline]] inline auto is_near(net::ipv4 a) const noexcept -> bool {
    return table_.is_touched(a);
  }
  /// Whether an entry holds an address of `where`.
  [[nodiscard]] auto touches(net::address_range const& where) const noexcept -> bool {
    return table_.touches(where.first, where.last);
  }
  /// Puts the rows of `batch` that match into `to`, in their order. Rows without IP match nothing.
  void match(net::packet_batch const& batch, side where, matched_rows& to) const noexcept;

private:
  address_list list_;
  prefix_table table_;
};

/// What matched one entry. A packet from and to the same entry is in both numbers of packets.
struct entry_count {
  std::uint64_t packets_from = 0;
  std::uint64_t packets_to = 0;
  timestamp first;  ///< unknown: no packet with a time
  timestamp last;
};

class match_counts {
public:
  explicit match_counts(address_list const& list) : list_{&list} {}

  void add(net::packet_batch const& batch, matched_rows const& rows);
  /// What others, of the same list, have counted.
  void add(match_counts const& other);
  /// Packets that matched, whichever way and however often.
  [[nodiscard]] auto packets() const noexcept -> std::uint64_t { return packets_; }
  /// Counts by entry, as `address_list::entries()`: of an entry and of all entries inside of it.
  [[nodiscard]] auto totals() const -> std::vector<entry_count>;

private:
  address_list const* list_;
  std::vector<entry_count> own_;  // of the longest entry; none before the first batch
  std::uint64_t packets_ = 0;
};

}  // namespace kizashi::match
