#include "kizashi/store/event_sources.hpp"

#include <algorithm>
#include <map>
#include <string>

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

  [[nodiscard]] auto read_events(event_sources& out) -> status;
  [[nodiscard]] auto read_family(family of) -> status;
  /// The three things that are asked of `rows`, a question for tuples of one family.
  [[nodiscard]] auto read_traffic(std::string const& rows) -> status;
  [[nodiscard]] auto read_ports(std::string const& rows) -> status;
  [[nodiscard]] auto read_headers(std::string const& rows) -> status;

private:
  [[nodiscard]] auto profile_of(native_row const& row) -> telescope::source_profile* {
    auto const found = by_source_.find(row.source(0));
    return found == by_source_.end() ? nullptr : &found->second->profile;
  }

  engine& in_;
  packet_filter filter_;
  ask_settings const& ask_;
  std::map<net::address, event_source*> by_source_;
};

auto profile_reading::read_events(event_sources& out) -> status {
  std::vector<std::string> conditions{internal::in_sensors(filter_), internal::going_on(filter_),
                                      internal::from_widened(filter_.sources, "src")};
  auto const sql = fmt::format(
      "select src, min(first), max(last), groupBitOr(tools), max(scanner), count(), "
      "max(destinations), max(ports), max(spoofable), sum(packets) as n from events final where {} "
      "group by src order by n desc, src limit {}",
      internal::all_of(conditions), most_event_sources + 1);
  KIZASHI_TRY(internal::ask_rows(in_, sql, ask_, [&](native_row const& row) {
    auto& made = out.rows.emplace_back();
    auto& to = made.profile;
    to.address = internal::narrowed(row.source(0));
    to.first = internal::time_of_microseconds(row.number(1));
    to.last = internal::time_of_microseconds(row.number(2));
    made.tools = row.number(3);
    to.scanner = row.narrow<std::uint16_t>(4);
    to.events = row.narrow<std::uint32_t>(5);
    to.destinations = row.narrow<std::uint32_t>(6);
    to.ports = row.narrow<std::uint32_t>(7);
    to.is_spoofable = row.number(8) != 0;
  }));
  out.is_cut = out.rows.size() > most_event_sources;
  if (out.is_cut) out.rows.pop_back();
  for (auto& each : out.rows) by_source_[each.profile.address] = &each;
  return {};
}

auto profile_reading::read_family(family of) -> status {
  std::vector<std::string> values;
  for (auto const& [address, _] : by_source_)
    if (address.is_ipv6() == (of == family::ipv6))
      values.push_back(internal::address_literal(address));
  if (values.empty()) return {};
  auto const where = fmt::format("src in ({}){}", fmt::join(values, ","),
                                 of == family::ipv4 ? " and not (src = 0 and protocol = 0)" : "");
  auto const rows = internal::tuple_rows(
      filter_, of,
      "src, minute, protocol, dst_port, type, class, window, ttl, attributes, packets, bytes",
      where);
  KIZASHI_TRY(read_traffic(rows));
  KIZASHI_TRY(read_ports(rows));
  return read_headers(rows);
}

auto profile_reading::read_traffic(std::string const& rows) -> status {
  return internal::ask_rows(
      in_,
      fmt::format("select src, class, protocol, type = {}, sum(packets), sum(bytes), "
                  "groupBitOr(bitShiftLeft(toUInt64(1), intDiv(minute, 60) % 64)), "
                  "groupBitOr(bitShiftLeft(toUInt32(1), intDiv(minute, 86400) % 32)) from ({}) "
                  "group by src, class, protocol, type = {}",
                  static_cast<int>(recognise::packet_type::tcp_syn), rows,
                  static_cast<int>(recognise::packet_type::tcp_syn)),
      ask_, [&](native_row const& row) {
        auto* const to = profile_of(row);
        if (to == nullptr) return;
        auto const packets = row.number(4);
        to->packets += packets;
        to->wire_bytes += row.number(5);
        if (row.number(1) < to->by_class.size())
          to->by_class[static_cast<std::size_t>(row.number(1))] += packets;
        auto const protocol = row.number(2);
        if (protocol == 6) to->tcp += packets;
        if (protocol == 6 && row.number(3) != 0) to->tcp_syn += packets;
        if (protocol == 17) to->udp += packets;
        if (protocol == 1 || protocol == 58) to->icmp += packets;
        to->activity |= row.number(6);
        to->days |= row.narrow<std::uint32_t>(7);
      });
}

auto profile_reading::read_ports(std::string const& rows) -> status {
  return internal::ask_rows(
      in_,
      fmt::format("select src, protocol, dst_port, sum(packets) as n from ({}) where protocol in "
                  "(6, 17) and bitAnd(attributes, 128) != 0 group by src, protocol, dst_port order "
                  "by src, n desc, protocol, dst_port limit {} by src",
                  rows, telescope::source_profile::most_ports),
      ask_, [&](native_row const& row) {
        if (auto* const to = profile_of(row))
          to->add_port({row.narrow<std::uint16_t>(2), row.narrow<std::uint8_t>(1), row.number(3)});
      });
}

auto profile_reading::read_headers(std::string const& rows) -> status {
  return internal::ask_rows(
      in_,
      fmt::format("select src, min(window), max(window), max(ttl), max(bitAnd(attributes, 256)) "
                  "from ({}) where type = {} group by src",
                  rows, static_cast<int>(recognise::packet_type::tcp_syn)),
      ask_, [&](native_row const& row) {
        auto* const to = profile_of(row);
        if (to == nullptr) return;
        telescope::header_sample sample;
        sample.tcp_window = row.narrow<std::uint16_t>(1);
        sample.ttl = row.narrow<std::uint8_t>(3);
        sample.dont_fragment = row.number(4) != 0;
        to->header = sample;
        to->window_varies = row.number(1) != row.number(2);
        to->quirk = telescope::quirk_of(sample, to->window_varies);
      });
}

}  // namespace

auto event_sources_of(engine& in, packet_filter const& filter, ask_settings const& ask)
    -> result<event_sources> {
  KIZASHI_ASSERT(filter.from.is_known() && filter.to.is_known());
  event_sources out;
  profile_reading of{in, filter, ask};
  KIZASHI_TRY(of.read_events(out));
  for (auto const each : {family::ipv4, family::ipv6}) KIZASHI_TRY(of.read_family(each));
  return out;
}

}  // namespace kizashi::store
