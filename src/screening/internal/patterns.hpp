// Sources without a verdict that do what malware does: the same ports in the same order, the same
// options and TTL. No label by a person is needed.
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <span>
#include <vector>

#include "kizashi/screening/internal/confidence.hpp"
#include "kizashi/screening/internal/record.hpp"

namespace kizashi::screening::internal {

/// The window is left out: malware chooses it at random.
struct pattern_key {
  std::uint32_t options = 0;
  std::uint32_t initial_ttl = 0;
  std::uint32_t traffic_class = 0;
  std::array<std::uint32_t, main_ports::most> ports{};

  friend auto operator<=>(pattern_key const&, pattern_key const&) = default;
};
[[nodiscard]] auto pattern_of(source_record const& source) noexcept -> pattern_key;

struct pattern {
  pattern_key key;
  std::uint32_t sequence = 0;  ///< steps from port to port that most of the malware's sources take
  std::uint8_t tool = 0;       ///< fingerprint of the malware
  std::uint64_t labelled = 0;  ///< sources with it of which anything is known
  std::uint64_t right = 0;     ///< of those, with this malware's verdict
  std::uint64_t more = 0;      ///< sources with it of which nothing is known

  /// Whether a source with this key takes the same steps: `telescope::sequence_likeness` of at
  /// least `least_likeness`.
  [[nodiscard]] auto has_sequence(source_record const& source) const noexcept -> bool;
  static constexpr double least_likeness = 0.75;
};

struct pattern_options {
  double least_purity = 0.7;  ///< Wilson's bound for right of labelled: nine of nine
  looseness loose;
};

/// Of patterns, which are in the order of their keys, the one that a source fits; else nullptr.
[[nodiscard]] auto find_pattern(std::span<pattern const> patterns,
                                source_record const& source) noexcept -> pattern const*;

/// The patterns that are pure enough and spread no further than permitted; ascending keys.
[[nodiscard]] auto find_patterns(std::span<source_record const> sources,
                                 pattern_options const& options = {}) -> std::vector<pattern>;

}  // namespace kizashi::screening::internal
