#pragma once

#include <cstdint>
#include <span>

namespace kizashi::net::internal {

struct tcp_options {
  std::uint32_t order = 0;  ///< as in `packet::tcp_options`
  std::uint16_t mss = 0;
  std::uint8_t window_scale = 255;
  bool is_malformed = false;
};

/// Reads the option list of a TCP header (RFC 9293 section 3.1, RFC 7323, RFC 2018). Ends at the first option that does
/// not fit, marked as malformed.
[[nodiscard]] auto read_tcp_options(std::span<std::uint8_t const> bytes) -> tcp_options;

}  // namespace kizashi::net::internal
