// For tests and fuzz targets: captures made by hand, and everything that a source gives, gathered.
#pragma once

#include <bit>
#include <cstdint>
#include <ostream>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "kizashi/capture/frame_source.hpp"
#include "kizashi/capture/internal/capture_file.hpp"

namespace kizashi::capture::internal {

/// Bytes in the order in which they are said.
class bytes_by_hand {
public:
  explicit bytes_by_hand(std::endian order = std::endian::little) : order_{order} {}

  auto u8(std::uint64_t number) -> bytes_by_hand& { return put(number, 1, order_); }
  auto u16(std::uint64_t number) -> bytes_by_hand& { return put(number, 2, order_); }
  auto u32(std::uint64_t number) -> bytes_by_hand& { return put(number, 4, order_); }
  auto u64(std::uint64_t number) -> bytes_by_hand& { return put(number, 8, order_); }
  auto big16(std::uint64_t number) -> bytes_by_hand& { return put(number, 2, std::endian::big); }
  auto text(std::string_view words) -> bytes_by_hand& {
    bytes_.insert(bytes_.end(), words.begin(), words.end());
    return *this;
  }
  auto fill(std::size_t count) -> bytes_by_hand& {
    bytes_.resize(bytes_.size() + count);
    return *this;
  }
  [[nodiscard]] auto bytes() const -> std::vector<std::uint8_t> const& { return bytes_; }

private:
  auto put(std::uint64_t number, unsigned size, std::endian order) -> bytes_by_hand& {
    for (unsigned i = 0; i < size; ++i) {
      auto const shift = 8 * (order == std::endian::little ? i : size - 1 - i);
      bytes_.push_back(static_cast<std::uint8_t>(number >> shift));
    }
    return *this;
  }

  std::endian order_;
  std::vector<std::uint8_t> bytes_;
};

/// A frame by value.
struct seen_frame {
  timestamp time;
  unsigned link = 0;
  std::uint32_t wire = 0;
  std::string data;

  friend auto operator==(seen_frame const&, seen_frame const&) -> bool = default;
  friend auto operator<<(std::ostream& out, seen_frame const& it) -> std::ostream& {
    return out << "{" << it.time.to_string() << " link " << it.link << " wire " << it.wire
               << " bytes " << it.data.size() << "}";
  }
};

/// What came out of a source.
struct reading {
  std::vector<seen_frame> frames;
  std::vector<std::string> notes;  // those of a loss begin with "loss: "
  std::string failure;             // of opening or reading; empty: none
};

inline void read_all(frame_source& source, reading& into) {
  net::frame_block block;
  while (true) {
    auto const outcome = source.next(block);
    if (!outcome) into.failure = outcome.error().message;
    if (!outcome || block.frames.empty()) break;
    KIZASHI_ASSERT(block.frames.size() <= net::frame_block::max_frames);
    for (auto const& each : block.frames) {
      auto const data = block.data(each);
      KIZASHI_ASSERT(data.size() == each.captured);
      into.frames.push_back({each.time, static_cast<unsigned>(each.link), each.wire,
                             std::string{data.begin(), data.end()}});
    }
  }
  for (auto const& each : source.notes()) {
    into.notes.push_back((each.is_loss ? "loss: " : "") + each.message);
  }
}

/// A capture in memory that is called "FILE", shown `step` bytes at a time.
[[nodiscard]] inline auto read_bytes(std::span<std::uint8_t const> bytes,
                                     std::size_t step = SIZE_MAX) -> reading {
  reading made;
  auto source = capture_file::open(open_bytes(bytes, "FILE", step));
  if (source)
    read_all(**source, made);
  else
    made.failure = source.error().message;
  return made;
}

}  // namespace kizashi::capture::internal
