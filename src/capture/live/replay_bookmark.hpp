// Where a replay has come to, as text that outlives the process.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "kizashi/base/error.hpp"
#include "kizashi/base/time.hpp"

namespace kizashi::capture::live {

/// The first `frames` frames of what is replayed were given.
struct replay_bookmark {
  std::uint64_t of = 0;  ///< what is replayed: any number that differs with it
  /// The first frame's own time, by which a capture that was replaced under its name is known.
  /// Unknown: it has none, or nothing was given.
  timestamp first = timestamp::unknown();
  std::uint64_t frames = 0;

  /// One line without its end: "kizashi-replay-1 17 1768467600000000000 4096".
  [[nodiscard]] auto to_string() const -> std::string;
  /// Reads what `to_string` wrote. Fails on anything else, saying which part.
  [[nodiscard]] static auto parse(std::string_view text) -> result<replay_bookmark>;

  friend auto operator==(replay_bookmark const&, replay_bookmark const&) -> bool = default;
};

}  // namespace kizashi::capture::live
