// Bytes that stand in attempts to break in and hardly anywhere else. docs/traffic.md shows the
// table with its sources.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "kizashi/recognise/internal/payload_shapes.hpp"

namespace kizashi::recognise::internal {

struct exploit_mark {
  std::string_view bytes;  ///< at least two
  std::string_view name;
  std::string_view source;
  std::uint8_t ip_protocol = 0;  ///< 0: TCP and UDP
  std::uint16_t port = 0;        ///< destination; 0: any
  bool is_at_start = false;      ///< of the payload
};

[[nodiscard]] auto exploit_marks() noexcept -> std::span<exploit_mark const>;

/// How much of a payload is searched: the head of a request.
inline constexpr std::size_t searched_bytes = 1024;

/// The first mark in the first `searched_bytes` of the payload, by its place; null: none.
[[nodiscard]] auto find_exploit(payload_bytes payload, std::uint8_t ip_protocol,
                                std::uint16_t destination_port) noexcept -> exploit_mark const*;

}  // namespace kizashi::recognise::internal
