// One capture file from its first frame to its last, whatever its format and packing.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "kizashi/base/error.hpp"
#include "kizashi/capture/frame_source.hpp"
#include "kizashi/capture/internal/byte_stream.hpp"
#include "kizashi/capture/internal/record_cutter.hpp"

namespace kizashi::capture::internal {

/// Reads chunks of the file straight into the storage of the blocks that it fills and says where
/// the frames lie in them; no frame is copied. Memory: what one record at the end of a chunk needs.
class capture_file final : public frame_source {
public:
  /// Finds out the format. Fails when the file cannot be read or is no capture.
  [[nodiscard]] static auto open(std::unique_ptr<byte_source> source)
      -> result<std::unique_ptr<capture_file>>;
  /// The same with a cutter of the caller's choice for all bytes.
  capture_file(std::unique_ptr<byte_stream> stream, std::unique_ptr<record_cutter> cutter);

  [[nodiscard]] auto next(net::frame_block& out) -> status override;
  [[nodiscard]] auto notes() const -> std::vector<note> override;
  [[nodiscard]] auto position() const -> progress override;

  [[nodiscard]] auto source() const noexcept -> byte_source const& { return stream_->source(); }
  /// How many bytes to read at a time: less where many files are read at once.
  void set_chunk_limit(std::size_t bytes);

private:
  /// Reads once, so that `size` bytes are there where the file and the system give them.
  void read_more(net::byte_buffer& bytes, std::size_t size);
  /// Cuts what is there into frames. Answers the bytes at the front that are dealt with.
  [[nodiscard]] auto cut_into(net::frame_block& out) -> std::size_t;
  void end(std::size_t have);
  void note_damage(std::string_view what);
  void find_untimed(net::frame_block const& in, std::size_t begin);
  void choose_chunk(std::size_t used, std::size_t frames);

  std::unique_ptr<byte_stream> stream_;
  std::unique_ptr<record_cutter> cutter_;
  net::byte_buffer carry_;                      // read, but not yet cut
  std::optional<std::uint64_t> first_untimed_;  // where the first frame without a time lies
  std::uint64_t offset_ = 0;  // of the first byte that is carried, in the unpacked file
  std::uint64_t skip_ = 0;    // bytes to come that nobody needs
  cut last_;                  // what the cutter said last
  std::size_t chunk_limit_ = net::frame_block::target_bytes;
  std::size_t chunk_;
  bool is_stream_over_ = false;
  bool is_stream_broken_ = false;  // and a note says why
  bool is_over_ = false;
  std::vector<note> notes_;
};

}  // namespace kizashi::capture::internal
