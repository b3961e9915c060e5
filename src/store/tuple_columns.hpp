// Minute tuples, as FlowTuple has them: packets that differ in nothing but the moment within a
// minute, sequence numbers and the like are one row with a count.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "kizashi/store/native_block.hpp"
#include "kizashi/store/packet_columns.hpp"

namespace kizashi::store {

/// Rows of the table `tuples` or `tuples6`. The key is that of CAIDA's FlowTuple 3 (addresses,
/// ports, protocol, TTL, TCP flags, IP length, TCP window, Masscan's mark; corsaro3,
/// libcorsaro_flowtuple.h) with what Kizashi recognised beside it; the values are packets and bytes
/// of frames. Keeps its memory from block to block.
template <class Address>
class tuple_columns {
public:
  /// Everything of one row; members as the columns of schema/store.sql.
  struct row {
    std::uint32_t minute = 0;  ///< seconds since 1970
    Address source{}, destination{};
    std::uint16_t source_port = 0, destination_port = 0;
    std::uint8_t protocol = 0, tcp_flags = 0, ttl = 0;
    std::uint16_t ip_length = 0, window = 0, attributes = 0;
    std::uint8_t derived = 0, type = 0, traffic_class = 0;
    std::uint16_t scanner = 0;
    std::uint64_t fingerprints = 0;
    std::array<char, 2> country{'-', '-'};
    std::uint32_t system = 0;
    std::uint64_t packets = 0, bytes = 0;
  };

  [[nodiscard]] auto size() const noexcept -> std::size_t { return minute_.size(); }
  void clear() noexcept;
  void add(row const& each);
  /// The tuples of arranged packets, by source and minute, instead of what was there. The same
  /// packets give the same rows in whatever order they came within a minute.
  void collect(packet_columns<Address> const& packets);
  void write(std::uint16_t sensor, native_block& to) const;
  /// What they are of the table `source_hour` or `source6_hour`. They must stand by source and
  /// minute.
  void write_hours(std::uint16_t sensor, native_block& to);

private:
  void group(packet_columns<Address> const& packets);
  void group_minute(packet_columns<Address> const& packets, std::uint32_t begin, std::uint32_t end);
  void group_hour(std::uint32_t begin, std::uint32_t end);

  std::vector<std::uint32_t> minute_;
  std::vector<Address> source_, destination_;
  std::vector<std::uint16_t> source_port_, destination_port_, ip_length_, window_, attributes_,
      scanner_;
  std::vector<std::uint8_t> protocol_, tcp_flags_, ttl_, derived_, type_, class_;
  std::vector<std::uint64_t> fingerprints_, packets_, bytes_;
  std::vector<std::array<char, 2>> country_;
  std::vector<std::uint32_t> system_;

  struct keyed_row {
    std::uint64_t key;
    std::uint32_t row;
  };
  std::vector<keyed_row> order_;      // rows of one source and minute
  std::vector<std::uint32_t> first_;  // for each group a row that has its key
  std::vector<std::uint64_t> keys_;   // of one source and hour: service and row
  std::vector<std::uint64_t> hour_packets_, hour_bytes_;
};

}  // namespace kizashi::store
