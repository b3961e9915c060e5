// UDP services by port: which of them amplify, and what a request and an answer look like.
// docs/traffic.md shows the table with its sources.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "kizashi/recognise/internal/payload_shapes.hpp"

namespace kizashi::recognise::internal {

struct udp_service {
  std::uint16_t port;
  std::string_view name;
  bool amplifies;             ///< a short request is answered by more bytes
  payload_shape* is_request;  ///< none: requests are not told from other data
  payload_shape* is_answer;   ///< none: answers are not
  std::string_view source;    ///< where it is said that the service amplifies
};

/// In the order of their ports; no port twice.
[[nodiscard]] auto udp_services() noexcept -> std::span<udp_service const>;
/// Null when none is known there.
[[nodiscard]] auto service_on(std::uint16_t port) noexcept -> udp_service const*;

}  // namespace kizashi::recognise::internal
