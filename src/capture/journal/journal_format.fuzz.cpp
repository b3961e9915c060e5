// Any bytes are a record or a failure; what is read is written the same.
#include "kizashi/capture/journal/journal_format.hpp"

#include <algorithm>
#include <cstdlib>

extern "C" auto LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) -> int {
  using namespace kizashi;
  using namespace kizashi::capture::internal;
  std::span<std::uint8_t const> const bytes{data, size};
  net::frame_block block;
  if (auto const note = read_frames(bytes, block)) {
    std::string again;
    write_frames(again, block, *note);
    net::frame_block same;
    std::span const written{reinterpret_cast<std::uint8_t const*>(again.data()), again.size()};
    auto const start = read_start(written.first<record_head>());
    if (!start || !has_checksum(*start, written.subspan(record_head))) std::abort();
    if (read_frames(written.subspan(record_head), same) != *note) std::abort();
    if (same.frames.size() != block.frames.size()) std::abort();
  }
  static_cast<void>(read_number(bytes));
  if (size < record_head) return 0;
  if (auto const start = read_start(bytes.first<record_head>()))
    static_cast<void>(has_checksum(*start, bytes.subspan(record_head)));
  return 0;
}
