// Where the frames lie in the bytes of a capture. A cutter knows one format and nothing of files:
// it is shown bytes, says which frames it found, and is shown the rest again together with what
// follows.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "kizashi/base/error.hpp"
#include "kizashi/net/frame_block.hpp"

namespace kizashi::capture::internal {

/// The most bytes of one frame that a capture may hold, as in libpcap and Wireshark. A record that
/// says more is taken for damage, so no length in a file decides how much memory is asked for.
inline constexpr std::uint32_t largest_frame = 262144;

/// What a cutter made of the bytes that it was shown.
struct cut {
  /// Bytes from the front that are dealt with.
  std::size_t used = 0;
  /// Bytes from `used` on without which the next record cannot be told; 0: the block was full. More
  /// than are there.
  std::size_t wanted = 0;
  /// Bytes behind `used`, which is then all that is there, that hold no frame and need not be
  /// shown.
  std::uint64_t skip = 0;
  /// What the record at `used` is called: "a record's header".
  std::string_view part = {};
  /// Not empty: what is wrong with the record at `used`, "what came; what was expected". Nothing
  /// can be read behind it.
  std::string damage = {};
};

/// The state of reading one file of one format.
class record_cutter {
public:
  record_cutter() = default;
  record_cutter(record_cutter const&) = delete;
  auto operator=(record_cutter const&) -> record_cutter& = delete;
  virtual ~record_cutter() = default;

  /// Adds the frames that lie whole in `bytes` to `frames` until there are
  /// `frame_block::max_frames` of them. Their offsets count from the front of `bytes`.
  [[nodiscard]] virtual auto cut_from(std::span<std::uint8_t const> bytes,
                                      std::vector<net::frame>& frames) -> cut = 0;
  /// Frames so far that carry no time or an impossible one.
  [[nodiscard]] auto untimed() const noexcept -> std::uint64_t { return untimed_; }

protected:
  std::uint64_t untimed_ = 0;
};

/// A cutter and the bytes at the front of the file that it wants to be spared.
struct recognised {
  std::unique_ptr<record_cutter> cutter;
  std::size_t header_size = 0;
};

/// The formats by their first bytes; a null cutter when it is another format. Fails when a pcap
/// header is cut or of another version, in words that do not name the file.
[[nodiscard]] auto recognise_pcap(std::span<std::uint8_t const> head) -> result<recognised>;
[[nodiscard]] auto recognise_pcapng(std::span<std::uint8_t const> head) -> recognised;
/// ERF has no mark of its own: the first records must be plausible and fit together. `is_whole`:
/// the file ends with `head`.
[[nodiscard]] auto recognise_erf(std::span<std::uint8_t const> head, bool is_whole) -> recognised;

[[nodiscard]] auto make_erf_cutter() -> std::unique_ptr<record_cutter>;

/// How many bytes of a file the above must be shown, or the whole file when it has fewer.
inline constexpr std::size_t head_for_marks = 24;
inline constexpr std::size_t head_for_erf = std::size_t{66} << 10;

}  // namespace kizashi::capture::internal
