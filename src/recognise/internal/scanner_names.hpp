// One name for one organisation, whatever a list calls it: "scan-12.shadowserver.org",
// "Shadowserver IP Ranges Used for Scanning" and "shadowserver" are Shadowserver.
#pragma once

#include <string>
#include <string_view>

namespace kizashi::recognise::internal {

/// Of an address that a list calls a scanner without saying whose.
inline constexpr std::string_view unknown_scanner = "unknown mass scanner";

/// A readable name: of a known organisation the usual one; of a host name else its registered
/// domain; of an empty text, an address or "(unknown)" `unknown_scanner`; else the text without
/// the words that lists add. Without control characters, at most 80 bytes.
[[nodiscard]] auto organisation_name(std::string_view text) -> std::string;

}  // namespace kizashi::recognise::internal
