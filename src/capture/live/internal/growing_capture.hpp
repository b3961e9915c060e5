// A capture that is still being written, or that comes through a pipe: frames as far as there are
// whole records.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "kizashi/capture/internal/record_cutter.hpp"
#include "kizashi/capture/live/live_source.hpp"

namespace kizashi::capture::live::internal {

/// Bytes that came, or why none did.
struct supplied {
  std::size_t bytes = 0;
  bool is_over = false;  ///< with no bytes: none will come any more
};

/// Bytes in their order; none may come just now.
class byte_supply {
public:
  virtual ~byte_supply() = default;
  /// Writes to the front of `into`, which is not empty. Does not wait. Fails when the system does.
  [[nodiscard]] virtual auto read(std::span<std::uint8_t> into) -> result<supplied> = 0;
  [[nodiscard]] virtual auto name() const -> std::string = 0;
};

/// pcap and pcapng, not packed. Memory: the largest record and 256 KiB.
class growing_capture {
public:
  explicit growing_capture(std::unique_ptr<byte_supply> supply);

  /// Adds frames to `out`, which is clear. `idle`: all whole records were given. Fails when the
  /// bytes are no capture that can be read so; damage behind the first record ends the capture with
  /// a note.
  [[nodiscard]] auto next(net::frame_block& out) -> result<flow>;
  [[nodiscard]] auto notes() const noexcept -> std::vector<note> const& { return notes_; }

private:
  [[nodiscard]] auto recognise() -> result<flow>;
  [[nodiscard]] auto read_more(net::byte_buffer& bytes) -> result<supplied>;
  void cut_into(net::frame_block& out);
  void end();
  void note_damage(std::string_view what);

  std::unique_ptr<byte_supply> supply_;
  std::unique_ptr<capture::internal::record_cutter> cutter_;
  net::byte_buffer carry_;       // read and not yet cut
  capture::internal::cut last_;  // what the cutter said last
  std::uint64_t offset_ = 0;     // in the stream, of the first byte of `carry_`
  std::uint64_t skip_ = 0;       // bytes to come that hold no frame
  bool is_full_ = false;         // `carry_` may hold whole records
  bool is_ended_ = false;
  std::vector<note> notes_;
};

}  // namespace kizashi::capture::live::internal
