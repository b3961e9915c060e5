// From an expression to steps over columns.
#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "kizashi/filter/internal/packet_step.hpp"
#include "kizashi/filter/names.hpp"
#include "kizashi/net/address_range.hpp"

namespace kizashi::filter::internal {
namespace {

using form = packet_step::form;
using net::attribute;

constexpr auto ports_bit = net::bit(attribute::ports);
constexpr auto not_ipv4 =
    static_cast<std::uint16_t>(net::bit(attribute::ipv6) | net::bit(attribute::no_ip));

constexpr packet_guard has_ip{net::bit(attribute::no_ip), 0, {}};
constexpr packet_guard has_ports{ports_bit, ports_bit, {net::protocol::tcp, net::protocol::udp}};
constexpr packet_guard has_icmp{ports_bit, ports_bit, {net::protocol::icmp, net::protocol::icmp6}};
constexpr packet_guard has_tcp{ports_bit, ports_bit, {net::protocol::tcp, net::protocol::tcp}};

struct column_rule {
  packet_guard guard;
  std::uint64_t low = 0;  ///< values outside of these stand for "not there"
  std::uint64_t high = ~std::uint64_t{0};
};

auto rule_of(field each) -> column_rule {
  switch (each) {
    case field::source_port:
    case field::destination_port:
      return {has_ports};
    case field::icmp_type:
    case field::icmp_code:
      return {has_icmp};
    case field::tcp_flags:
    case field::flag:
    case field::tcp_sequence:
    case field::tcp_acknowledgement:
    case field::tcp_window:
    case field::tcp_options:
      return {has_tcp};
    case field::tcp_mss:
      return {has_tcp, 1};
    case field::tcp_window_scale:
      return {has_tcp, 0, 254};
    case field::ttl:
    case field::ip_id:
    case field::ip_length:
    case field::source:
    case field::destination:
      return {has_ip};
    case field::time:  // in microseconds, as a store keeps it, where 0 is no time
      return {{}, 1, static_cast<std::uint64_t>(timestamp::latest().nanoseconds()) / 1000};
    default:
      return {};
  }
}

/// Joins what touches, and leaves out what a column cannot hold.
auto joined(std::vector<number_range> ranges, std::uint64_t low, std::uint64_t high)
    -> std::vector<number_range> {
  std::vector<number_range> out;
  std::ranges::sort(ranges);
  for (auto each : ranges) {
    each = {std::max(each.low, low), std::min(each.high, high)};
    if (each.low > each.high) continue;
    bool const touches = !out.empty() && each.low <= out.back().high + 1;
    if (touches)
      out.back().high = std::max(out.back().high, each.high);
    else
      out.push_back(each);
  }
  return out;
}

constexpr std::size_t few = 4;

auto numbers_step(field column, std::vector<number_range> ranges) -> packet_step {
  auto const rule = rule_of(column);
  packet_step out;
  out.column = column;
  out.guard = rule.guard;
  auto const largest = info_of(column).largest;
  out.ranges =
      joined(std::move(ranges), rule.low, largest == 0 ? rule.high : std::min(rule.high, largest));
  if (out.ranges.empty()) return {};
  out.is = form::numbers;
  if (out.ranges.size() > few && largest <= 0xFFFF && column != field::country) {
    out.table.resize(1024);
    for (auto const& each : out.ranges)
      for (auto n = each.low; n <= each.high; ++n) out.table[n / 64] |= std::uint64_t{1} << n % 64;
  }
  return out;
}

auto address_step(field column, std::vector<net::address_range> const& wanted) -> packet_step {
  packet_step out;
  out.is = form::addresses;
  out.column = column;
  out.guard = has_ip;
  std::vector<net::prefix> prefixes;
  for (auto const& each : wanted) {
    auto const parts = net::prefixes_of(each);
    prefixes.insert(prefixes.end(), parts.begin(), parts.end());
    out.has_ipv6 = out.has_ipv6 || each.first.is_ipv6();
    if (!each.first.is_ipv6())
      out.ipv4.push_back({each.first.as_ipv4().value(), each.last.as_ipv4().value()});
  }
  out.ipv4 = joined(std::move(out.ipv4), 0, 0xFFFFFFFF);
  out.has_many = out.ipv4.size() > few;
  out.prefixes = net::prefix_set{prefixes};
  return out;
}

auto both(packet_step one, packet_step other) -> packet_step {
  packet_step out;
  out.is = form::any;
  out.children.push_back(std::move(one));
  out.children.push_back(std::move(other));
  return out;
}

auto guard_step(packet_guard guard) -> packet_step {
  packet_step out;
  out.is = form::guard;
  out.guard = guard;
  return out;
}

auto always() -> packet_step {
  return guard_step({});
}

auto bits_step(field column, wanted_bits wanted) -> packet_step {
  packet_step out;
  out.is = form::bits;
  out.column = column;
  out.guard = rule_of(column).guard;
  out.any_bit = wanted.any;
  out.wants_no_bit = wanted.none;
  return out;
}

auto version_step(comparison const& term) -> packet_step {
  packet_step out;
  out.is = form::any;
  for (auto const& each : term.ranges()) {
    if (each.low <= 4 && each.high >= 4) out.children.push_back(guard_step({not_ipv4, 0, {}}));
    if (each.low <= 6 && each.high >= 6)
      out.children.push_back(
          guard_step({net::bit(attribute::ipv6), net::bit(attribute::ipv6), {}}));
  }
  return out.children.empty() ? packet_step{} : out;
}

class compiler {
public:
  explicit compiler(name_context const& with) : with_{with} {
    if (with.fingerprints != nullptr) tools_ = names_of(*with.fingerprints);
    if (with.scanners != nullptr) scanners_ = names_of(*with.scanners);
  }

