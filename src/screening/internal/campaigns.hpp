// Sources grouped by behaviour: the same tool or header, nearly the same ports, the same kind of
// traffic; and those of them that act at the same times.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "kizashi/recognise/place.hpp"
#include "kizashi/screening/conclusions.hpp"
#include "kizashi/screening/internal/record.hpp"
#include "kizashi/screening/internal/timing.hpp"

namespace kizashi::screening::internal {

struct campaign_options {
  std::size_t least_sources = 5;
  /// Of two sets of ports: the least weighted Jaccard similarity at which they are one behaviour.
  double least_alike = 0.5;
  timing_options timing;
  std::function<std::string(std::uint8_t)> tool_name;  ///< of `source_record::tool` - 1
  recognise::place_table const* places = nullptr;
};

/// What makes behaviours different before their ports are compared: the tool, else the header
/// (`quirk`), else the length of packets without TCP; and the class of the traffic. 0: none, or a
/// class in which sources are victims or chance.
[[nodiscard]] auto behaviour_header(source_record const& source) noexcept -> std::uint64_t;

/// Sum of the smaller shares over the sum of the larger ones (Ruzicka).
[[nodiscard]] auto port_likeness(main_ports const& a, main_ports const& b) noexcept -> double;

/// Four letters that follow from a text: no vowels that make words, nothing that looks alike.
[[nodiscard]] auto name_letters(std::uint64_t hash, std::size_t letters = 4) -> std::string;

/// Groups the sources, which are in the order of their addresses, and sets `campaign` and
/// `neighbours` in them. Rows by descending packets, ties by name. Sorting takes O(n log n); each
/// set of ports is compared with at most 64 others, and see `find_synchronous`.
[[nodiscard]] auto find_campaigns(std::span<source_record> sources, campaign_options const& options)
    -> std::vector<campaign_row>;

}  // namespace kizashi::screening::internal
