#include "kizashi/store/packet_selection.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "kizashi/recognise/traffic.hpp"
#include "kizashi/store/internal/names.hpp"
#include "kizashi/store/native_reader.hpp"

namespace kizashi::store {
namespace {

constexpr std::uint64_t minute = 60'000'000;  // microseconds

using numbered_names = std::map<std::uint16_t, std::string>;

/// The first whole microsecond at or after `time`: both ends of a stretch, as times are kept in
/// microseconds, cut off.
auto microseconds_of(timestamp time) -> std::uint64_t {
  return time.nanoseconds() <= 0 ? 0
                                 : (static_cast<std::uint64_t>(time.nanoseconds()) + 999) / 1000;
}

auto literal_of(net::address a) -> std::string {
  if (!a.is_ipv6()) return fmt::format("{}", a.as_ipv4().value());
  auto const six = a.as_ipv6();
  return fmt::format("toFixedString(unhex('{:016x}{:016x}'), 16)", six.high(), six.low());
}

/// "transform(COLUMN, [1, 2], ['north', 'south'], OTHERWISE)".
auto named(std::string_view column, numbered_names const& names, std::string_view otherwise)
    -> std::string {
  if (names.empty()) return std::string{otherwise};
  std::vector<std::string> texts;
  std::vector<unsigned> numbers;
  for (auto const& [number, name] : names) {
    numbers.push_back(number);
    texts.push_back(sql_text(name));
  }
  return fmt::format("transform({}, [{}], [{}], {})", column, fmt::join(numbers, ", "),
                     fmt::join(texts, ", "), otherwise);
}

/// The names of the bits that are set, with blanks between.
auto named_bits(std::string_view column, numbered_names const& names) -> std::string {
  std::vector<std::string> parts;
  for (auto const& [number, name] : names)
    if (number >= 1 && number <= 64)
      parts.push_back(fmt::format("if(bitAnd({}, {}) != 0, {}, '')", column,
                                  std::uint64_t{1} << (number - 1), sql_text(name)));
  if (parts.empty()) return "''";
  return fmt::format("arrayStringConcat(arrayFilter(n -> n != '', [{}]), ' ')",
                     fmt::join(parts, ", "));
}

template <class Kind>
auto names_of_kinds(std::size_t count) -> numbered_names {
  numbered_names names;
  for (std::uint16_t i = 0; i < count; ++i)
    names.emplace(i, recognise::name_of(static_cast<Kind>(i)));
  return names;
}

auto protocol_names() -> numbered_names {
  return {{1, "icmp"}, {6, "tcp"}, {17, "udp"}, {58, "icmp6"}};
}

/// RFC 3339 with microseconds, of numbers alone.
constexpr std::string_view time_text =
    "if(p_ts = 0, '', concat(replaceAll(toString(toDateTime(intDiv(p_ts, 1000000), 'UTC')), ' ', "
    "'T'), '.', substring(toString(1000000 + p_ts % 1000000), 2), 'Z'))";
constexpr std::string_view typed_time =
    "if(p_ts = 0, NULL, fromUnixTimestamp64Micro(toInt64(p_ts), 'UTC'))";

constexpr std::string_view no_address = "bitAnd(p_attributes, 2) = 2";  // attribute::no_ip

auto address_text(std::string_view four, unsigned six_begin) -> std::string {
  return fmt::format(
      "multiIf(p_addresses6 != '', IPv6NumToString(toFixedString(substring(p_addresses6, {}, 16), "
      "16)), "
      "{}, '', IPv4NumToString({}))",
      six_begin, no_address, four);
}

/// Rows by minute, of one table.
auto count_minutes(engine& in, std::string_view sql, ask_limits const& limits,
                   std::function<bool()> const& wants_stop,
                   std::map<std::uint64_t, time_piece>& into, std::uint64_t time_piece::*member)
    -> status {
  native_reader reader{[&](native_rows const& rows) -> status {
    for (std::size_t i = 0; i < rows.count; ++i) {
      auto const begin = rows.columns[0].unsigned_at(i) * minute;
      auto& piece = into[begin];
      piece.begin = begin;
      piece.end = begin + minute;
      piece.*member = rows.columns[1].unsigned_at(i);
    }
    return {};
  }};
  KIZASHI_TRY(in.ask({sql, answer_form::native, limits, wants_stop},
                     [&](std::span<std::uint8_t const> bytes) { return reader.feed(bytes); }));
  return reader.finish();
}

}  // namespace

auto chosen_packets::has_family(bool is_ipv6) const -> bool {
  return selection_.of.empty() || std::ranges::any_of(selection_.of, [&](net::prefix const& each) {
           return each.first().is_ipv6() == is_ipv6;
         });
}

auto chosen_packets::conditions(bool is_ipv6) const -> std::string {
  std::vector<std::string> all{"1 = 1"};
  if (sensor_) all.push_back(fmt::format("sensor = {}", *sensor_));
  if (selection_.from.is_known() || selection_.to.is_known()) all.emplace_back("ts > 0");
  if (selection_.from.is_known())
    all.push_back(fmt::format("ts >= {}", microseconds_of(selection_.from)));
  if (selection_.to.is_known())
    all.push_back(fmt::format("ts < {}", microseconds_of(selection_.to)));
  if (selection_.port)
    all.push_back(fmt::format("protocol in (6, 17) and (src_port = {0} or dst_port = {0})",
                              selection_.port->value()));
  if (selection_.where)
    all.push_back(
        selection_.where->condition(is_ipv6 ? stored_table::packets6 : stored_table::packets));
  if (!selection_.of.empty()) {
    std::vector<std::string> any;
    for (auto const& each : selection_.of)
      if (each.first().is_ipv6() == is_ipv6)
        any.push_back(fmt::format("src between {0} and {1} or dst between {0} and {1}",
                                  literal_of(each.first()), literal_of(each.last())));
    all.push_back(fmt::format("bitAnd(attributes, 2) = 0 and ({})", fmt::join(any, " or ")));
  }
  return fmt::format("{}", fmt::join(all, " and "));
}

auto chosen_packets::find(engine& in, packet_selection selection, ask_limits const& limits,
                          std::function<bool()> const& wants_stop, std::uint64_t piece_rows)
    -> result<chosen_packets> {
  chosen_packets made;
  made.has_datetime64_ = in.capabilities().has_datetime64;
  KIZASHI_TRY(made.sensors_, internal::names_by_number(in, "sensor"));
  KIZASHI_TRY(made.scanners_, internal::names_by_number(in, "scanner"));
  KIZASHI_TRY(made.fingerprints_, internal::names_by_number(in, "fingerprint"));
  if (!selection.sensor.empty()) {
    for (auto const& [number, name] : made.sensors_)
      if (name == selection.sensor) made.sensor_ = number;
    if (!made.sensor_) {
      std::vector<std::string> names;
      for (auto const& each : made.sensors_) names.push_back(each.second);
      return fail(errc::not_found,
                  fmt::format("the store has no sensor \"{}\"; it has {}", selection.sensor,
                              names.empty() ? "none" : fmt::format("{}", fmt::join(names, ", "))));
    }
  }
  made.selection_ = std::move(selection);
  std::map<std::uint64_t, time_piece> minutes;
  for (bool const is_ipv6 : {false, true}) {
    if (!made.has_family(is_ipv6)) continue;
    auto const sql = fmt::format(
        "select intDiv(ts, {}) as minute, count() as packets from {} where {} group by minute",
        minute, is_ipv6 ? "packets6" : "packets", made.conditions(is_ipv6));
    KIZASHI_TRY(count_minutes(in, sql, limits, wants_stop, minutes,
                              is_ipv6 ? &time_piece::ipv6 : &time_piece::ipv4));
  }
  for (auto const& [begin, each] : minutes) {
    auto const rows = each.ipv4 + each.ipv6;
    auto* const last = made.pieces_.empty() ? nullptr : &made.pieces_.back();
    if (last == nullptr || last->ipv4 + last->ipv6 + rows > piece_rows) {
      made.pieces_.push_back(each);
      continue;
    }
    last->end = each.end;
    last->ipv4 += each.ipv4;
    last->ipv6 += each.ipv6;
  }
  return made;
}

auto chosen_packets::packets() const noexcept -> std::uint64_t {
  auto const all = whole();
  return all.ipv4 + all.ipv6;
}

auto chosen_packets::whole() const noexcept -> time_piece {
  time_piece all;
  if (!pieces_.empty()) all = {pieces_.front().begin, pieces_.back().end, 0, 0};
  for (auto const& each : pieces_) {
    all.ipv4 += each.ipv4;
    all.ipv6 += each.ipv6;
  }
  return all;
}

auto chosen_packets::table_rows(time_piece const& of, bool is_ipv6) const -> std::string {
  std::vector<std::string> columns;
  for (auto const name : row_columns) {
    std::string_view from = name;
    if (name == "src4") from = is_ipv6 ? "toUInt32(0)" : "src";
    if (name == "dst4") from = is_ipv6 ? "toUInt32(0)" : "dst";
    if (name == "addresses6") from = is_ipv6 ? "concat(src, dst)" : "''";
    columns.push_back(fmt::format("{} as p_{}", from, name));
  }
  return fmt::format("select {} from {} where ts >= {} and ts < {} and {}",
                     fmt::join(columns, ", "), is_ipv6 ? "packets6" : "packets", of.begin, of.end,
                     conditions(is_ipv6));
}

auto chosen_packets::union_of(time_piece const& of) const -> std::string {
  // Without rows too a question has to have its columns.
  bool const has_ipv6 = of.ipv6 > 0;
  if (!has_ipv6) return table_rows(of, false);
  if (of.ipv4 == 0) return table_rows(of, true);
  return fmt::format("{} union all {}", table_rows(of, false), table_rows(of, true));
}

// Behind the time as the tables are sorted, and then by all that tells two packets apart, so that
// the order does not depend on how parts were merged.
constexpr std::string_view order =
    "p_ts, p_src4, p_addresses6, p_dst4, p_sensor, p_protocol, p_src_port, p_dst_port, p_seq, "
    "p_ip_id, p_ack, p_tcp_flags, p_window, p_ttl, p_ip_length, p_wire_length, p_payload_length, "
    "p_attributes, p_options, p_mss, p_window_scale";

auto chosen_packets::rows(time_piece const& of) const -> std::string {
  return fmt::format("select p_{} from ({}) order by {}", fmt::join(row_columns, ", p_"),
                     union_of(of), order);
}

auto chosen_packets::text(time_piece const& of, text_options const& options) const -> std::string {
  bool const is_typed = options.has_typed_times && has_datetime64_;
  std::vector<std::string> columns;
  auto const add = [&](std::string_view name, std::string_view expression) {
    columns.push_back(fmt::format("{} as {}", expression, name));
  };
  add("time", is_typed ? typed_time : time_text);
  add("sensor", named("p_sensor", sensors_, "''"));
  auto const source = address_text("p_src4", 1);
  add("source", options.has_destinations
                    ? source
                    : fmt::format("if(p_src4 = p_dst4 and substring(p_addresses6, 1, 16) = "
                                  "substring(p_addresses6, 17, 16), '', {})",
                                  source));
  if (options.has_destinations) add("destination", address_text("p_dst4", 17));
  add("protocol", named("p_protocol", protocol_names(), "toString(p_protocol)"));
  add("source_port", "p_src_port");
  add("destination_port", "p_dst_port");
  for (auto const same : {"tcp_flags", "ip_length", "ttl", "wire_length", "payload_length"})
    add(same, fmt::format("p_{}", same));
  if (options.has_destinations) {
    add("ip_id", "p_ip_id");
    add("sequence", "p_seq");
    add("acknowledgement", "p_ack");
  }
  for (auto const same : {"window", "options", "mss"}) add(same, fmt::format("p_{}", same));
  add("window_scale", "if(p_window_scale = 255, NULL, p_window_scale)");
  add("attributes", "p_attributes");
  add("type",
      named("p_type", names_of_kinds<recognise::packet_type>(recognise::packet_types), "''"));
  add("class",
      named("p_class", names_of_kinds<recognise::traffic_class>(recognise::traffic_classes), "''"));
  add("scanner", named("p_scanner", scanners_, "''"));
  add("fingerprints", named_bits("p_fingerprints", fingerprints_));
  add("country", "if(p_country = '--', '', toString(p_country))");
  add("asn", "p_asn");
  return fmt::format("select {} from ({}) order by {}", fmt::join(columns, ", "), union_of(of),
                     order);
}

}  // namespace kizashi::store
