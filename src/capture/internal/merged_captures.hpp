// Many captures as one stream in time order.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "kizashi/base/error.hpp"
#include "kizashi/base/time.hpp"
#include "kizashi/capture/frame_source.hpp"
#include "kizashi/capture/internal/capture_file.hpp"

namespace kizashi::capture::internal {

/// The merge of files by the time of the frame that each has next: a file's own order is kept, also
/// where its times go backwards, and a frame without a time stays behind the frame before it. Equal
/// times in the order of the files.
///
/// Every file is looked at once for its first time and closed again; it is opened when that time
/// has come. Memory: one block of at most 512 KiB for each open file, less where more than 64 are
/// open. Cost: files that do not overlap in time are handed over block by block without a copy;
/// others are copied in runs, one step in a heap of the files for each run.
class merged_captures final : public frame_source {
public:
  /// Fails when none of `paths` can be read as a capture. "-" may be among them.
  [[nodiscard]] static auto open(std::vector<std::string> const& paths)
      -> result<std::unique_ptr<frame_source>>;

  [[nodiscard]] auto next(net::frame_block& out) -> status override;
  [[nodiscard]] auto notes() const -> std::vector<note> override { return notes_; }
  [[nodiscard]] auto position() const -> progress override;

private:
  /// One of the files: waiting for its time, or open with the frames that it gives next.
  struct input {
    std::string path;
    std::size_t number = 0;  // its place among the paths
    std::uint64_t size = 0;
    timestamp key = timestamp::unknown();  // of its next frame
    std::unique_ptr<capture_file> file = nullptr;
    net::frame_block block = {};
    std::size_t at = 0;  // the next frame in the block
  };

  /// Frames of one input that may be given before those of any other.
  struct run {
    std::size_t end;  // the first frame in the block that is not among them
    timestamp key;    // of the last one
  };

  [[nodiscard]] auto look_at(std::string const& path) -> status;
  void make_ready(input& one);
  void refill(input& one);
  void close(input& one);
  [[nodiscard]] auto is_after(std::size_t a, std::size_t b) const -> bool;
  void push(std::size_t number);
  void take_run(input& one, net::frame_block& out);
  [[nodiscard]] auto run_of(input const& one, net::frame_block const& out) const -> run;

  std::vector<input> inputs_;
  std::vector<std::size_t> heap_;  // of inputs that have frames; the earliest first
  net::frame_block spare_;         // memory of a file that has ended, for the next one
  std::size_t open_count_ = 0;
  std::uint64_t closed_bytes_ = 0;
  std::uint64_t total_bytes_ = 0;
  bool is_total_known_ = true;
  std::vector<note> notes_;
};

}  // namespace kizashi::capture::internal
