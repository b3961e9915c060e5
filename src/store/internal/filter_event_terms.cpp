// Comparisons on the tables `events` and `attacks`, where every address has 16 bytes.
#include <algorithm>
#include <vector>

#include <fmt/format.h>

#include "kizashi/net/packet_batch.hpp"
#include "kizashi/store/internal/filter_terms.hpp"
#include "kizashi/store/internal/page_sql.hpp"
#include "kizashi/store/internal/stored_rows.hpp"

namespace kizashi::store::internal {
namespace {

using filter::comparison;
using filter::field;
using filter::number_range;

constexpr std::uint64_t u63 = 0x7FFF'FFFF'FFFF'FFFF;

auto between(std::string_view column, net::address first, net::address last) -> std::string {
  return fmt::format("({0} >= {1} and {0} <= {2})", column, address_literal(widened(first)),
                     address_literal(widened(last)));
}

auto is_ipv4(std::string_view column) -> std::string {
  return between(column, net::ipv4{0}, net::ipv4{0xFFFFFFFF});
}

/// In a range of its own family: a wide one of IPv6 has the place of IPv4 in it.
auto in_range(std::string_view column, net::address first, net::address last) -> std::string {
  auto const text = between(column, first, last);
  bool const holds_ipv4 =
      first.is_ipv6() && first <= widened(net::ipv4{0}) && last >= widened(net::ipv4{0});
  return holds_ipv4 ? fmt::format("({} and not {})", text, is_ipv4(column)) : text;
}

/// A victim is one address, a /24 or a /64, and is meant when it has an address of the range.
auto victim_in_range(net::address_range const& each) -> std::string {
  constexpr unsigned ipv4_block = 24, ipv6_block = 64, ipv4_block_stored = 120;
  bool const is_six = each.first.is_ipv6();
  net::prefix const block{each.first, is_six ? ipv6_block : ipv4_block};
  return fmt::format("{} or (prefix_length = {} and {})", in_range("victim", each.first, each.last),
                     is_six ? ipv6_block : ipv4_block_stored,
                     in_range("victim", block.first(), each.last));
}

auto address_condition(comparison const& of, stored_table table) -> std::string {
  std::string text;
  for (auto const& each : of.addresses)
    text += fmt::format("{}{}", text.empty() ? "" : " or ",
                        table == stored_table::events ? in_range("src", each.first, each.last)
                                                      : victim_in_range(each));
  return fmt::format("({})", text);
}

auto has(std::vector<number_range> const& ranges, std::uint64_t number) -> bool {
  return std::ranges::any_of(
      ranges, [&](number_range const& each) { return each.low <= number && number <= each.high; });
}

auto version_condition(comparison const& of, std::string_view column) -> std::string {
  auto const ranges = of.ranges();
  auto const four = is_ipv4(column);
  std::string text = "0";
  if (has(ranges, 4)) text = sql_or(text, four);
  if (has(ranges, 6)) text = sql_or(text, sql_not(four));
  return has(ranges, 4) && has(ranges, 6) ? "1" : text;
}

/// Of the packets of a type; see `recognise::packet_type`.
auto protocol_of_type(comparison const& of) -> std::string {
  auto const ranges = of.ranges();
  std::string text = "0";
  if (has(ranges, net::protocol::tcp)) text = sql_or(text, "type <= 9");
  if (has(ranges, net::protocol::udp)) text = sql_or(text, "(type >= 10 and type <= 13)");
  constexpr std::string_view icmp = "type >= 14 and type <= 17";
  if (has(ranges, net::protocol::icmp))
    text = sql_or(text, fmt::format("({} and {})", icmp, is_ipv4("src")));
  if (has(ranges, net::protocol::icmp6))
    text = sql_or(text, fmt::format("({} and not {})", icmp, is_ipv4("src")));
  return text.size() == 1 ? text : fmt::format("({})", text);
}

auto in_array(std::string_view array, comparison const& of, std::uint64_t largest) -> std::string {
  auto const text = number_condition("x", of.ranges(), 0, largest);
  if (text == "1") return fmt::format("notEmpty({})", array);
  return text == "0" ? text : fmt::format("arrayExists(x -> {}, {})", text, array);
}

struct column_rule {
  field of;
  std::string_view column;
  std::uint64_t least = 0;
};
constexpr column_rule columns[] = {
    {field::type, "type"},
    {field::traffic_class, "class"},
    {field::pattern, "pattern"},
    {field::first, "first", 1},
    {field::last, "last", 1},
    {field::duration, "((last - first) * 1000)"},
    {field::packets, "packets"},
    {field::bytes, "bytes"},
    {field::ports, "ports"},
    {field::destinations, "destinations"},
    {field::rate,
     "if(last > first, toUInt64(packets * 1000000 / (last - first) * 1000000), toUInt64(0))"},
    {field::spoofable, "spoofable"},
    {field::victims, "victims"},
    {field::peak, "most_per_minute"},
    {field::senders, "spoofed_sources"},
    {field::synack_answers, "synack"},
    {field::rst_answers, "rst"},
    {field::icmp_answers, "icmp"},
    {field::udp_answers, "udp"},
    {field::uniformity, "toUInt64(uniformity * 1000000)"},
    {field::scaling, "scaling"},
    {field::attack_rate, "toUInt64(attack_rate * 1000000)"},
    {field::ongoing, "ongoing"},
    {field::cut, "cut"},
};

auto plain_number(comparison const& of) -> std::string {
  for (auto const& each : columns)
    if (each.of == of.of) return number_condition(each.column, of.ranges(), each.least, u63);
  KIZASHI_ASSERT(false);
  return "0";
}

}  // namespace

auto event_term(comparison const& of, stored_table table, stored_numbers const& numbers)
    -> std::string {
  bool const is_event = table == stored_table::events;
  switch (of.of) {
    case field::ip:
    case field::source:
      return address_condition(of, table);
    case field::ip_version:
      return version_condition(of, is_event ? "src" : "victim");
    case field::protocol:
      return is_event ? protocol_of_type(of) : in_array("port_protocols", of, 0xFF);
    case field::port: {
      if (!is_event) return in_array("port_numbers", of, 0xFFFF);
      auto const text =
          sql_and("ports = 1 and type <= 13", number_condition("port", of.ranges(), 0, 0xFFFF));
      return text.size() == 1 ? text : fmt::format("({})", text);
    }
    case field::sensor:
      return number_condition("sensor", name_ranges(of, numbers.sensors), 1, 0xFFFF);
    case field::scanner:
      return number_condition("scanner", name_ranges(of, numbers.scanners), 0, 0xFFFF);
    case field::tool:
    case field::fingerprint: {
      auto const bits = filter::bits_of(of, numbers.fingerprints);
      KIZASHI_ASSERT(bits);
      return bit_condition(of.of == field::tool ? "tools" : "fingerprints", *bits);
    }
    default:
      return plain_number(of);
  }
}

}  // namespace kizashi::store::internal
