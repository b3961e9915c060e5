#include "kizashi/store/event_sources.hpp"

#include <algorithm>
#include <map>
#include <string>
#include <tuple>
#include <unordered_map>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "kizashi/store/internal/ask_rows.hpp"
#include "kizashi/store/internal/page_sql.hpp"
#include "kizashi/store/internal/stored_rows.hpp"

namespace kizashi::store {
namespace {

using internal::family;
using internal::native_row;

class profile_reading {
public:
  profile_reading(engine& in, packet_filter const& filter, ask_settings const& ask)
      : in_{in}, filter_{filter}, ask_{ask} {
    filter_.where = nullptr;
  }

  [[nodiscard]] auto choose(event_sources& out) -> status;
  [[nodiscard]] auto read_family(family of) -> status;
  /// `rows`: a question for tuples of one family.
  [[nodiscard]] auto read_traffic(std::string const& rows) -> status;
  [[nodiscard]] auto read_ports(family of, std::string const& where) -> status;
  void add_header(telescope::source_profile& to, native_row const& row);

private:
  [[nodiscard]] auto addresses() const -> std::vector<net::address> {
    std::vector<net::address> out;
    for (auto const& [address, _] : by_source_) out.push_back(address);
    return out;
  }
  [[nodiscard]] auto has_main_ports(telescope::source_profile const& of) const -> bool;
  [[nodiscard]] auto profile_of(native_row const& row) -> telescope::source_profile* {
    auto const found = by_source_.find(row.source(0));
    return found == by_source_.end() ? nullptr : &found->second->profile;
  }

  engine& in_;
  packet_filter filter_;
  ask_settings const& ask_;
  struct seen_ports {
    std::uint64_t packets = 0;    // to ports
    std::uint64_t different = 0;  // ports, about
  };

