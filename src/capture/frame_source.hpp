// Where frames come from: a file, several files merged, a telescope that does not exist, later an
// interface.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "kizashi/base/error.hpp"
#include "kizashi/net/frame_block.hpp"

namespace kizashi::capture {

/// Something that was wrong with a source and did not stop the reading of the others: "FILE: offset
/// N: ...".
struct note {
  std::string message;
  /// Whether packets that the source should have given are missing because of it.
  bool is_loss = false;
};

/// How far a source has come, for a progress bar. Zero `total_bytes`: not known.
struct progress {
  std::uint64_t read_bytes =
      0;  ///< of the files as they lie on the disk, so compressed where they are
  std::uint64_t total_bytes = 0;
};

/// A stream of frames. One owner, one thread at a time.
class frame_source {
public:
  virtual ~frame_source() = default;

  /// Clears `out` and fills it with the next frames. An empty block afterwards means the end of the
  /// stream. A failure means that nothing more can be read at all; what was given before stands.
  /// Damage inside one file is no failure: the frames before it are given and a note is left.
  [[nodiscard]] virtual auto next(net::frame_block& out) -> status = 0;

  /// The notes so far, in the order of their discovery. Complete after the end of the stream.
  [[nodiscard]] virtual auto notes() const -> std::vector<note> { return {}; }
  [[nodiscard]] virtual auto position() const -> progress { return {}; }
};

}  // namespace kizashi::capture
