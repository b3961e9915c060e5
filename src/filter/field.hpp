// What a filter can ask about: the fields of packets, scan events and attacks, and their words.
// docs/filter.md has the same table for people; a test compares the two.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace kizashi::filter {

enum class field : std::uint8_t {
  ip,
  source,
  destination,
  ip_version,
  protocol,
  port,
  source_port,
  destination_port,
  icmp_type,
  icmp_code,
  tcp_flags,
  flag,
  tcp_sequence,
  tcp_acknowledgement,
  tcp_window,
  tcp_options,
  tcp_mss,
  tcp_window_scale,
  ttl,
  ip_id,
  ip_length,
  wire_length,
  payload_length,
  attribute,
  time,
  sensor,
  type,
  traffic_class,
  tool,
  fingerprint,
  scanner,
  country,
  as,
  first,
  last,
  duration,
  packets,
  bytes,
  ports,
  destinations,
  rate,
  pattern,
  spoofable,
  victims,
  peak,
  senders,
  synack_answers,
  rst_answers,
  icmp_answers,
  udp_answers,
  uniformity,
  scaling,
  attack_rate,
  ongoing,
  cut,
};
inline constexpr std::size_t fields = 55;

/// What a filter is applied to.
enum class target : std::uint8_t { packets, events, attacks };
inline constexpr std::size_t targets = 3;
[[nodiscard]] auto name_of(target each) noexcept -> std::string_view;  // "scan events"

/// How the values of a field are written, and which operators they have.
enum class value_kind : std::uint8_t {
  number,     ///< 23, 0x17; ordered
  decimal,    ///< 1.5, six digits behind the point; kept as millionths; ordered
  address,    ///< an address, a prefix, a range
  word,       ///< one of a few words, or its number where words stand for numbers of a protocol
  word_set,   ///< several of a few words at once: == asks whether the word is among them
  text,       ///< a name that people give
  text_set,   ///< several names at once
  country,    ///< two letters; kept as their bytes, the first in bits 8 to 15
  as_number,  ///< 4134 or AS4134
  time,       ///< RFC 3339; kept as microseconds since 1970; ordered
  duration,   ///< 10min; kept as nanoseconds; ordered
  yes,        ///< no value: the field alone
};

struct field_info {
  field id;
  std::string_view name;
  std::string_view aliases;  ///< other names, a space between them
  value_kind kind;
  std::uint64_t largest;  ///< of numbers
  unsigned where;         ///< bit t: `target` t has it
  std::string_view help;  ///< what it is, without a full stop
};

[[nodiscard]] auto info_of(field each) noexcept -> field_info const&;
/// All of them, in the order of `field`.
[[nodiscard]] auto all_fields() noexcept -> std::span<field_info const>;
/// By name or alias, upper and lower case alike.
[[nodiscard]] auto find_field(std::string_view name) noexcept -> field_info const*;
/// The field that was probably meant; empty when none is near.
[[nodiscard]] auto nearest_field(std::string_view name) -> std::string_view;

[[nodiscard]] constexpr auto has(field_info const& of, target which) noexcept -> bool {
  return (of.where >> static_cast<unsigned>(which) & 1U) != 0;
}
[[nodiscard]] auto is_ordered(value_kind kind) noexcept -> bool;
/// Whether a packet has it only after recognition (`recognise::tag_columns`).
[[nodiscard]] auto is_recognised(field each) noexcept -> bool;

struct named_number {
  std::string_view name;
  std::uint64_t number;
};
/// The words of a field of kind `word` or `word_set`; those of a set are bits.
[[nodiscard]] auto words_of(field each) -> std::span<named_number const>;
[[nodiscard]] auto number_of(field of, std::string_view word) -> std::optional<std::uint64_t>;
/// Empty when no word stands for it.
[[nodiscard]] auto word_of(field of, std::uint64_t number) -> std::string_view;
/// Whether words of the field stand for numbers that may be written, too.
[[nodiscard]] auto has_numbers(field each) noexcept -> bool;

[[nodiscard]] auto is_same_word(std::string_view one, std::string_view other) noexcept -> bool;
[[nodiscard]] auto to_lower(std::string_view text) -> std::string;

}  // namespace kizashi::filter
