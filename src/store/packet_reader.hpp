// Packets of a store as batches, in the order of time.
//
//   KIZASHI_TRY(auto const chosen, chosen_packets::find(engine, {.port = net::port{23}}, {}));
//   KIZASHI_TRY(read_packets(engine, chosen, {}, [](stored_packets& batch) -> status { ...
//   }));
#pragma once

#include <functional>

#include "kizashi/net/packet_batch.hpp"
#include "kizashi/recognise/tag_columns.hpp"
#include "kizashi/store/packet_selection.hpp"

namespace kizashi::store {

/// As they were when they came into the store, but for what it does not keep: quotes of ICMP
/// errors, frames and offsets in them. Times are in microseconds. About 380 KiB: keep it on the
/// heap.
struct stored_packets {
  net::packet_batch packets;
  /// In the numbers of the store (table `names`); without the keys.
  recognise::tag_columns tags;
  net::packet_batch::column<std::uint16_t> sensor;
};

using stored_packets_sink = std::function<status(stored_packets&)>;

/// Hands all of `chosen` on, piece by piece; what the sink returns ends the reading when it is a
/// failure. The batch is the sink's until it returns. Memory: `limits` for the engine, and
/// one block of its answer.
[[nodiscard]] auto read_packets(engine& from, chosen_packets const& chosen,
                                ask_limits const& limits, stored_packets_sink const& sink,
                                std::function<bool()> const& wants_stop = nullptr) -> status;

}  // namespace kizashi::store
