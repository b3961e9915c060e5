// The memory of a TPACKET_V3 ring, block by block, as the system lays it out (linux/if_packet.h;
// Documentation/networking/packet_mmap.rst of the kernel).
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "kizashi/capture/live/internal/packet_filter.hpp"
#include "kizashi/capture/live/live_source.hpp"
#include "kizashi/net/frame_block.hpp"

namespace kizashi::capture::live::internal {

/// What decides about a frame of the ring.
struct ring_rules {
  net::link_type link = net::link_type::ethernet;
  bool outgoing = true;                   ///< whether frames that this machine sends are taken
  packet_filter const* filter = nullptr;  ///< null: the system has filtered already
};

/// Goes round the ring. Each frame is copied out, so that a block goes back to the system at once.
class ring_walk {
public:
  /// `memory` is a whole number of blocks.
  ring_walk(std::span<std::uint8_t> memory, std::size_t block_bytes);

  /// Adds frames to `out` until it is full or no block is ready. VLAN tags that the system took off
  /// are put back. A frame that does not lie in its block is counted as `own_dropped`.
  void take(net::frame_block& out, ring_rules const& rules, source_statistics& counted);
  /// The time of the last frame of the latest block, by the machine's clock.
  [[nodiscard]] auto last_time() const noexcept -> timestamp { return last_time_; }

private:
  [[nodiscard]] auto block() const noexcept -> std::uint8_t*;
  [[nodiscard]] auto begin_block() -> bool;
  void end_block();
  void take_frame(net::frame_block& out, ring_rules const& rules, source_statistics& counted);

  std::span<std::uint8_t> memory_;
  std::size_t block_bytes_;
  std::size_t which_ = 0;   // block
  std::uint32_t left_ = 0;  // frames in it that were not looked at
  std::size_t at_ = 0;      // of the next frame in the block
  bool is_in_block_ = false;
  timestamp last_time_ = timestamp::unknown();
};

}  // namespace kizashi::capture::live::internal
