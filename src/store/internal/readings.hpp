// Which generation of a stream's observations is true: the table `readings`.
#pragma once

#include <cstdint>

#include "kizashi/base/error.hpp"
#include "kizashi/store/engine.hpp"

namespace kizashi::store::internal {

/// The readings of one stream that have stored observations, and the next one.
///
///   stream_readings of{engine, sensor, epoch};
///   KIZASHI_TRY(of.load());
///   if (of.reaches_beyond(packets)) return {};
///   KIZASHI_TRY(auto const generation, of.begin(packets, digest));
///   if (generation > 0) ...  // write rows of this generation
///   KIZASHI_TRY(of.end());
///
/// A writer may die anywhere: rows of a generation that was begun and not ended are taken away by
/// the next that ends. One that is older is never gone back to: a merge may have left out rows of
/// it that a newer one replaced.
class stream_readings {
public:
  stream_readings(engine& in, std::uint16_t sensor, std::uint64_t epoch)
      : engine_{in}, sensor_{sensor}, epoch_{epoch} {}

  [[nodiscard]] auto load() -> status;
  /// Whether the store has the observations of a longer part of the stream.
  [[nodiscard]] auto reaches_beyond(std::uint64_t packets) const noexcept -> bool {
    return true_.state > 0 && true_.packets > packets;
  }
  /// The generation of a stream that never ends, to which rows may be added at any time; the same
  /// ever after. `reaches_beyond` any length from then on. Fails when the stream has observations
  /// that were replaced as a whole.
  [[nodiscard]] auto begin_endless() -> result<std::uint64_t>;
  /// The generation to write; 0: the store has these observations.
  [[nodiscard]] auto begin(std::uint64_t packets, std::uint64_t digest) -> result<std::uint64_t>;
  /// The rows of what was begun are durable: from now on they are the stream's observations, and
  /// those of other generations go.
  [[nodiscard]] auto end() -> status;

private:
  struct reading {
    std::uint64_t generation = 0;
    std::uint64_t packets = 0;
    std::uint64_t digest = 0;
    std::uint8_t state = 0;
  };
  [[nodiscard]] auto write(reading const& row) -> status;

  engine& engine_;
  std::uint16_t sensor_;
  std::uint64_t epoch_;
  bool is_first_ = true;    // nothing of this stream was begun before
  std::uint64_t last_ = 0;  // generation that was begun
  reading true_;            // of those that ended, the newest; state 0: none
};

}  // namespace kizashi::store::internal
