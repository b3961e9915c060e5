// How values are written in answers, for people and for programs alike: names of protocols, times,
// kinds and tools.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "kizashi/answer/json_document.hpp"
#include "kizashi/base/error.hpp"
#include "kizashi/base/time.hpp"
#include "kizashi/recognise/place.hpp"

namespace kizashi::answer {

/// The program's version, such as "0.1.0".
[[nodiscard]] auto version() -> std::string_view;

/// `text` without control characters, for a terminal: names of files and AS come from strangers.
[[nodiscard]] auto printable(std::string_view text) -> std::string;
/// A text in quotes; one that a spreadsheet would take for a formula gets a leading apostrophe.
[[nodiscard]] auto csv_text(std::string_view text) -> std::string;
/// A text, in quotes where RFC 4180 asks for them.
[[nodiscard]] auto csv_field(std::string_view text) -> std::string;
/// null is empty, texts are in quotes, all else as in JSON.
[[nodiscard]] auto csv_value(json const& value) -> std::string;

/// The first `top` rows; all when it is 0.
template <class Rows>
[[nodiscard]] auto shown(Rows const& rows, std::size_t top) -> std::size_t {
  return top == 0 || top > rows.size() ? rows.size() : top;
}

// --- times ---

/// A time as people give it: a date (its begin), or a date and a time as RFC 3339 has them,
/// seconds and zone left out or not; UTC without a zone.
[[nodiscard]] auto parse_time(std::string_view text) -> result<timestamp>;
/// "2026-01-15 00:00:00", without decimals; "2026-01-15 09:00", without seconds.
[[nodiscard]] auto seconds_text(timestamp time) -> std::string;
[[nodiscard]] auto minute_text(timestamp time) -> std::string;
/// "2026-01-15 09:00" and "2026-01-15" of a row's `time`; "without time" of 0.
[[nodiscard]] auto hour_text(std::uint32_t time) -> std::string;
[[nodiscard]] auto day_text(std::uint32_t time) -> std::string;
/// Unknown of 0.
[[nodiscard]] auto time_of(std::uint32_t seconds) -> timestamp;

// --- names of numbers ---

/// "tcp", "udp", "icmp", "icmp6" or the number.
[[nodiscard]] auto protocol_name(std::uint8_t ip_protocol) -> std::string;
/// The same; "none" of packets without IP.
[[nodiscard]] auto stored_protocol_name(std::uint8_t ip_protocol) -> std::string;

/// The names of numbers in a store; of packet types, classes, patterns and scalings those of this
/// program.
using stored_names = std::map<std::uint16_t, std::string>;
[[nodiscard]] auto name_in(stored_names const& names, std::uint16_t number) -> std::string;
[[nodiscard]] auto type_name(std::uint16_t number) -> std::string;
[[nodiscard]] auto class_name(std::uint16_t number) -> std::string;
[[nodiscard]] auto pattern_name(std::uint16_t number) -> std::string;
/// Of the bits of `stored_event::tools`.
[[nodiscard]] auto tool_names(std::uint64_t tools, stored_names const& names)
    -> std::vector<std::string>;

/// null when not known.
[[nodiscard]] auto country_json(recognise::country_code code) -> json;
[[nodiscard]] auto system_json(recognise::asn number) -> json;

}  // namespace kizashi::answer
