// A few packets of each of many sources, in bounded memory whatever the stream.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <unordered_map>
#include <vector>

#include "kizashi/base/random.hpp"
#include "kizashi/recognise/discover/sample_row.hpp"

namespace kizashi::recognise::discover {

/// Keeps up to `packets_of_source` packets of each source, each packet of it with equal chance
/// (Vitter: "Random Sampling with a Reservoir", ACM TOMS 1985, algorithm R). When there are more
/// than twice `sources`, the half goes that was seen least: a source with one packet shows little.
/// The choice among equals follows from their addresses. Equal streams give equal samples.
///
/// Memory: 2 x sources x packets_of_source x 36 bytes at most, asked for as it is filled.
class packet_sample {
public:
  /// `packets_of_source`: 1 to 32.
  packet_sample(std::size_t sources, std::size_t packets_of_source);

  void add(sample_row const& row);

  struct member {
    std::uint32_t source = 0;
    std::uint32_t seen = 0;  ///< packets since the source was taken in
    std::span<sample_row> rows;
  };
  /// The sources by address, at most `sources` of them, each one's rows without repetitions: equal
  /// addresses, ports, numbers and window are a packet sent again, which says nothing new. The rows
  /// belong to the sample. Ends the taking of samples.
  [[nodiscard]] auto finish() -> std::vector<member>;

private:
  struct entry {
    std::uint32_t source = 0;
    std::uint32_t seen = 0;
    std::uint32_t place = 0;  // of its slots
  };
  void thin_out(std::size_t left);
  [[nodiscard]] auto slots(std::uint32_t place) noexcept -> sample_row* {
    return rows_.data() + std::size_t{place} * depth_;
  }

  std::size_t most_;
  std::size_t depth_;
  std::unordered_map<std::uint32_t, std::uint32_t> places_;  // address: index in entries_
  std::vector<entry> entries_;
  std::vector<sample_row> rows_;
  std::vector<std::uint32_t> free_;  // places of slots
};

}  // namespace kizashi::recognise::discover
