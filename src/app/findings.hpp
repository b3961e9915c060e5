// What recognition adds to a report: tools, classes, events, victims, known scanners, campaigns.
#pragma once

#include <cstddef>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <tuple>
#include <unordered_map>
#include <utility>
#include <vector>

#include "kizashi/recognise/fingerprint.hpp"
#include "kizashi/recognise/scanner_list.hpp"
#include "kizashi/screening/conclusions.hpp"
#include "kizashi/screening/evaluation.hpp"
#include "kizashi/screening/labels.hpp"
#include "kizashi/telescope/dos/dos_tracker.hpp"
#include "kizashi/telescope/events/coordination.hpp"
#include "kizashi/telescope/events/event_tracker.hpp"

namespace kizashi::app {

/// The tables by which packets and sources are recognised. They outlive all that refers to them.
struct recognition_tables {
  recognise::fingerprint_table fingerprints;
  recognise::scanner_list scanners;
  screening::source_labels labels;
  screening::source_labels truth;  ///< what sources really are; empty: not known
};

/// Conclusions on one source that a report shows.
struct shown_source {
  std::vector<std::string> tools;
  recognise::traffic_class traffic_class = recognise::traffic_class::other;
  std::string organisation;  ///< of a known scanner; empty: none
  std::string campaign;      ///< its name; empty: none
  std::uint32_t neighbours = 0;
};

struct findings {
  std::shared_ptr<recognition_tables const> tables;
  duration event_timeout{};
  std::vector<telescope::scan_event> events;  ///< the largest, descending packets
  telescope::tracker_counts event_counts;
  std::vector<telescope::dos_event> victims;  ///< the largest, descending packets
  std::uint64_t victim_count = 0;             ///< all of them
  telescope::dos_counts dos_counts;
  std::vector<telescope::target_group> coordinated;
  screening::conclusions conclusions;
  std::optional<screening::evaluation_report> evaluation;  ///< where the truth is known
  std::unordered_map<std::string, shown_source> sources;   ///< by address as text: the shown ones
};

/// Which events belong to groups of sources that share their targets: that is known at the end.
class coordinated_events {
public:
  explicit coordinated_events(std::vector<telescope::target_group> const& groups);
  /// `coordinated` for an event of a group, else the event's own.
  [[nodiscard]] auto pattern_of(telescope::scan_event const& event) const
      -> telescope::scan_pattern;

private:
  /// Type, port and quirk.
  using key = std::tuple<recognise::packet_type, std::uint16_t, std::uint32_t>;
  std::multimap<key, std::pair<timestamp, timestamp>> groups_;  ///< first and last
};

/// Names of the fingerprints whose bits are set, in the order of the table.
[[nodiscard]] auto tool_names(std::uint64_t mask, recognise::fingerprint_table const& table)
    -> std::vector<std::string>;
/// TCP options of `packet_batch::tcp_options` as "mss,nop,wscale".
[[nodiscard]] auto option_names(std::uint32_t options) -> std::string;
/// Share of the darknet that an event touched, 0 .. 1; 0 when the darknet's size is not known.
[[nodiscard]] auto coverage_of(telescope::scan_event const& event,
                               std::uint64_t darknet_addresses) noexcept -> double;

}  // namespace kizashi::app