  std::map<net::address, event_source*> by_source_;
  std::map<net::address, std::uint16_t> least_window_;  // of its SYNs
  std::map<net::address, seen_ports> seen_ports_;
};

/// The events of all sources of the span are looked at once, and those with most packets told.
auto profile_reading::choose(event_sources& out) -> status {
  auto const events = internal::events_going_on(
      filter_, "src, first, last, tools, scanner, destinations, ports, spoofable, packets",
      internal::from_widened(filter_.sources, "src"));
  auto const sql = fmt::format(
      "select src, min(first), max(last), groupBitOr(tools), max(scanner), count(), "
      "max(destinations), max(ports), max(spoofable), sum(packets) as n from ({}) group by src "
      "order by n desc, src limit {}",
      events, most_event_sources + 1);
  KIZASHI_TRY(internal::ask_rows(in_, sql, ask_, [&](native_row const& row) {
    auto& to = out.rows.emplace_back();
    to.tools = row.number(3);
    auto& is = to.profile;
    is.address = internal::narrowed(row.source(0));
    is.first = internal::time_of_microseconds(row.number(1));
    is.last = internal::time_of_microseconds(row.number(2));
    is.scanner = row.narrow<std::uint16_t>(4);
    is.events = row.narrow<std::uint32_t>(5);
    is.destinations = row.narrow<std::uint32_t>(6);
    is.ports = row.narrow<std::uint32_t>(7);
    is.is_spoofable = row.number(8) != 0;
  }));
  out.is_cut = out.rows.size() > most_event_sources;
  if (out.is_cut) out.rows.pop_back();
  for (auto& each : out.rows) by_source_[each.profile.address] = &each;
  return {};
}

auto profile_reading::read_family(family of) -> status {
  auto where = internal::in_family(addresses(), of);
  if (where.empty()) return {};
  if (of == family::ipv4) where += " and not (src = 0 and protocol = 0)";
  auto const rows = internal::tuple_rows(
      filter_, of,
      "src, minute, protocol, dst_port, type, class, window, ttl, attributes, packets, bytes",
      where);
  KIZASHI_TRY(read_traffic(rows));
  std::vector<net::address> narrow;
  for (auto const& [address, source] : by_source_)
    if (has_main_ports(source->profile)) narrow.push_back(address);
  where = internal::in_family(narrow, of);
  return where.empty() ? status{} : read_ports(of, where);
}

/// Each port has a packet at least. Where so many are different that the busiest have less than
/// half of the scanning packets even if all that remain are theirs, a source has no main ports
/// (docs/campaigns.md), and the millions of ports of such sources need not be put together.
/// uniqHLL12 errs by 1.6 % (standard error): four times that is left for it.
auto profile_reading::has_main_ports(telescope::source_profile const& of) const -> bool {
  using recognise::traffic_class;
  auto const found = seen_ports_.find(of.address);
  if (found == seen_ports_.end()) return false;
  auto const& [packets, different] = found->second;
  auto const surely = different - different / 15;
  auto const others =
      surely - std::min(surely, std::uint64_t{telescope::source_profile::most_ports});
  auto const count = [&](traffic_class each) {
    return of.by_class[static_cast<std::size_t>(each)];
  };
  auto const scanning = count(traffic_class::scan) + count(traffic_class::amplifier_probe) +
                        count(traffic_class::payload);
  return 2 * (packets - std::min(packets, others)) >= scanning;
}

auto profile_reading::read_traffic(std::string const& rows) -> status {
  return internal::ask_rows(
      in_,
      fmt::format("select src, class, protocol, type = {0} as syn, sum(packets), sum(bytes), "
                  "groupBitOr(bitShiftLeft(toUInt64(1), intDiv(minute, 60) % 64)), "
                  "groupBitOr(bitShiftLeft(toUInt32(1), intDiv(minute, 86400) % 32)), min(window), "
                  "max(window), max(ttl), max(bitAnd(attributes, 256)), "
                  "uniqHLL12If(toUInt32(protocol) * 65536 + dst_port, {2}), sumIf(packets, {2}) "
                  "from ({1}) group by src, class, protocol, syn",
                  static_cast<int>(recognise::packet_type::tcp_syn), rows,
                  "bitAnd(attributes, 128) != 0 and protocol in (6, 17)"),
      ask_, [&](native_row const& row) {
        auto* const to = profile_of(row);
        if (to == nullptr) return;
        auto const packets = row.number(4);
        to->packets += packets;
        to->wire_bytes += row.number(5);
        if (row.number(1) < to->by_class.size())
          to->by_class[static_cast<std::size_t>(row.number(1))] += packets;
        auto const protocol = row.number(2);
        bool const is_syn = row.number(3) != 0;
        if (protocol == 6) to->tcp += packets;
        if (protocol == 6 && is_syn) to->tcp_syn += packets;
        if (protocol == 17) to->udp += packets;
        if (protocol == 1 || protocol == 58) to->icmp += packets;
        to->activity |= row.number(6);
        to->days |= row.narrow<std::uint32_t>(7);
        auto& ports = seen_ports_[to->address];
        ports.different = std::max(ports.different, row.number(12));
        ports.packets += row.number(13);
        if (is_syn) add_header(*to, row);
      });
}

/// Of SYNs: the largest window and TTL, and whether any has don't fragment.
void profile_reading::add_header(telescope::source_profile& to, native_row const& row) {
  auto const [at, is_first] = least_window_.try_emplace(to.address, row.narrow<std::uint16_t>(8));
  at->second = std::min(at->second, row.narrow<std::uint16_t>(8));
  auto sample = is_first ? telescope::header_sample{} : to.header;
  sample.tcp_window = std::max(sample.tcp_window, row.narrow<std::uint16_t>(9));
  sample.ttl = std::max(sample.ttl, row.narrow<std::uint8_t>(10));
  sample.dont_fragment = sample.dont_fragment || row.number(11) != 0;
  to.header = sample;
  to.window_varies = at->second != sample.tcp_window;
  to.quirk = telescope::quirk_of(sample, to.window_varies);
}

/// Millions of ports of thousands of sources: to put them in an order is dearer than to look at
/// each once and keep the busiest.
auto profile_reading::read_ports(family of, std::string const& where) -> status {
  using telescope::port_use;
  std::unordered_map<net::address, std::vector<port_use>, internal::address_hash> busiest;
  auto const is_busier = [](port_use const& a, port_use const& b) {
    return std::tuple{b.packets, a.ip_protocol, a.port} <
           std::tuple{a.packets, b.ip_protocol, b.port};
  };
  auto const rows =
      internal::source_rows(filter_, of, {"src", "protocol", "port", "has_port", "packets"},
                            fmt::format("{} and protocol in (6, 17) and has_port = 1", where));
  KIZASHI_TRY(internal::ask_rows(
      in_,
      fmt::format("select src, protocol, port, sum(packets) from ({}) group by src, protocol, port",
                  rows),
      ask_, [&](native_row const& row) {
        auto& of_source = busiest[row.source(0)];
        port_use const use{row.narrow<std::uint16_t>(2), row.narrow<std::uint8_t>(1),
                           row.number(3)};
        if (of_source.size() == telescope::source_profile::most_ports) {
          if (!is_busier(use, of_source.back())) return;
          of_source.pop_back();
        }
        of_source.insert(std::ranges::upper_bound(of_source, use, is_busier), use);
      }));
  for (auto const& [source, uses] : busiest)
    if (auto const found = by_source_.find(source); found != by_source_.end())
      for (auto const& each : uses) found->second->profile.add_port(each);
  return {};
}

}  // namespace

auto event_sources_of(engine& in, packet_filter const& filter, ask_settings const& ask)
    -> result<event_sources> {
  KIZASHI_ASSERT(filter.from.is_known() && filter.to.is_known());
  event_sources out;
  profile_reading of{in, filter, ask};
  KIZASHI_TRY(of.choose(out));
  if (out.rows.empty()) return out;
  for (auto const each : {family::ipv4, family::ipv6}) KIZASHI_TRY(of.read_family(each));
  return out;
}

}  // namespace kizashi::store
