// Minute tuples, as FlowTuple has them: packets that differ in nothing but the moment within a
// minute, sequence numbers and the like are one row with a count.
#pragma once

#include <cstdint>
#include <vector>

#include "kizashi/store/native_block.hpp"
#include "kizashi/store/packet_columns.hpp"

namespace kizashi::store {

/// The key is that of CAIDA's FlowTuple 3 (addresses, ports, protocol, TTL, TCP flags, IP length,
/// TCP window, Masscan's mark; corsaro3, libcorsaro_flowtuple.h) with what Kizashi recognised
/// beside it; the values are packets and bytes of frames. Keeps its memory from block to block.
template <class Address>
class tuple_columns {
public:
  /// The tuples of arranged rows, as a block of the table `tuples` or `tuples6`, by source and
  /// minute. The same packets give the same rows in whatever order they came within a minute.
  void write(packet_columns<Address> const& rows, std::uint16_t sensor, native_block& to);

private:
  void group(packet_columns<Address> const& rows);
  void group_minute(packet_columns<Address> const& rows, std::uint32_t begin, std::uint32_t end);
  /// A column of the tuples: the values of their first packets.
  template <class T>
  auto pick(std::vector<T> const& from, std::vector<T>& scratch) const -> std::vector<T> const&;

  std::vector<std::uint32_t> order_;  // rows of one source and minute
  std::vector<std::uint32_t> first_;  // for each tuple a row that has its key
  std::vector<std::uint64_t> packets_, bytes_;
  std::vector<std::uint8_t> scratch8_;
  std::vector<std::uint16_t> scratch16_;
  std::vector<std::uint32_t> scratch32_;
  std::vector<std::uint64_t> scratch64_;
  std::vector<Address> addresses_;
  std::vector<std::array<char, 2>> countries_;
};

}  // namespace kizashi::store
