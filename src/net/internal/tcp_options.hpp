#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace kizashi::net::internal {

struct tcp_options {
  std::uint32_t order = 0;  ///< as in `packet::tcp_options`
  std::uint16_t mss = 0;
  std::uint8_t window_scale = 255;
  bool is_malformed = false;
};

/// Reads the option list of a TCP header (RFC 9293 section 3.1, RFC 7323, RFC 2018) that should be
/// `length` long and of which `bytes`, at most as many, are there. Ends at the first option that
/// does not fit into `length`, marked as malformed, and without a mark at the first that is not
/// whole in `bytes`.
[[nodiscard]] auto read_tcp_options(std::span<std::uint8_t const> bytes, std::size_t length)
    -> tcp_options;

}  // namespace kizashi::net::internal
