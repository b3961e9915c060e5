#include "kizashi/capture/nict_line.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "kizashi/base/random.hpp"
#include "kizashi/base/text.hpp"

namespace kizashi::capture {
namespace {

constexpr std::size_t most_hash = 128;

auto unquoted(std::string_view field) -> std::string_view {
  field = trim(field);
  if (field.size() >= 2 && field.front() == '"' && field.back() == '"')
    field = field.substr(1, field.size() - 2);
  return field;
}

/// A failure about one field; what is shown of it is short and has no control characters.
auto wrong(std::string_view what, std::string_view field, std::string_view expected) {
  std::string shown;
  for (auto const each : field.substr(0, 40)) shown += each >= ' ' && each <= '~' ? each : '?';
  return fail(errc::parse_error, fmt::format("{} is \"{}\"{}; expected {}", what, shown,
                                             field.size() > 40 ? ".." : "", expected));
}

/// "1533049200", "1533049200.123456": up to nine digits behind the point.
auto parse_unix_time(std::string_view text) -> result<timestamp> {
  constexpr std::string_view expected =
      "seconds since 1970, such as 1533049200 or 1533049200.123456";
  auto const point = text.find('.');
  auto const seconds = parse_unsigned(text.substr(0, point), 9'214'646'399);
  if (!seconds) return wrong("the time", text, expected);
  std::uint64_t nanoseconds = 0;
  if (point != std::string_view::npos) {
    auto const digits = text.substr(point + 1);
    auto const fraction = parse_unsigned(digits, 999'999'999);
    if (!fraction || digits.size() > 9) return wrong("the time", text, expected);
    nanoseconds = *fraction;
    for (auto i = digits.size(); i < 9; ++i) nanoseconds *= 10;
  }
  auto const time = timestamp::from_parts(*seconds, nanoseconds);
  if (!time.is_known()) return wrong("the time", text, expected);
  return time;
}

auto parse_low_half(std::string_view text) -> result<std::uint16_t> {
  auto const point = text.find('.');
  if (point == std::string_view::npos) {
    if (auto const number = parse_unsigned(text, 65535)) return static_cast<std::uint16_t>(*number);
  } else {
    auto const high = parse_unsigned(text.substr(0, point), 255);
    auto const low = parse_unsigned(text.substr(point + 1), 255);
    if (high && low) return static_cast<std::uint16_t>(*high << 8 | *low);
  }
  return wrong("the lower half of the destination", text, "0 to 65535, or two bytes such as 12.34");
}

auto is_hash(std::string_view text) -> bool {
  return !text.empty() && text.size() <= most_hash &&
         std::ranges::all_of(text, [](char c) { return c > ' ' && c <= '~' && c != '"'; });
}

/// FNV-1a (Fowler, Noll, Vo), 64 bits, and a step more that spreads its bits.
auto digest(std::string_view text) -> std::uint64_t {
  std::uint64_t sum = 0xCBF29CE484222325;
  for (auto const each : text) sum = (sum ^ static_cast<std::uint8_t>(each)) * 0x100000001B3;
  return mix64(sum);
}

}  // namespace

auto parse_nict_line(std::string_view text) -> result<nict_packet> {
  std::array<std::string_view, 5> fields;
  auto const parts = split(text, ',');
  if (parts.size() != fields.size())
    return fail(errc::parse_error,
                fmt::format("{} fields; expected 5: time, hash of the source's upper half, hash of "
                            "the source, lower half of the destination, port",
                            parts.size()));
  std::ranges::transform(parts, fields.begin(), unquoted);
  nict_packet packet;
  KIZASHI_TRY(packet.time, parse_unix_time(fields[0]));
  for (auto const hash : {fields[1], fields[2]})
    if (!is_hash(hash)) return wrong("the hash of the source", hash, "1 to 128 visible letters");
  packet.source_high = fields[1];
  packet.source = fields[2];
  KIZASHI_TRY(packet.destination_low, parse_low_half(fields[3]));
  auto const port = parse_unsigned(fields[4], 65535);
  if (!port) return wrong("the port", fields[4], "0 to 65535");
  packet.destination_port = static_cast<std::uint16_t>(*port);
  return packet;
}

auto is_nict_head(std::string_view text) -> bool {
  return unquoted(text.substr(0, text.find(','))) == "timestamp";
}

auto pseudonym_of(nict_packet const& packet) -> net::ipv6 {
  return {pseudonym_prefix | digest(packet.source_high) >> 32, digest(packet.source)};
}

auto destination_of(nict_packet const& packet) -> net::ipv6 {
  return {pseudonym_prefix, packet.destination_low};
}

void append_nict(nict_packet const& packet, net::packet_batch& to) {
  net::packet row;
  row.time = packet.time;
  row.source = row.destination = static_cast<std::uint32_t>(to.ipv6.size());
  row.destination_port = packet.destination_port;
  row.attributes =
      static_cast<std::uint16_t>(net::bit(net::attribute::ipv6) | net::bit(net::attribute::ports) |
                                 net::bit(net::attribute::pseudonym));
  row.ip_protocol = net::protocol::tcp;
  row.tcp_flags = net::tcp_flag::syn;
  to.ipv6.push_back({pseudonym_of(packet), destination_of(packet)});
  to.set_row(to.size(), row);
  to.resize(to.size() + 1);
}

}  // namespace kizashi::capture
