// Frames as a capture gives them: raw bytes and where each frame lies in them. The step between a
// capture, which knows files and interfaces, and the decoder, which knows protocols.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <span>
#include <utility>
#include <vector>

#include "kizashi/base/time.hpp"

namespace kizashi::net {

/// What a frame begins with. The numbers are LINKTYPE values
/// (https://www.tcpdump.org/linktypes.html).
enum class link_type : std::uint16_t {
  null_loopback = 0,  ///< Address family in the host order of the machine that captured.
  ethernet = 1,
  raw_ip_bsd = 12,  ///< DLT_RAW where the file was written with the platform's own number.
  raw_ip_openbsd = 14,
  raw_ip = 101,            ///< IPv4 or IPv6, told apart by the version nibble.
  openbsd_loopback = 108,  ///< Address family in network order.
  linux_cooked = 113,      ///< "SLL" v1
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
    case link_type::linux_cooked_v2:
      return true;
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

/// Bytes that grow without being set to zero first: a source reads a file straight into them.
class byte_buffer {
public:
  byte_buffer() noexcept = default;
  byte_buffer(byte_buffer&& other) noexcept
      : bytes_{std::move(other.bytes_)},
        size_{std::exchange(other.size_, 0)},
        capacity_{std::exchange(other.capacity_, 0)} {}
  auto operator=(byte_buffer&& other) noexcept -> byte_buffer& {
    std::swap(bytes_, other.bytes_);
    std::swap(size_, other.size_);
    std::swap(capacity_, other.capacity_);
    return *this;
  }

  [[nodiscard]] auto data() noexcept -> std::uint8_t* { return bytes_.get(); }
  [[nodiscard]] auto data() const noexcept -> std::uint8_t const* { return bytes_.get(); }
  [[nodiscard]] auto size() const noexcept -> std::size_t { return size_; }
  [[nodiscard]] auto empty() const noexcept -> bool { return size_ == 0; }
  /// Keeps the memory.
  void clear() noexcept { size_ = 0; }
  /// Keeps the bytes up to the smaller size; those behind have any value.
  void resize(std::size_t size) {
    if (size > capacity_) grow(size);
    size_ = size;
  }
  void append(std::span<std::uint8_t const> more) {
    auto const old_size = size_;
    resize(old_size + more.size());
    if (!more.empty()) std::memcpy(bytes_.get() + old_size, more.data(), more.size());
  }
  operator std::span<std::uint8_t const>() const noexcept {  // NOLINT: bytes are bytes
    return {bytes_.get(), size_};
  }

private:
  void grow(std::size_t size) {
    auto const capacity = std::max(size, capacity_ + capacity_ / 2);
    auto larger = std::make_unique_for_overwrite<std::uint8_t[]>(capacity);
    if (size_ > 0) std::memcpy(larger.get(), bytes_.get(), size_);
    bytes_ = std::move(larger);
    capacity_ = capacity;
  }

  std::unique_ptr<std::uint8_t[]> bytes_;
  std::size_t size_ = 0;
  std::size_t capacity_ = 0;
};

/// Up to `max_frames` frames and their bytes. Reused: `clear` keeps the memory.
///
/// `bytes` may borrow memory of the source (`borrow`) or own it (`storage`). Borrowed bytes must
/// live until the block is cleared or filled again.
class frame_block {
public:
  static constexpr std::size_t max_frames = 4096;
  /// A source ends a block at the first frame that would take the bytes above this (one frame may
  /// be longer).
  static constexpr std::size_t target_bytes = std::size_t{512} << 10;

  std::vector<frame> frames;  ///< in the order of the stream
  byte_buffer storage;

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
  void append(timestamp time, link_type link, std::uint32_t wire,
              std::span<std::uint8_t const> data) {
    frames.push_back({time, static_cast<std::uint32_t>(storage.size()),
                      static_cast<std::uint32_t>(data.size()), wire, link});
    storage.append(data);
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
