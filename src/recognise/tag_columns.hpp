// What recognition says of each row of a batch: columns beside those of the packet batch, so that a
// store can keep them.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "kizashi/net/packet_batch.hpp"

namespace kizashi::recognise {

/// How many fingerprints a table may have (bits of a mask), and how many of them may say that an
/// expression is the same in several packets of a source.
inline constexpr std::size_t most_fingerprints = 64;
inline constexpr std::size_t most_keys = 4;

/// Row i belongs to row i of the batch. About 130 KiB: keep it on the heap.
struct tag_columns {
  template <class T>
  using column = net::packet_batch::column<T>;

  column<std::uint8_t> type;           ///< `packet_type`
  column<std::uint8_t> traffic_class;  ///< `recognise::traffic_class`
  column<std::uint16_t> scanner;       ///< number of an organisation in `scanner_list`; 0: none
  /// Bit i: the row passes the test that fingerprint i makes on a packet alone.
  column<std::uint64_t> fingerprints;
  /// Values of the expressions that stay the same in packets of one tool; of rows of type tcp_syn.
  std::array<column<std::uint32_t>, most_keys> keys;
};

}  // namespace kizashi::recognise
