// Windows and events as one line of JSON each, for those who look on (docs/api.md, "Events"). They
// are written for every event whether or not somebody reads, thousands a second at a large
// telescope, so they are put together as text.
#pragma once

#include <cstdint>
#include <string>
#include <unordered_map>

#include "kizashi/recognise/fingerprint.hpp"
#include "kizashi/telescope/dos/dos_event.hpp"
#include "kizashi/telescope/events/scan_event.hpp"
#include "kizashi/telescope/window.hpp"

namespace kizashi::app {

/// Of one sensor. One owner.
class event_lines {
public:
  /// `tools` outlives it.
  event_lines(std::string const& sensor, recognise::fingerprint_table const& tools);

  [[nodiscard]] auto of(telescope::window const& closed) const -> std::string;
  [[nodiscard]] auto of(telescope::scan_event const& closed) -> std::string;
  [[nodiscard]] auto of(telescope::dos_event const& closed) const -> std::string;

private:
  /// Names of the tools whose bits are set, as a list of JSON.
  [[nodiscard]] auto tool_list(std::uint64_t mask) -> std::string const&;

  recognise::fingerprint_table const& tools_;
  std::string sensor_;  ///< as JSON
  std::unordered_map<std::uint64_t, std::string> lists_;
};

}  // namespace kizashi::app
