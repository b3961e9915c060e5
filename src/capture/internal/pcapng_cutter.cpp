// pcapng (draft-ietf-opsawg-pcapng): blocks of type, length, body and the length again. A section
// may have another byte order than the one before it, and each section describes its interfaces
// anew.
#include <algorithm>

#include <fmt/format.h>

#include "kizashi/capture/internal/numbers.hpp"
#include "kizashi/capture/internal/record_cutter.hpp"
#include "kizashi/capture/internal/tick_clock.hpp"

namespace kizashi::capture::internal {
namespace {

constexpr std::uint32_t section_header = 0x0a0d0d0a;
constexpr std::uint32_t interface_description = 1;
constexpr std::uint32_t old_packet = 2;
constexpr std::uint32_t simple_packet = 3;
constexpr std::uint32_t enhanced_packet = 6;
constexpr std::uint32_t byte_order_mark = 0x1a2b3c4d;

constexpr std::size_t smallest_block = 12;
constexpr std::size_t smallest_section_header = 28;
/// Of blocks that are held in memory whole: a frame of the largest size and as much again for its
/// options. What is longer and holds neither packet nor interface is stepped over.
constexpr std::uint32_t largest_block = 2 * largest_frame;
constexpr std::size_t most_interfaces = 65536;

/// What a section says of one interface.
struct interface {
  net::link_type link = net::link_type::ethernet;
  std::uint32_t snap_length = 0;  // 0: none
  tick_clock clock;
};

class pcapng_cutter final : public record_cutter {
public:
  auto cut_from(std::span<std::uint8_t const> bytes, std::vector<net::frame>& frames)
      -> cut override {
    cut made;
    frames.reserve(net::frame_block::max_frames);
    while (frames.size() < net::frame_block::max_frames) {
      if (!step(bytes, frames, made)) break;
    }
    return made;
  }

private:
  /// One block at `made.used`. Answers whether the next one may be tried.
  auto step(std::span<std::uint8_t const> bytes, std::vector<net::frame>& frames, cut& made)
      -> bool;
  void read_block(std::uint32_t type, std::span<std::uint8_t const> body, std::size_t at,
                  std::vector<net::frame>& frames, cut& made);
  auto look_at_section(std::span<std::uint8_t const> rest, cut& made) -> bool;
  void read_interface(std::span<std::uint8_t const> body, cut& made);
  /// An enhanced packet block, or the older packet block: they differ in the interface's field.
  void read_timed(std::span<std::uint8_t const> body, std::size_t at, bool is_old,
                  std::vector<net::frame>& frames, cut& made);
  void read_simple(std::span<std::uint8_t const> body, std::size_t at,
                   std::vector<net::frame>& frames, cut& made);
  struct packet {
    std::uint32_t interface_number;
    std::uint64_t ticks;
    std::uint32_t captured;
    std::uint32_t wire;
    std::size_t at;     // of its first byte in the bytes shown
    std::size_t space;  // bytes that the block has for it
  };
  void add(packet const& each, std::vector<net::frame>& frames, cut& made);
  [[nodiscard]] auto number16(std::uint8_t const* at) const -> std::uint16_t {
    return load16(at, order_);
  }
  [[nodiscard]] auto number32(std::uint8_t const* at) const -> std::uint32_t {
    return load32(at, order_);
  }
  [[nodiscard]] auto ticks(std::uint8_t const* at) const -> std::uint64_t {
    return std::uint64_t{number32(at)} << 32 | number32(at + 4);
  }

