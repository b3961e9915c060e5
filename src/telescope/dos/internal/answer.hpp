// One packet of backscatter as the tracker needs it.
#pragma once

#include <cstddef>
#include <cstdint>

#include "kizashi/net/address.hpp"
#include "kizashi/net/packet_batch.hpp"
#include "kizashi/recognise/tag_columns.hpp"
#include "kizashi/telescope/dos/dos_event.hpp"

namespace kizashi::telescope::internal {

struct answer {
  net::address victim;
  net::address destination;  ///< the forged sender
  std::int64_t time = 0;
  std::uint32_t wire_length = 0;
  std::uint16_t attacked_port = 0;
  std::uint8_t ip_protocol = 0;  ///< of the attack
  answer_kind kind = answer_kind::synack;
  bool is_juno = false;
};

/// Reads a row of class backscatter.
[[nodiscard]] auto read_answer(net::packet_batch const& batch, recognise::tag_columns const& tags,
                               std::size_t row) -> answer;

}  // namespace kizashi::telescope::internal
