#include "kizashi/capture/flowtuple_line.hpp"

#include <algorithm>
#include <charconv>
#include <limits>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "kizashi/base/text.hpp"

namespace kizashi::capture {
namespace {

/// Names of the fields, as messages have them, and as columns of CSV.
struct field_name {
  std::string_view words;
  std::string_view column;
};
constexpr std::array<field_name, 10> flowtuple_names{{{"the time", "timestamp"},
                                                      {"the source", "src_ip"},
                                                      {"the destination", "dst_ip"},
                                                      {"the source port", "src_port"},
                                                      {"the destination port", "dst_port"},
                                                      {"the protocol", "protocol"},
                                                      {"the TTL", "ttl"},
                                                      {"the set of TCP flags", "tcpflags"},
                                                      {"the IP length", "ip_len"},
                                                      {"the number of packets", "packets"}}};

auto wrong(std::string_view what, std::string_view field, std::string_view expected) {
  std::string shown;
  for (auto const each : field.substr(0, 40)) shown += each >= ' ' && each <= '~' ? each : '?';
  return fail(errc::parse_error, fmt::format("{} is \"{}\"{}; expected {}", what, shown,
                                             field.size() > 40 ? ".." : "", expected));
}

template <class T>
auto number(std::size_t field, std::string_view text) -> result<T> {
  constexpr auto most = std::numeric_limits<T>::max();
  if (auto const value = parse_unsigned(text, most)) return static_cast<T>(*value);
  return wrong(flowtuple_names[field].words, text, fmt::format("0 to {}", most));
}

/// "0x02" or "2".
auto flags(std::string_view text) -> result<std::uint8_t> {
  bool const is_hex = text.starts_with("0x");
  auto const digits = is_hex ? text.substr(2) : text;
  unsigned value = 256;
  auto const [end, bad] =
      std::from_chars(digits.data(), digits.data() + digits.size(), value, is_hex ? 16 : 10);
  if (bad == std::errc{} && end == digits.data() + digits.size() && value < 256 &&
      !digits.starts_with('-'))
    return static_cast<std::uint8_t>(value);
  return wrong("the set of TCP flags", text, "0x00 to 0xff, or 0 to 255");
}

/// "192.0.2.1", or the number that it is.
auto address(std::size_t field, std::string_view text) -> result<net::ipv4> {
  if (auto const quad = net::ipv4::parse(text)) return *quad;
  if (auto const value = parse_unsigned(text, 0xFFFFFFFF))
    return net::ipv4{static_cast<std::uint32_t>(*value)};
  return wrong(flowtuple_names[field].words, text, "an IPv4 address");
}

auto unquoted(std::string_view text) -> std::string_view {
  text = trim(text);
  if (text.size() >= 2 && text.front() == '"' && text.back() == '"')
    text = text.substr(1, text.size() - 2);
  return text;
}

}  // namespace

auto flowtuple_reader::read(std::string_view line) -> result<std::optional<flow_tuple>> {
  line = trim(line);
  // The ASCII form names its classes of tuples in lines of their own.
  if (line.empty() || line.starts_with("START ") || line.starts_with("END ") || line == "END")
    return std::nullopt;
  if (line.starts_with('#')) {
    KIZASHI_TRY(read_comment(line));
    return std::nullopt;
  }
  if (line.find('|') != std::string_view::npos) return read_ascii(line);
  if (columns_) return read_csv(line);
  KIZASHI_TRY(read_head(line));
  return std::nullopt;
}

auto flowtuple_reader::read_comment(std::string_view line) -> status {
  constexpr std::string_view begin = "# CORSARO_INTERVAL_START ", end = "# CORSARO_INTERVAL_END ";
  if (line.starts_with(end)) interval_.reset();
  if (!line.starts_with(begin)) return {};
  auto const parts = split(line.substr(begin.size()), ' ');
  auto const time = parse_unsigned(parts.back(), std::numeric_limits<std::uint32_t>::max());
  if (parts.size() != 2 || !time)
    return wrong("the begin of an interval", line, "# CORSARO_INTERVAL_START NUMBER SECONDS");
  interval_ = static_cast<std::uint32_t>(*time);
  return {};
}

auto flowtuple_reader::read_head(std::string_view line) -> status {
  std::vector<std::string_view> columns;
  for (auto const each : split(line, ',')) columns.push_back(unquoted(each));
  std::array<std::size_t, fields> places{};
  std::vector<std::string_view> missing;
  for (std::size_t i = 0; i < fields; ++i) {
    auto const found = std::ranges::find(columns, flowtuple_names[i].column);
    places[i] = static_cast<std::size_t>(found - columns.begin());
    if (found == columns.end()) missing.push_back(flowtuple_names[i].column);
  }
  if (missing.size() == fields)
    return wrong("the line", line,
                 "a tuple of corsaro's ASCII form (a|b|..), or the names of columns "
                 "(timestamp,src_ip,...)");
  if (!missing.empty())
    return fail(errc::parse_error,
                fmt::format("no column {}; expected those of FlowTuple 3, one tuple of all eight "
                            "fields a line",
                            fmt::join(missing, ", ")));
  columns_ = places;
  column_count_ = columns.size();
  return {};
}

auto flowtuple_reader::read_ascii(std::string_view line) const -> result<flow_tuple> {
  if (!interval_)
    return fail(errc::parse_error,
                "a tuple stands before any # CORSARO_INTERVAL_START, so its time is not known");
  auto const parts = split(line, '|');
  auto const last = parts.size() == 8 ? split(parts[7], ',') : std::vector<std::string_view>{};
  if (last.size() != 2)
    return wrong("the line", line,
                 "source|destination|port|port|protocol|TTL|flags|length,packets");
  auto const time = fmt::format("{}", *interval_);
  texts of{time};
  std::copy_n(parts.begin(), 5, of.begin() + 1);
  of[6] = parts[5], of[7] = parts[6], of[8] = last[0], of[9] = last[1];
  return tuple_of(of);
}

auto flowtuple_reader::read_csv(std::string_view line) const -> result<flow_tuple> {
  auto const parts = split(line, ',');
  if (parts.size() != column_count_)
    return fail(errc::parse_error, fmt::format("{} fields; expected {}, as the first line has",
                                               parts.size(), column_count_));
  texts of;
  for (std::size_t i = 0; i < fields; ++i) of[i] = unquoted(parts[(*columns_)[i]]);
  return tuple_of(of);
}

auto flowtuple_reader::tuple_of(texts const& of) -> result<flow_tuple> {
  flow_tuple tuple;
  KIZASHI_TRY(auto const time, number<std::uint32_t>(0, of[0]));
  tuple.minute = time / 60 * 60;
  KIZASHI_TRY(tuple.source, address(1, of[1]));
  KIZASHI_TRY(tuple.destination, address(2, of[2]));
  KIZASHI_TRY(tuple.source_port, number<std::uint16_t>(3, of[3]));
  KIZASHI_TRY(tuple.destination_port, number<std::uint16_t>(4, of[4]));
  KIZASHI_TRY(tuple.ip_protocol, number<std::uint8_t>(5, of[5]));
  KIZASHI_TRY(tuple.ttl, number<std::uint8_t>(6, of[6]));
  KIZASHI_TRY(tuple.tcp_flags, flags(of[7]));
  KIZASHI_TRY(tuple.ip_length, number<std::uint16_t>(8, of[8]));
  KIZASHI_TRY(tuple.packets, number<std::uint32_t>(9, of[9]));
  if (tuple.packets == 0) return wrong("the number of packets", of[9], "1 or more");
  return tuple;
}

}  // namespace kizashi::capture
