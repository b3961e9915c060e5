#include "kizashi/capture/export_line.hpp"

#include <algorithm>
#include <limits>
#include <utility>

#include <fmt/format.h>

#include "kizashi/base/text.hpp"
#include "kizashi/capture/internal/flat_text.hpp"

namespace kizashi::capture {
namespace {

enum column : std::size_t {
  time,
  sensor,
  source,
  destination,
  protocol,
  source_port,
  destination_port,
  tcp_flags,
  ip_length,
  ttl,
  wire_length,
  payload_length,
  ip_id,
  sequence,
  acknowledgement,
  window,
  options,
  mss,
  window_scale,
  attributes,
  type,
  traffic_class,
  scanner,
  fingerprints,
  country,
  asn
};
constexpr std::array<std::string_view, export_reader::columns> names = {
    "time",      "sensor",      "source",           "destination",
    "protocol",  "source_port", "destination_port", "tcp_flags",
    "ip_length", "ttl",         "wire_length",      "payload_length",
    "ip_id",     "sequence",    "acknowledgement",  "window",
    "options",   "mss",         "window_scale",     "attributes",
    "type",      "class",       "scanner",          "fingerprints",
    "country",   "asn"};

auto shown(std::string_view text) -> std::string {
  std::string out;
  for (auto const each : text.substr(0, 40)) out += each >= ' ' && each <= '~' ? each : '?';
  return text.size() > 40 ? out + ".." : out;
}

auto wrong(std::size_t column, std::string_view text, std::string_view expected) {
  return fail(errc::parse_error, fmt::format("column {} is \"{}\"; expected {}", names[column],
                                             shown(text), expected));
}

auto column_named(std::string_view name) -> result<std::size_t> {
  auto const* const found = std::ranges::find(names, name);
  if (found != names.end()) return static_cast<std::size_t>(found - names.begin());
  return fail(errc::parse_error,
              fmt::format("\"{}\" is no column of an export; expected time, sensor, source and the "
                          "others that 'kizashi store export' writes",
                          shown(name)));
}

/// What an export without destinations does not have.
auto missing(std::size_t column) {
  if (column == destination || column == ip_id || column == sequence || column == acknowledgement)
    return fail(errc::unsupported,
                fmt::format("there is no column {}: this was exported --without-destinations, and "
                            "packets cannot be made from it; export it again with them",
                            names[column]));
  return fail(errc::parse_error, fmt::format("there is no column {}", names[column]));
}

auto is_needed(std::size_t column) -> bool {
  return column != country && column != asn;
}

auto protocol_number(std::string_view text) -> result<std::uint8_t> {
  constexpr std::pair<std::string_view, std::uint8_t> known[] = {
      {"icmp", 1}, {"tcp", 6}, {"udp", 17}, {"icmp6", 58}};
  for (auto const& [name, number] : known)
    if (name == text) return number;
  auto const number = parse_unsigned(text, 255);
  if (!number) return wrong(protocol, text, "tcp, udp, icmp, icmp6 or a number up to 255");
  return static_cast<std::uint8_t>(*number);
}

}  // namespace

auto export_reader::read(std::string_view line) -> result<exported_packet const*> {
  line = trim(line);
  if (line.empty()) return nullptr;
  if (form_ == form::unknown && line.front() != '{') {
    KIZASHI_TRY(read_names(line));
    form_ = form::csv;
    return nullptr;
  }
  if (form_ == form::unknown) form_ = form::json_lines;
  for (auto& each : values_) each.is_there = false;
  KIZASHI_TRY(form_ == form::csv ? read_csv(line) : read_json(line));
  KIZASHI_TRY(convert());
  return &packet_;
}

auto export_reader::put(std::size_t column, std::string text) -> status {
  auto& to = values_[column];
  if (to.is_there)
    return fail(errc::parse_error, fmt::format("the column {} comes twice", names[column]));
  to = {std::move(text), true};
  return {};
}

auto export_reader::read_names(std::string_view line) -> status {
  KIZASHI_TRY(auto const fields, internal::split_csv(line));
  std::array<bool, columns> has{};
  order_.clear();
  for (auto const& field : fields) {
    KIZASHI_TRY(auto const column, column_named(field));
    if (std::exchange(has[column], true))
      return fail(errc::parse_error, fmt::format("the column {} comes twice", names[column]));
    order_.push_back(column);
  }
  for (std::size_t i = 0; i < columns; ++i)
    if (!has[i] && is_needed(i)) return missing(i);
  return {};
}

auto export_reader::read_csv(std::string_view line) -> status {
  KIZASHI_TRY(auto fields, internal::split_csv(line));
  if (fields.size() != order_.size())
    return fail(errc::parse_error, fmt::format("{} fields; expected {}, as the first line has",
                                               fields.size(), order_.size()));
  for (std::size_t i = 0; i < fields.size(); ++i) {
    auto& text = fields[i];
    // The apostrophe with which the export keeps spreadsheets from taking a text for a formula.
    if (text.size() > 1 && text[0] == '\'' &&
        std::string_view{"=+-@"}.find(text[1]) != std::string_view::npos)
      text.erase(0, 1);
    KIZASHI_TRY(put(order_[i], std::move(text)));
  }
  return {};
}

auto export_reader::read_json(std::string_view line) -> status {
  KIZASHI_TRY(
      internal::read_flat_json(line, [&](std::string_view name, std::string text) -> status {
        KIZASHI_TRY(auto const column, column_named(name));
        return put(column, std::move(text));
      }));
  for (std::size_t i = 0; i < columns; ++i)
    if (!values_[i].is_there && is_needed(i)) return missing(i);
  return {};
}

template <class Number>
auto export_reader::number(std::size_t column, Number& to) const -> status {
  constexpr std::uint64_t most = std::numeric_limits<Number>::max();
  auto const& text = values_[column].text;
  auto const read = parse_unsigned(text, most);
  if (!read) return wrong(column, text, fmt::format("a number up to {}", most));
  to = static_cast<Number>(*read);
  return {};
}

auto export_reader::convert() -> status {
  auto& to = packet_.row;
  to = {};
  auto const& when = values_[time].text;
  if (!when.empty()) {
    auto const read = timestamp::parse(when);
    if (!read) return wrong(time, when, "a time such as 2026-01-15T09:10:00.133944Z, or nothing");
    to.time = *read;
  } else {
    to.time = timestamp::unknown();
  }
  KIZASHI_TRY(to.ip_protocol, protocol_number(values_[protocol].text));
  KIZASHI_TRY(number(source_port, to.source_port));
  KIZASHI_TRY(number(destination_port, to.destination_port));
  KIZASHI_TRY(number(tcp_flags, to.tcp_flags));
  KIZASHI_TRY(number(ip_length, to.ip_length));
  KIZASHI_TRY(number(ttl, to.ttl));
  KIZASHI_TRY(number(wire_length, to.wire_length));
  KIZASHI_TRY(number(payload_length, to.payload_length));
  KIZASHI_TRY(number(ip_id, to.ip_id));
  KIZASHI_TRY(number(sequence, to.tcp_sequence));
  KIZASHI_TRY(number(acknowledgement, to.tcp_acknowledgement));
  KIZASHI_TRY(number(window, to.tcp_window));
  KIZASHI_TRY(number(options, to.tcp_options));
  KIZASHI_TRY(number(mss, to.tcp_mss));
  KIZASHI_TRY(number(attributes, to.attributes));
  to.tcp_window_scale = 255;
  if (!values_[window_scale].text.empty()) KIZASHI_TRY(number(window_scale, to.tcp_window_scale));
  if (values_[sensor].text.empty()) return wrong(sensor, "", "a name");
  packet_.sensor = values_[sensor].text;
  packet_.type = values_[type].text;
  packet_.traffic_class = values_[traffic_class].text;
  packet_.scanner = values_[scanner].text;
  packet_.fingerprints = values_[fingerprints].text;
  return convert_addresses();
}

auto export_reader::convert_addresses() -> status {
  auto& to = packet_.row;
  packet_.ipv6.reset();
  auto const has = [&](net::attribute each) { return (to.attributes & net::bit(each)) != 0; };
  auto const &from = values_[source].text, &where = values_[destination].text;
  if (has(net::attribute::no_ip)) {
    if (!from.empty()) return wrong(source, from, "nothing: its attributes say that it has no IP");
    if (!where.empty())
      return wrong(destination, where, "nothing: its attributes say that it has no IP");
    return {};
  }
  bool const is_ipv6 = has(net::attribute::ipv6);
  auto const expected = is_ipv6 ? "an address of IPv6, as its attributes say"
                                : "an address of IPv4, as its attributes say";
  auto const a = net::address::parse(from), b = net::address::parse(where);
  if (!a || a->is_ipv6() != is_ipv6) return wrong(source, from, expected);
  if (!b || b->is_ipv6() != is_ipv6) return wrong(destination, where, expected);
  if (is_ipv6) {
    packet_.ipv6 = net::ipv6_pair{a->as_ipv6(), b->as_ipv6()};
  } else {
    to.source = a->as_ipv4().value();
    to.destination = b->as_ipv4().value();
  }
  return {};
}

}  // namespace kizashi::capture