  auto compile(expression const& of) const -> result<packet_step> {
    if (of.is == expression::form::term) {
      KIZASHI_TRY(auto step, term(of.term));
      return of.term.is_negated ? negated(std::move(step)) : std::move(step);
    }
    packet_step out;
    for (auto const& each : of.children) {
      KIZASHI_TRY(auto child, compile(each));
      out.children.push_back(std::move(child));
    }
    if (of.is == expression::form::negation) return negated(std::move(out.children.front()));
    out.is = of.is == expression::form::all ? form::all : form::any;
    std::ranges::stable_sort(out.children, {}, cost_of);
    return out;
  }

private:
  static auto negated(packet_step step) -> packet_step {
    packet_step out;
    out.is = form::negation;
    out.children.push_back(std::move(step));
    return out;
  }

  /// What is cheap is asked first, and what is dear only for the rows that are left.
  static auto cost_of(packet_step const& step) -> unsigned {
    unsigned cost = 1;
    if (step.is == form::addresses && step.has_many) cost = 8;
    if (!step.table.empty()) cost = 4;
    if (step.column == field::country || step.column == field::as) cost = 40;
    for (auto const& each : step.children) cost += cost_of(each);
    return cost;
  }

  auto term(comparison const& of) const -> result<packet_step> {
    if (is_recognised(of.of) && (with_.fingerprints == nullptr || with_.scanners == nullptr))
      return fail_at(of.at, errc::unsupported,
                     fmt::format("{} is known only of packets that are recognised, and these are "
                                 "not",
                                 info_of(of.of).name));
    switch (of.of) {
      case field::ip:
        return both(address_step(field::source, of.addresses),
                    address_step(field::destination, of.addresses));
      case field::port:
        return both(numbers_step(field::source_port, of.ranges()),
                    numbers_step(field::destination_port, of.ranges()));
      case field::source:
      case field::destination:
        return address_step(of.of, of.addresses);
      case field::ip_version:
        return version_step(of);
      case field::flag:
      case field::attribute:
        return bits_step(of.of, bits_of(of));
      case field::tool:
      case field::fingerprint: {
        KIZASHI_TRY(auto const bits, bits_of(of, tools_));
        return bits_step(of.of, bits);
      }
      case field::scanner: {
        KIZASHI_TRY(auto const numbers, numbers_of(of, scanners_));
        std::vector<number_range> ranges;
        for (auto const number : numbers) ranges.push_back({number, number});
        return numbers_step(field::scanner, std::move(ranges));
      }
      case field::sensor: {
        bool const is_ours = std::ranges::any_of(
            of.texts, [&](auto const& each) { return is_same_word(each, with_.sensor); });
        return is_ours ? always() : packet_step{};
      }
      default:
        return numbers_step(of.of, of.ranges());
    }
  }

  name_context const& with_;
  numbered_names tools_, scanners_;
};

}  // namespace

auto compile(expression const& of, name_context const& with) -> result<packet_step> {
  KIZASHI_TRY(check(of, target::packets));
  return compiler{with}.compile(of);
}

}  // namespace kizashi::filter::internal
