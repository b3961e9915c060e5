#include "kizashi/answer/words.hpp"

#include <bit>

#include <fmt/format.h>

#include "kizashi/net/packet_batch.hpp"
#include "kizashi/recognise/traffic.hpp"
#include "kizashi/telescope/events/scan_event.hpp"

namespace kizashi::answer {
namespace {

constexpr std::size_t date_length = 10;    // 2026-07-01
constexpr std::size_t minute_length = 16;  // 2026-07-01T12:00

/// With what may be left out.
auto completed(std::string_view text) -> std::string {
  std::string whole{text};
  if (whole.size() == date_length) return whole + "T00:00:00Z";
  if (whole.size() < minute_length) return whole;
  if (whole.size() == minute_length || whole[minute_length] != ':')
    whole.insert(minute_length, ":00");
  if (whole.find_first_of("Zz+-", minute_length) == std::string::npos) whole += 'Z';
  return whole;
}

}  // namespace

auto version() -> std::string_view {
  return KIZASHI_VERSION;
}

auto printable(std::string_view text) -> std::string {
  std::string out;
  for (std::size_t at = 0; at < text.size(); ++at) {
    auto const code = static_cast<unsigned char>(text[at]);
    // C1 controls, U+0080 to U+009F, are two bytes in UTF-8.
    auto const is_c1 =
        code == 0xC2 && at + 1 < text.size() && static_cast<unsigned char>(text[at + 1]) < 0xA0;
    if (is_c1) ++at;
    out += is_c1 || code < 0x20 || code == 0x7F ? '?' : static_cast<char>(code);
  }
  return out;
}

auto csv_text(std::string_view text) -> std::string {
  std::string out = "\"";
  if (!text.empty() && std::string_view{"=+-@"}.find(text.front()) != std::string_view::npos)
    out += '\'';
  for (auto const each : text) {
    if (each == '"') out += '"';
    out += each;
  }
  return out + "\"";
}

auto csv_field(std::string_view text) -> std::string {
  if (text.find_first_of(",\"\r\n") == std::string_view::npos) return std::string{text};
  std::string quoted = "\"";
  for (auto const each : text) {
    if (each == '"') quoted += '"';
    quoted += each;
  }
  return quoted + "\"";
}

auto csv_value(json const& value) -> std::string {
  if (value.is_null()) return {};
  return value.is_string() ? csv_text(value.get<std::string>()) : text_of(value);
}

auto parse_time(std::string_view text) -> result<timestamp> {
  auto const whole = completed(text);
  if (whole == "1970-01-01T00:00:00Z") return timestamp{0};  // in a capture that is no time
  auto const time = timestamp::parse(whole);
  if (time) return time;
  if (time.error().code == errc::out_of_range) return time;
  return fail(errc::parse_error,
              fmt::format("\"{}\" is not a time; expected a date or RFC 3339 in UTC, such as "
                          "2026-07-01 or 2026-07-01T12:00Z",
                          text));
}

auto seconds_text(timestamp time) -> std::string {
  auto text = time.to_string().substr(0, 19);
  if (text.size() > 10) text[10] = ' ';
  return text;
}

auto minute_text(timestamp time) -> std::string {
  return seconds_text(time).substr(0, minute_length);
}

auto time_of(std::uint32_t seconds) -> timestamp {
  return seconds == 0 ? timestamp::unknown()
                      : timestamp{static_cast<std::int64_t>(seconds) * 1'000'000'000};
}

auto hour_text(std::uint32_t time) -> std::string {
  return time == 0 ? "without time" : minute_text(time_of(time));
}

auto day_text(std::uint32_t time) -> std::string {
  return time == 0 ? "without time" : seconds_text(time_of(time)).substr(0, date_length);
}

auto stored_protocol_name(std::uint8_t ip_protocol) -> std::string {
  return ip_protocol == 0 ? "none" : protocol_name(ip_protocol);
}

auto protocol_name(std::uint8_t ip_protocol) -> std::string {
  switch (ip_protocol) {
    case net::protocol::tcp:
      return "tcp";
    case net::protocol::udp:
      return "udp";
    case net::protocol::icmp:
      return "icmp";
    case net::protocol::icmp6:
      return "icmp6";
    default:
      return fmt::format("{}", ip_protocol);
  }
}

auto name_in(std::map<std::uint16_t, std::string> const& names, std::uint16_t number)
    -> std::string {
  auto const found = names.find(number);
  return found == names.end() ? fmt::format("number {}", number) : found->second;
}

auto type_name(std::uint16_t number) -> std::string {
  if (number >= recognise::packet_types) return fmt::format("type {}", number);
  return std::string{name_of(static_cast<recognise::packet_type>(number))};
}

auto class_name(std::uint16_t number) -> std::string {
  if (number >= recognise::traffic_classes) return fmt::format("class {}", number);
  return std::string{name_of(static_cast<recognise::traffic_class>(number))};
}
auto pattern_name(std::uint16_t number) -> std::string {
  return number < telescope::scan_patterns
             ? std::string{name_of(static_cast<telescope::scan_pattern>(number))}
             : fmt::format("number {}", number);
}
auto tool_names(std::uint64_t tools, std::map<std::uint16_t, std::string> const& names)
    -> std::vector<std::string> {
  std::vector<std::string> out;
  for (auto rest = tools; rest != 0; rest &= rest - 1)
    out.push_back(name_in(names, static_cast<std::uint16_t>(std::countr_zero(rest) + 1)));
  return out;
}

auto country_json(recognise::country_code code) -> json {
  return code == recognise::country_code{} ? json(nullptr) : json(std::string{code.text()});
}
auto system_json(recognise::asn number) -> json {
  return number.number() == 0 ? json(nullptr) : json(number.number());
}

}  // namespace kizashi::answer
