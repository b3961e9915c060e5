// A journal as a source for the road: frames as they were received. It gives an empty block at each
// mark and tick, and where the journal ends for now; `reason` says which it was.
#pragma once

#include "kizashi/capture/frame_source.hpp"
#include "kizashi/capture/journal/journal.hpp"

namespace kizashi::pipeline::internal {

class journal_source final : public capture::frame_source {
public:
  explicit journal_source(capture::journal_reader from) : from_{std::move(from)} {}

  [[nodiscard]] auto next(net::frame_block& out) -> status override {
    KIZASHI_TRY(reason_, from_.next(out));
    if (reason_ == capture::journal_reader::found::frames) frames_ += out.frames.size();
    return {};
  }
  /// Why the last block was empty.
  [[nodiscard]] auto reason() const noexcept -> capture::journal_reader::found { return reason_; }
  [[nodiscard]] auto journal() const noexcept -> capture::journal_reader const& { return from_; }
  [[nodiscard]] auto frames() const noexcept -> std::uint64_t { return frames_; }

private:
  capture::journal_reader from_;
  capture::journal_reader::found reason_ = capture::journal_reader::found::end;
  std::uint64_t frames_ = 0;
};

}  // namespace kizashi::pipeline::internal
