// Frames as a capture gives them: raw bytes and where each frame lies in them. The step between a capture, which
// knows files and interfaces, and the decoder, which knows protocols.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "kizashi/base/time.hpp"

namespace kizashi::net {

/// What a frame begins with. The numbers are LINKTYPE values (https://www.tcpdump.org/linktypes.html).
enum class link_type : std::uint16_t {
  null_loopback = 0,     ///< Address family in the host order of the machine that captured.
  ethernet = 1,
  raw_ip_bsd = 12,       ///< DLT_RAW where the file was written with the platform's own number.
  raw_ip_openbsd = 14,
  raw_ip = 101,          ///< IPv4 or IPv6, told apart by the version nibble.
  openbsd_loopback = 108,  ///< Address family in network order.
  linux_cooked = 113,    ///< "SLL" v1
  ipv4 = 228,
  ipv6 = 229,
  linux_cooked_v2 = 276,
};

[[nodiscard]] constexpr auto is_known(link_type type) noexcept -> bool {
  switch (type) {
    case link_type::null_loopback:
    case link_type::ethernet:
    case link_type::raw_ip_bsd:
    case link_type::raw_ip_openbsd:
    case link_type::raw_ip:
    case link_type::openbsd_loopback:
    case link_type::linux_cooked:
    case link_type::ipv4:
    case link_type::ipv6:
    case link_type::linux_cooked_v2: return true;
  }
  return false;
}

/// One frame: where its bytes lie in the block and what the capture said of it.
struct frame {
  timestamp time;
  std::uint32_t offset = 0;    ///< of the first byte in `frame_block::bytes`
  std::uint32_t captured = 0;  ///< bytes there
  std::uint32_t wire = 0;      ///< bytes on the wire; at least `captured` in a sane capture
  net::link_type link = link_type::ethernet;
};

/// Up to `max_frames` frames and their bytes. Reused: `clear` keeps the memory.
///
/// `bytes` may borrow memory of the source (`borrow`) or own it (`storage`). Borrowed bytes must live until the
/// block is cleared or filled again.
class frame_block {
public:
  static constexpr std::size_t max_frames = 4096;
  /// A source ends a block at the first frame that would take the bytes above this (one frame may be longer).
  static constexpr std::size_t target_bytes = std::size_t{512} << 10;

  std::vector<frame> frames;  ///< in the order of the stream
  std::vector<std::uint8_t> storage;

  void clear() noexcept {
    frames.clear();
    storage.clear();
    borrowed_ = {};
  }
  void borrow(std::span<std::uint8_t const> bytes) noexcept { borrowed_ = bytes; }
  [[nodiscard]] auto bytes() const noexcept -> std::span<std::uint8_t const> {
    return borrowed_.data() != nullptr ? borrowed_ : std::span<std::uint8_t const>{storage};
  }
  [[nodiscard]] auto is_full() const noexcept -> bool {
    return frames.size() >= max_frames || storage.size() >= target_bytes;
  }
  /// Copies one frame to the end.
  void append(timestamp time, link_type link, std::uint32_t wire, std::span<std::uint8_t const> data) {
    frames.push_back({time, static_cast<std::uint32_t>(storage.size()),
                      static_cast<std::uint32_t>(data.size()), wire, link});
    storage.insert(storage.end(), data.begin(), data.end());
  }
  /// The bytes of a frame; empty when its place does not lie in the block.
  [[nodiscard]] auto data(frame const& each) const noexcept -> std::span<std::uint8_t const> {
    auto const all = bytes();
    if (each.offset > all.size() || each.captured > all.size() - each.offset) return {};
    return all.subspan(each.offset, each.captured);
  }

private:
  std::span<std::uint8_t const> borrowed_;
};

}  // namespace kizashi::net
