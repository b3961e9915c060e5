#include "kizashi/capture/live/internal/ring_walk.hpp"

#include <atomic>
#include <cstring>
#include <linux/if_ether.h>
#include <linux/if_packet.h>

namespace kizashi::capture::live::internal {
namespace {

constexpr std::size_t addresses = std::size_t{2} * ETH_ALEN;
constexpr std::size_t tag_size = 4;

/// The frame with its tag behind the two addresses, where it was on the wire.
void append_tagged(net::frame_block& out, tpacket3_hdr const& header, timestamp time,
                   std::span<std::uint8_t const> data) {
  auto const has_kind = (header.tp_status & TP_STATUS_VLAN_TPID_VALID) != 0;
  auto const kind = has_kind ? header.hv1.tp_vlan_tpid : std::uint16_t{ETH_P_8021Q};
  auto const tag = header.hv1.tp_vlan_tci;
  auto const begin = out.storage.size();
  out.storage.resize(begin + data.size() + tag_size);
  auto* const to = out.storage.data() + begin;
  std::memcpy(to, data.data(), addresses);
  to[addresses] = static_cast<std::uint8_t>(kind >> 8);
  to[addresses + 1] = static_cast<std::uint8_t>(kind);
  to[addresses + 2] = static_cast<std::uint8_t>(tag >> 8);
  to[addresses + 3] = static_cast<std::uint8_t>(tag);
  std::memcpy(to + addresses + tag_size, data.data() + addresses, data.size() - addresses);
  out.frames.push_back(
      {time, static_cast<std::uint32_t>(begin), static_cast<std::uint32_t>(data.size() + tag_size),
       header.tp_len + static_cast<std::uint32_t>(tag_size), net::link_type::ethernet});
}

auto is_outgoing(std::uint8_t const* header) -> bool {
  sockaddr_ll from{};
  std::memcpy(&from, header + TPACKET_ALIGN(sizeof(tpacket3_hdr)), sizeof from);
  return from.sll_pkttype == PACKET_OUTGOING;
}

}  // namespace

ring_walk::ring_walk(std::span<std::uint8_t> memory, std::size_t block_bytes)
    : memory_{memory}, block_bytes_{block_bytes} {
  KIZASHI_ASSERT(block_bytes >= sizeof(tpacket_block_desc) && memory.size() >= block_bytes &&
                 memory.size() % block_bytes == 0);
}

auto ring_walk::block() const noexcept -> std::uint8_t* {
  return memory_.data() + which_ * block_bytes_;
}

auto ring_walk::begin_block() -> bool {
  auto* const described = reinterpret_cast<tpacket_block_desc*>(block());
  std::atomic_ref const block_status{described->hdr.bh1.block_status};
  if ((block_status.load(std::memory_order_acquire) & TP_STATUS_USER) == 0) return false;
  left_ = described->hdr.bh1.num_pkts;
  at_ = described->hdr.bh1.offset_to_first_pkt;
  auto const& last = described->hdr.bh1.ts_last_pkt;
  last_time_ = timestamp::from_parts(last.ts_sec, last.ts_nsec);
  is_in_block_ = true;
  return true;
}

void ring_walk::end_block() {
  auto* const described = reinterpret_cast<tpacket_block_desc*>(block());
  std::atomic_ref const block_status{described->hdr.bh1.block_status};
  block_status.store(TP_STATUS_KERNEL, std::memory_order_release);
  which_ = (which_ + 1) % (memory_.size() / block_bytes_);
  is_in_block_ = false;
}

void ring_walk::take(net::frame_block& out, ring_rules const& rules, source_statistics& counted) {
  while (is_in_block_ || begin_block()) {
    for (; left_ > 0; --left_) {
      if (out.is_full()) return;
      take_frame(out, rules, counted);
    }
    end_block();
  }
}

void ring_walk::take_frame(net::frame_block& out, ring_rules const& rules,
                           source_statistics& counted) {
  // The ring is the system's; all the same one wrong number must not lead out of the block.
  constexpr auto before_data = TPACKET_ALIGN(sizeof(tpacket3_hdr)) + sizeof(sockaddr_ll);
  if (at_ > block_bytes_ || block_bytes_ - at_ < before_data) {
    counted.own_dropped += left_;
    left_ = 1;
    return;
  }
  auto const* const header_at = block() + at_;
  tpacket3_hdr header{};
  std::memcpy(&header, header_at, sizeof header);
  auto const room = block_bytes_ - at_;
  if (header.tp_mac > room || header.tp_snaplen > room - header.tp_mac) {
    ++counted.own_dropped;
  } else if (!rules.outgoing && is_outgoing(header_at)) {
    ++counted.filtered;
  } else {
    auto const time = timestamp::from_parts(header.tp_sec, header.tp_nsec);
    std::span const data{header_at + header.tp_mac, header.tp_snaplen};
    auto const bytes_before = out.storage.size();
    auto const has_tag = (header.tp_status & TP_STATUS_VLAN_VALID) != 0 &&
                         rules.link == net::link_type::ethernet && data.size() >= addresses;
    if (has_tag)
      append_tagged(out, header, time, data);
    else
      out.append(time, rules.link, header.tp_len, data);
    auto const& made = out.frames.back();
    if (rules.filter != nullptr && !rules.filter->matches(out.data(made), made.wire)) {
      out.frames.pop_back();
      out.storage.resize(bytes_before);
      ++counted.filtered;
    } else {
      ++counted.received;
      counted.received_bytes += made.wire;
      counted.cut += made.captured < made.wire ? 1 : 0;
    }
  }
  at_ += header.tp_next_offset != 0 ? header.tp_next_offset : room;
}

}  // namespace kizashi::capture::live::internal
