#include "kizashi/store/internal/filter_terms.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "kizashi/net/address_range.hpp"
#include "kizashi/net/packet_batch.hpp"
#include "kizashi/store/engine.hpp"
#include "kizashi/store/internal/address_sql.hpp"

namespace kizashi::store::internal {
namespace {

using filter::comparison;
using filter::field;
using filter::number_range;
using ranges = std::vector<net::address_range>;

auto is_six(stored_table table) -> bool {
  return table == stored_table::packets6 || table == stored_table::tuples6 ||
         table == stored_table::sources6;
}
auto is_rollup(stored_table table) -> bool {
  return table >= stored_table::sources && table <= stored_table::places;
}

/// Those of one family, joined.
auto of_family(ranges const& all, bool is_ipv6) -> ranges {
  ranges out;
  for (auto const& each : all)
    if (each.first.is_ipv6() == is_ipv6) net::append(out, each);
  return out;
}

/// By the length of the prefixes that make them up, so that many need few look-ups in a set; the
/// coarse ranges before are for the table's order.
auto in_many(std::string_view column, ranges const& all) -> std::string {
  constexpr std::size_t coarse = 16;
  std::map<unsigned, std::vector<std::uint32_t>> by_length;
  for (auto const& range : all)
    for (auto const& each : net::prefixes_of(range))
      by_length[each.length()].push_back(each.first().as_ipv4().value());
  std::string any;
  for (auto& [length, firsts] : by_length) {
    if (length == 0) return "1";
    for (auto& each : firsts) each >>= 32 - length;
    any += fmt::format("{}bitShiftRight({}, {}) in ({})", any.empty() ? "" : " or ", column,
                       32 - length, fmt::join(firsts, ","));
  }
  return fmt::format("({} and ({}))", in_ranges(column, net::coarsen(all, coarse)), any);
}

auto source_condition(std::string_view column, comparison const& of, stored_table table)
    -> std::string {
  auto const wanted = of_family(of.addresses, is_six(table));
  if (wanted.empty()) return "0";
  if (is_six(table)) return in_ranges(column, wanted);
  constexpr std::size_t few = 16;
  auto const text = wanted.size() <= few ? in_ranges(column, wanted) : in_many(column, wanted);
  // Packets without IP have 0 for an address.
  if (wanted.front().first != net::address{}) return text;
  return is_rollup(table) ? fmt::format("({} and not (src = 0 and protocol = 0))", text)
                          : fmt::format("({} and bitAnd(attributes, 2) = 0)", text);
}

auto version_condition(comparison const& of, stored_table table) -> std::string {
  auto const has = [&](std::uint64_t version) {
    return std::ranges::any_of(of.ranges(), [&](number_range const& each) {
      return each.low <= version && version <= each.high;
    });
  };
  if (is_six(table)) return has(6) ? "1" : "0";
  if (!has(4)) return "0";
  return is_rollup(table) ? "not (src = 0 and protocol = 0)" : "bitAnd(attributes, 2) = 0";
}

constexpr std::string_view has_ports = "bitAnd(attributes, 128) != 0 and protocol in (6, 17)";
constexpr std::string_view has_icmp = "bitAnd(attributes, 128) != 0 and protocol in (1, 58)";
constexpr std::string_view has_tcp = "bitAnd(attributes, 128) != 0 and protocol = 6";
constexpr std::string_view has_scale =  // 255: none
    "bitAnd(attributes, 128) != 0 and protocol = 6 and window_scale <= 254";
constexpr std::string_view has_ip = "bitAnd(attributes, 2) = 0";
constexpr std::string_view has_rolled_port = "has_port = 1 and protocol in (6, 17)";

/// A field that is one column of numbers.
struct packet_column {
  field of;
  std::string_view column;
  std::string_view guard = {};
  std::uint64_t least = 0;
};
constexpr packet_column packet_columns[] = {
    {field::protocol, "protocol"},
    {field::source_port, "src_port", has_ports},
    {field::destination_port, "dst_port", has_ports},
    {field::icmp_type, "src_port", has_icmp},
    {field::icmp_code, "dst_port", has_icmp},
    {field::tcp_flags, "tcp_flags", has_tcp},
    {field::tcp_sequence, "seq", has_tcp},
    {field::tcp_acknowledgement, "ack", has_tcp},
    {field::tcp_window, "window", has_tcp},
    {field::tcp_options, "options", has_tcp},
    {field::tcp_mss, "mss", has_tcp, 1},
    {field::tcp_window_scale, "window_scale", has_scale},
    {field::ttl, "ttl", has_ip},
    {field::ip_id, "ip_id", has_ip},
    {field::ip_length, "ip_length", has_ip},
    {field::wire_length, "wire_length"},
    {field::payload_length, "payload_length"},
    {field::time, "ts", {}, 1},
    {field::type, "type"},
    {field::traffic_class, "class"},
    {field::as, "asn"},
};

auto packet_number(comparison const& of) -> std::string {
  for (auto const& each : packet_columns) {
    if (each.of != of.of) continue;
    auto const text =
        number_condition(each.column, of.ranges(), each.least, filter::info_of(of.of).largest);
    return each.guard.empty() ? text : sql_and(std::string{each.guard}, text);
  }
  KIZASHI_ASSERT(false);
  return "0";
}

auto country_condition(comparison const& of) -> std::string {
  std::vector<std::string> codes;
  for (auto const& each : of.numbers)
    codes.push_back(sql_text(
        std::string{static_cast<char>(each.low >> 8), static_cast<char>(each.low & 0xFF)}));
  return fmt::format("country in ({})", fmt::join(codes, ", "));
}

auto rolled_port(comparison const& of) -> std::string {
  return sql_and(std::string{has_rolled_port}, number_condition("port", of.ranges(), 0, 0xFFFF));
}

auto bracketed(std::string const& text) -> std::string {
  return text.size() == 1 ? text : fmt::format("({})", text);
}

}  // namespace

auto sql_and(std::string const& a, std::string const& b) -> std::string {
  if (a == "0" || b == "0") return "0";
  if (a == "1") return b;
  return b == "1" ? a : fmt::format("{} and {}", a, b);
}

auto sql_or(std::string const& a, std::string const& b) -> std::string {
  if (a == "1" || b == "1") return "1";
  if (a == "0") return b;
  return b == "0" ? a : fmt::format("{} or {}", a, b);
}

auto sql_not(std::string const& a) -> std::string {
  if (a == "0") return "1";
  return a == "1" ? "0" : fmt::format("(not {})", bracketed(a));
}

auto number_condition(std::string_view column, std::vector<number_range> const& wanted,
                      std::uint64_t least, std::uint64_t largest) -> std::string {
  std::vector<std::uint64_t> single;
  std::string text = "0";
  for (auto each : wanted) {
    each = {std::max(each.low, least), std::min(each.high, largest)};
    if (each.low > each.high) continue;
    if (each.low == 0 && each.high == largest) return "1";
    if (each.low == each.high)
      single.push_back(each.low);
    else if (each.high == largest)
      text = sql_or(text, fmt::format("{} >= {}", column, each.low));
    else if (each.low == 0)
      text = sql_or(text, fmt::format("{} <= {}", column, each.high));
    else
      text = sql_or(text, fmt::format("({0} >= {1} and {0} <= {2})", column, each.low, each.high));
  }
  if (single.size() == 1) text = sql_or(text, fmt::format("{} = {}", column, single.front()));
  if (single.size() > 1)
    text = sql_or(text, fmt::format("{} in ({})", column, fmt::join(single, ", ")));
  return bracketed(text);
}

auto bit_condition(std::string_view column, filter::wanted_bits wanted) -> std::string {
  std::string text = "0";
  if (wanted.any != 0) text = fmt::format("bitAnd({}, {}) != 0", column, wanted.any);
  if (wanted.none) text = sql_or(text, fmt::format("{} = 0", column));
  return bracketed(text);
}

auto name_ranges(comparison const& of, filter::numbered_names const& names)
    -> std::vector<number_range> {
  auto const numbers = filter::numbers_of(of, names);
  KIZASHI_ASSERT(numbers);
  std::vector<number_range> out;
  for (auto const each : *numbers) out.push_back({each, each});
  return out;
}

auto packet_term(comparison const& of, stored_table table, stored_numbers const& numbers)
    -> std::string {
  switch (of.of) {
    case field::ip:
      return bracketed(
          sql_or(source_condition("src", of, table), source_condition("dst", of, table)));
    case field::source:
      return source_condition("src", of, table);
    case field::destination:
      return source_condition("dst", of, table);
    case field::ip_version:
      return version_condition(of, table);
    case field::port:
      return bracketed(
          sql_and(std::string{has_ports},
                  bracketed(sql_or(number_condition("src_port", of.ranges(), 0, 0xFFFF),
                                   number_condition("dst_port", of.ranges(), 0, 0xFFFF)))));
    case field::destination_port:
      return bracketed(is_rollup(table) ? rolled_port(of) : packet_number(of));
    case field::flag:
      return bracketed(sql_and(std::string{has_tcp}, bit_condition("tcp_flags", bits_of(of))));
    case field::attribute:
      return bit_condition("attributes", bits_of(of));
    case field::country:
      return country_condition(of);
    case field::sensor:
      return number_condition("sensor", name_ranges(of, numbers.sensors), 1, 0xFFFF);
    case field::scanner:
      return number_condition("scanner", name_ranges(of, numbers.scanners), 0, 0xFFFF);
    case field::tool:
    case field::fingerprint: {
      auto const bits = filter::bits_of(of, numbers.fingerprints);
      KIZASHI_ASSERT(bits);
      return bit_condition("fingerprints", *bits);
    }
    default:
      return bracketed(packet_number(of));
  }
}

}  // namespace kizashi::store::internal
