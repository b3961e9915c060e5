// How frames lie in a journal: records behind each other in segment files.
//
//   record   "KZJ1" | kind u8, 3 bytes 0 | length u32 | CRC-32C u32 | `length` bytes
//   frames   count u32 | note length u32 | note
//            | count x (time i64, captured u32, wire u32, link u16, 2 bytes 0) | bytes
//   mark     number u64
//   tick     time i64
// Numbers are little-endian; the CRC is of the bytes before it in the head and of those behind it.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "kizashi/base/error.hpp"
#include "kizashi/net/frame_block.hpp"

namespace kizashi::capture {

/// A place in a journal: a segment file and a byte in it, where a record begins or the journal
/// ends.
struct journal_position {
  std::uint64_t segment = 0;
  std::uint64_t offset = 0;
  friend auto operator<=>(journal_position const&, journal_position const&) = default;
};

namespace internal {

constexpr std::size_t record_head = 16;  // bytes before a record's own
/// A block of frames is at most this: the frames' heads, and bytes of which one frame may be longer
/// than the rest.
constexpr std::uint32_t most_record = std::uint32_t{64} << 20;

enum class record_kind : std::uint8_t { frames = 1, mark = 2, tick = 3 };

struct record_start {
  record_kind kind = record_kind::frames;
  std::uint32_t length = 0;
  std::uint32_t checksum = 0;
};

/// Adds a record to `out`. `note`: what the source says of where it is.
void write_frames(std::string& out, net::frame_block const& block, std::string_view note);
void write_mark(std::string& out, std::uint64_t number);
void write_tick(std::string& out, timestamp time);

/// Fails on what is no head of a record.
[[nodiscard]] auto read_start(std::span<std::uint8_t const, record_head> head)
    -> result<record_start>;
[[nodiscard]] auto has_checksum(record_start const& start, std::span<std::uint8_t const> bytes)
    -> bool;
/// Fills `out`, which is cleared first, and gives the note. Fails when the bytes are no block of
/// frames.
[[nodiscard]] auto read_frames(std::span<std::uint8_t const> bytes, net::frame_block& out)
    -> result<std::string>;
/// Of a mark or a tick.
[[nodiscard]] auto read_number(std::span<std::uint8_t const> bytes) -> result<std::uint64_t>;

}  // namespace internal
}  // namespace kizashi::capture