  std::endian order_ = std::endian::little;
  std::vector<interface> interfaces_;
};

void want(cut& made, std::size_t bytes, std::string_view part) {
  made.wanted = bytes;
  made.part = part;
}

auto pcapng_cutter::step(std::span<std::uint8_t const> bytes, std::vector<net::frame>& frames,
                         cut& made) -> bool {
  auto const at = made.used;
  auto const rest = bytes.subspan(at);
  if (rest.size() < smallest_block) {
    want(made, smallest_block, "a block's header");
    return false;
  }
  auto const type = number32(rest.data());
  auto const is_section = type == section_header;  // which reads the same in both orders
  if (is_section && !look_at_section(rest, made)) return false;
  auto const length = number32(rest.data() + 4);
  auto const smallest = is_section ? smallest_section_header : smallest_block;
  if (length < smallest || length % 4 != 0) {
    made.damage =
        fmt::format("a block of {} bytes came; expected a multiple of 4 from {}", length, smallest);
    return false;
  }
  auto const is_packet = type == enhanced_packet || type == simple_packet || type == old_packet;
  auto const is_needed = is_packet || type == interface_description;
  if (!is_needed && length > largest_block) {
    if (is_section) interfaces_.clear();
    made.used = at + std::min<std::size_t>(length, rest.size());
    made.skip = length - (made.used - at);
    made.part = "a block";
    return made.skip == 0;
  }
  if (length > largest_block) {
    made.damage =
        fmt::format("a block of {} bytes came; expected at most {}", length, largest_block);
    return false;
  }
  if (rest.size() < length) {
    want(made, length, "a block");
    return false;
  }
  if (auto const again = number32(rest.data() + length - 4); again != length) {
    made.damage = fmt::format(
        "a block begins with the length {} and ends with {}; expected the same", length, again);
    return false;
  }
  read_block(type, rest.subspan(8, length - smallest_block), at + 8, frames, made);
  if (!made.damage.empty()) return false;
  made.used = at + length;
  return true;
}

/// A block of any type that is there whole; `at` says where its body is in the bytes shown.
void pcapng_cutter::read_block(std::uint32_t type, std::span<std::uint8_t const> body,
                               std::size_t at, std::vector<net::frame>& frames, cut& made) {
  switch (type) {
    case enhanced_packet:
      return read_timed(body, at, false, frames, made);
    case simple_packet:
      return read_simple(body, at, frames, made);
    case old_packet:
      return read_timed(body, at, true, frames, made);
    case interface_description:
      return read_interface(body, made);
    case section_header:
      return interfaces_.clear();
    default:
      return;
  }
}

/// Finds the byte order, without which the block's length cannot be read.
auto pcapng_cutter::look_at_section(std::span<std::uint8_t const> rest, cut& made) -> bool {
  auto const* const mark = rest.data() + 8;
  if (load32<std::endian::little>(mark) == byte_order_mark) {
    order_ = std::endian::little;
  } else if (load32<std::endian::big>(mark) == byte_order_mark) {
    order_ = std::endian::big;
  } else {
    made.damage = fmt::format("the byte order mark {:08x} came; expected 1a2b3c4d or 4d3c2b1a",
                              load32<std::endian::big>(mark));
    return false;
  }
  if (rest.size() < smallest_section_header) {
    want(made, smallest_section_header, "a section's header");
    return false;
  }
  if (auto const major = number16(rest.data() + 12); major != 1) {
    made.damage =
        fmt::format("pcapng version {}.{} came; expected 1", major, number16(rest.data() + 14));
    return false;
  }
  return true;
}

void pcapng_cutter::read_interface(std::span<std::uint8_t const> body, cut& made) {
  if (body.size() < 8) {
    made.damage = fmt::format("an interface of {} bytes came; expected 8 or more", body.size());
    return;
  }
  if (interfaces_.size() == most_interfaces) {
    made.damage = fmt::format("one interface more came; expected at most {}", most_interfaces);
    return;
  }
  interface made_of {
    static_cast<net::link_type>(number16(body.data())), number32(body.data() + 4), {}
  };
  std::uint8_t resolution = 6;
  std::int64_t offset_seconds = 0;
  auto options = body.subspan(8);
  while (options.size() >= 4) {
    auto const code = number16(options.data());
    auto const length = number16(options.data() + 2);
    auto const padded = (std::size_t{length} + 3) & ~std::size_t{3};
    if (code == 0 || padded > options.size() - 4) break;
    auto const* const value = options.data() + 4;
    if (code == 9 && length == 1) resolution = *value;
    if (code == 14 && length == 8)
      offset_seconds = static_cast<std::int64_t>(load64(value, order_));
    options = options.subspan(4 + padded);
  }
  made_of.clock = tick_clock{resolution, offset_seconds};
  interfaces_.push_back(made_of);
}

void pcapng_cutter::read_timed(std::span<std::uint8_t const> body, std::size_t at, bool is_old,
                               std::vector<net::frame>& frames, cut& made) {
  if (body.size() < 20) {
    made.damage =
        fmt::format("a packet block with {} bytes came; expected 20 or more", body.size());
    return;
  }
  auto const* const from = body.data();
  auto const interface = is_old ? number16(from) : number32(from);
  add({interface, ticks(from + 4), number32(from + 12), number32(from + 16), at + 20,
       body.size() - 20},
      frames, made);
}

void pcapng_cutter::read_simple(std::span<std::uint8_t const> body, std::size_t at,
                                std::vector<net::frame>& frames, cut& made) {
  if (body.size() < 4) {
    made.damage = fmt::format("a packet block with {} bytes came; expected 4 or more", body.size());
    return;
  }
  // Such a packet is of the first interface, has no time, and says only its length on the wire.
  auto const wire = number32(body.data());
  auto captured = std::min<std::size_t>(wire, body.size() - 4);
  if (!interfaces_.empty() && interfaces_.front().snap_length != 0) {
    captured = std::min<std::size_t>(captured, interfaces_.front().snap_length);
  }
  add({0, 0, static_cast<std::uint32_t>(captured), wire, at + 4, body.size() - 4}, frames, made);
  if (made.damage.empty() && frames.back().time.is_known()) {
    frames.back().time = timestamp::unknown();  // an offset gave tick 0 a time
    ++untimed_;
  }
}

void pcapng_cutter::add(packet const& each, std::vector<net::frame>& frames, cut& made) {
  if (each.interface_number >= interfaces_.size()) {
    made.damage = fmt::format("a packet of interface {} came; the section describes {} so far",
                              each.interface_number, interfaces_.size());
    return;
  }
  if (each.captured > each.space || each.captured > largest_frame) {
    made.damage = fmt::format("a packet of {} bytes came; expected at most {}", each.captured,
                              std::min<std::size_t>(each.space, largest_frame));
    return;
  }
  auto const& from = interfaces_[each.interface_number];
  auto const time = from.clock.at(each.ticks);
  untimed_ += time.is_known() ? 0U : 1U;
  frames.push_back(
      {time, static_cast<std::uint32_t>(each.at), each.captured, each.wire, from.link});
}

}  // namespace

auto recognise_pcapng(std::span<std::uint8_t const> head) -> recognised {
  if (head.size() < 4 || load32<std::endian::big>(head.data()) != section_header) return {};
  if (head.size() >= smallest_block) {
    auto const mark = load32<std::endian::big>(head.data() + 8);
    if (mark != byte_order_mark && mark != __builtin_bswap32(byte_order_mark)) return {};
  }
  return {std::make_unique<pcapng_cutter>(), 0};
}

}  // namespace kizashi::capture::internal
