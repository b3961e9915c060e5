// Writes a capture in the oldest and most widely read form: pcap (draft-ietf-opsawg-pcap),
// little-endian.
//
//   KIZASHI_TRY(auto out, pcap_writer::create("night.pcap", net::link_type::raw_ip));
//   KIZASHI_TRY(out.write(block));
//   KIZASHI_TRY(out.close());
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>

#include "kizashi/base/error.hpp"
#include "kizashi/base/output_file.hpp"
#include "kizashi/base/time.hpp"
#include "kizashi/capture/internal/gzip_packer.hpp"
#include "kizashi/net/frame_block.hpp"

namespace kizashi::capture {

/// How finely a pcap file tells time.
enum class pcap_resolution : std::uint8_t {
  microseconds,  ///< magic 0xa1b2c3d4; finer parts of a time are cut off
  nanoseconds,   ///< magic 0xa1b23c4d
};

/// One file of one link type. Memory: 1 MiB. The file appears whole in `close`; a writer that is
/// destroyed without it leaves what was there before. Pipes, devices and standard output are
/// written directly, whole records at a time.
class pcap_writer {
public:
  /// The most bytes of one frame that are kept, and what the file's header says.
  static constexpr std::uint32_t snap_length = 262144;

  /// A new file, which takes the place of one of that name; "-" is standard output, which must not
  /// be a terminal. Packed by gzip when the name ends in .gz.
  [[nodiscard]] static auto create(std::string const& path, net::link_type link,
                                   pcap_resolution resolution = pcap_resolution::nanoseconds)
      -> result<pcap_writer>;

  pcap_writer(pcap_writer&&) noexcept = default;
  auto operator=(pcap_writer&&) noexcept -> pcap_writer& = delete;
  ~pcap_writer() = default;

  /// One frame; of more than `snap_length` bytes the rest is left out. An unknown time is written
  /// as zero. Fails when the time is not in 1970 .. 2106 (32 bits of seconds) and when the system
  /// cannot write.
  [[nodiscard]] auto write(timestamp time, std::uint32_t wire_length,
                           std::span<std::uint8_t const> data) -> status;
  /// All frames of the block, in their order. Fails also at the first frame of another link type.
  [[nodiscard]] auto write(net::frame_block const& block) -> status;
  /// Writes out what is held, closes the file and gives it its name. Fails when the disk is full;
  /// nothing can be written afterwards.
  [[nodiscard]] auto close() -> status;

  /// Bytes given to the writer so far, the file's header included, before they are packed.
  [[nodiscard]] auto size() const noexcept -> std::uint64_t { return flushed_ + held_; }

private:
  pcap_writer(output_file file, net::link_type link, pcap_resolution resolution);
  [[nodiscard]] auto flush(bool is_end = false) -> status;
  [[nodiscard]] auto refuse(timestamp time) const -> status;

  output_file file_;
  std::optional<internal::gzip_packer> packer_;
  bool is_closed_ = false;
  net::link_type link_;
  std::uint32_t fraction_unit_;  // nanoseconds in one step of a record's fraction
  std::unique_ptr<std::uint8_t[]> buffer_;
  std::size_t held_ = 0;
  std::uint64_t flushed_ = 0;
};

}  // namespace kizashi::capture
