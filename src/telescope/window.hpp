// A window: what was counted in one interval of event time.
#pragma once

#include <cstdint>
#include <vector>

#include "kizashi/telescope/summary.hpp"

namespace kizashi::telescope {

struct source_total {
  net::address address;
  std::uint64_t packets = 0;
  std::uint64_t wire_bytes = 0;
};

/// One closed interval [start, start + length). Unique numbers are exact.
struct window {
  timestamp start;
  duration length{};
  std::uint64_t packets = 0;
  std::uint64_t wire_bytes = 0;
  std::uint64_t sources = 0;
  std::uint64_t destinations = 0;
  std::vector<port_row> ports;       ///< ascending (protocol, port)
  std::vector<source_total> totals;  ///< ascending address; empty unless asked for
};

/// Whoever wants closed windows. They come in ascending order of time, from one thread at a time.
class window_sink {
public:
  virtual ~window_sink() = default;
  [[nodiscard]] virtual auto observe(window const& closed) -> status = 0;
};

}  // namespace kizashi::telescope
