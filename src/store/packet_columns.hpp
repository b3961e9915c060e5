// Many packets as columns, in the order in which the store keeps them: the step between batches of
// a few thousand rows and the blocks of a million that the engine wants.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "kizashi/net/packet_batch.hpp"
#include "kizashi/recognise/place.hpp"
#include "kizashi/recognise/tag_columns.hpp"
#include "kizashi/store/native_block.hpp"

namespace kizashi::store {

/// What a block is written with.
struct block_context {
  std::uint16_t sensor = 0;
  recognise::place_table const* places = nullptr;
  std::vector<std::uint16_t> scanners;      ///< the store's number for each scanner; [0] is 0
  std::vector<std::uint64_t> fingerprints;  ///< the store's bit for each bit; 0: it has none

  [[nodiscard]] auto bits_of(std::uint64_t fingerprints_of_table) const noexcept -> std::uint64_t;
};

inline void add_addresses(std::string_view name, std::span<std::uint32_t const> values,
                          native_block& to) {
  to.add(name, values);
}
inline void add_addresses(std::string_view name, std::span<native_block::address16 const> values,
                          native_block& to) {
  to.add_fixed_string(name, values);
}

template <class Address>
class tuple_columns;

/// Numbers of rows in another order, and what it takes to find it, kept from block to block.
struct row_order {
  std::vector<std::uint32_t> rows;
  std::vector<std::uint64_t> sorted, spare;  // key and row
};

/// Packets of one address family. `Address`: std::uint32_t (IPv4 in host order; packets without IP
/// have 0) or `native_block::address16` (IPv6 in network order).
template <class Address>
class packet_columns {
public:
  [[nodiscard]] auto size() const noexcept -> std::size_t { return time_.size(); }
  /// Microseconds since 1970; 0: not known.
  [[nodiscard]] auto times() const noexcept -> std::span<std::uint64_t const> { return time_; }
  [[nodiscard]] auto sources() const noexcept -> std::span<Address const> { return source_; }
  [[nodiscard]] auto destinations() const noexcept -> std::span<Address const> {
    return destination_;
  }
  /// Room for so many rows: memory is taken once, and touched as it fills.
  void reserve(std::size_t rows);
  void clear() noexcept;
  /// Appends rows of a batch; `sources` and `destinations` are theirs.
  void add(net::packet_batch const& batch, recognise::tag_columns const& tags,
           std::span<std::uint16_t const> rows, std::span<Address const> sources,
           std::span<Address const> destinations);
  /// A number that tells the first `count` rows from others: of times, addresses, ports and
  /// sequence numbers, in their order.
  [[nodiscard]] auto digest(std::size_t count) const noexcept -> std::uint64_t;
  /// Makes `to` the rows from `first` on as the store has them: by source and time, with its
  /// numbers for scanners and fingerprints, and the place of each source.
  void arrange(block_context const& with, std::size_t first, packet_columns& to) const;
  /// Arranged rows as a block of the table `packets` or `packets6`.
  void write(std::uint16_t sensor, native_block& to) const;

private:
  friend class tuple_columns<Address>;

  void add_derived(std::size_t count);
  void number_tags(block_context const& with);
  void find_places(recognise::place_table const* places);
  /// Makes `to` the numbers of the rows from `first` on, by source and time.
  void order(std::size_t first, row_order& to) const;
  /// Calls `work` with each column that packets have, and the same one of `other`.
  template <class Mine, class Other, class Work>
  static void pair_up(Mine& ours, Other& other, Work work);

  std::vector<std::uint64_t> time_;  // microseconds since 1970; 0: not known
  std::vector<Address> source_, destination_;
  std::vector<std::uint16_t> source_port_, destination_port_, ip_length_, payload_length_,
      attributes_, ip_id_, window_, mss_, scanner_;
  std::vector<std::uint32_t> wire_length_, sequence_, acknowledgement_, options_;
  std::vector<std::uint8_t> protocol_, tcp_flags_, ttl_, window_scale_, derived_, type_, class_;
  std::vector<std::uint64_t> fingerprints_;
  // Of arranged rows alone.
  row_order order_;  // in which they stood
  std::vector<std::array<char, 2>> country_;
  std::vector<std::uint32_t> system_;
};

/// Both families.
struct packet_rows {
  packet_columns<std::uint32_t> ipv4;
  packet_columns<native_block::address16> ipv6;

  [[nodiscard]] auto size() const noexcept -> std::size_t { return ipv4.size() + ipv6.size(); }
  void reserve(std::size_t rows) {
    ipv4.reserve(rows);
    ipv6.reserve(rows);
  }
  void clear() noexcept {
    ipv4.clear();
    ipv6.clear();
  }
  void add(net::packet_batch const& batch, recognise::tag_columns const& tags);
  /// Of so many first rows of each family.
  [[nodiscard]] auto digest(std::size_t ipv4_rows, std::size_t ipv6_rows) const noexcept
      -> std::uint64_t;

private:
  // Of one batch, reused.
  std::vector<std::uint16_t> rows4_, rows6_;
  std::vector<std::uint32_t> sources4_, destinations4_;
  std::vector<native_block::address16> sources6_, destinations6_;
};

}  // namespace kizashi::store
