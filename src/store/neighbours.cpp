#include <algorithm>
#include <map>
#include <string>
#include <tuple>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "kizashi/store/behaviours.hpp"
#include "kizashi/store/internal/ask_rows.hpp"
#include "kizashi/store/internal/page_sql.hpp"
#include "kizashi/store/internal/source_counting.hpp"
#include "kizashi/store/internal/stored_rows.hpp"

namespace kizashi::store {
namespace {

using internal::family;
using internal::native_row;

constexpr std::string_view has_ip = "not (src = 0 and protocol = 0)";
constexpr std::string_view has_service = "has_port = 1 and protocol in (6, 17)";

using port_set = std::vector<std::uint32_t>;  // protocol * 65536 + port, ascending

struct behaviour {
  port_set ports;
  std::uint64_t packets = 0;
  std::uint8_t traffic_class = 0;
  std::uint64_t tools = 0;
};

/// Ports of sources for which `where` holds. At most 65,536 of each are looked at.
auto read_ports_of(engine& in, packet_filter const& filter, family of, std::string const& where,
                   ask_settings const& ask, std::map<net::address, behaviour>& to) -> status {
  auto const rows =
      internal::source_rows(filter, of, {"src", "protocol", "port", "has_port", "packets"}, where);
  return internal::ask_rows(
      in,
      fmt::format("select src, arraySort(groupUniqArrayIf(toUInt32(protocol) * 65536 + port, {})), "
                  "sum(packets) from ({}) group by src",
                  has_service, rows),
      ask, [&](native_row const& row) {
        auto& each = to[row.source(0)];
        auto const [begin, end] = row.column(1).list_at(row.row());
        for (auto i = begin; i < end; ++i)
          each.ports.push_back(static_cast<std::uint32_t>(row.column(1).elements().unsigned_at(i)));
        each.packets = row.number(2);
      });
}

auto read_verdicts(engine& in, packet_filter const& filter, std::vector<net::address> const& of,
                   ask_settings const& ask, std::map<net::address, behaviour>& to) -> status {
  if (of.empty()) return {};
  return internal::ask_rows(
      in,
      fmt::format("select src, argMax(class, packets), groupBitOr(tools) from ({}) group by src",
                  internal::events_going_on(filter, "src, class, tools, packets",
                                            internal::in_widened(of))),
      ask, [&](native_row const& row) {
        auto const found = to.find(internal::narrowed(row.source(0)));
        if (found == to.end()) return;
        found->second.traffic_class = row.narrow<std::uint8_t>(1);
        found->second.tools = row.number(2);
      });
}

auto common_of(port_set const& a, port_set const& b) -> std::uint64_t {
  std::uint64_t common = 0;
  for (auto i = a.begin(), j = b.begin(); i != a.end() && j != b.end();) {
    if (*i == *j)
      ++common, ++i, ++j;
    else if (*i < *j)
      ++i;
    else
      ++j;
  }
  return common;
}

auto near_prefix(net::address who) -> net::prefix {
  return who.is_ipv6() ? net::prefix{net::ipv6{who.as_ipv6().high(), 0}, 64}
                       : net::prefix{net::ipv4{who.as_ipv4().value() & 0xFFFFFF00U}, 24};
}

/// Sources elsewhere with events like those of `mine`.
auto candidates_of(engine& in, packet_filter const& filter, behaviour const& mine,
                   ask_settings const& ask) -> result<std::vector<net::address>> {
  std::vector<std::uint32_t> ports{0};  // events of several ports
  for (auto const each : mine.ports)
    if (ports.size() < 64) ports.push_back(each & 0xFFFF);
  auto const events = internal::events_going_on(
      filter, "src, packets", internal::from_widened(filter.sources, "src"),
      {fmt::format("class = {} and port in ({}) and tools = {}", mine.traffic_class,
                   fmt::join(ports, ","), mine.tools)});
  std::vector<net::address> out;
  KIZASHI_TRY(internal::ask_rows(
      in,
      fmt::format("select src from ({}) group by src order by sum(packets) desc limit 2000",
                  events),
      ask, [&](native_row const& row) { out.push_back(internal::narrowed(row.source(0))); }));
  return out;
}

}  // namespace

auto neighbours_of(engine& in, net::address who, packet_filter const& filter, std::size_t top,
                   ask_settings const& ask) -> result<std::vector<neighbour>> {
  auto const of = who.is_ipv6() ? family::ipv6 : family::ipv4;
  auto const with_ip = [](family each, std::string const& where) {
    return each == family::ipv4 ? fmt::format("{} and {}", where, has_ip) : where;
  };
  std::map<net::address, behaviour> all;
  KIZASHI_TRY(read_ports_of(in, filter, of, with_ip(of, internal::in_family({who}, of)), ask, all));
  if (all.empty()) return std::vector<neighbour>{};
  KIZASHI_TRY(read_verdicts(in, filter, {who}, ask, all));
  auto const mine = all.begin()->second;
  auto const near = near_prefix(who);
  auto near_filter = internal::from_prefixes({near}, who.is_ipv6());
  KIZASHI_TRY(read_ports_of(in, filter, of, with_ip(of, near_filter), ask, all));
  KIZASHI_TRY(auto const elsewhere, candidates_of(in, filter, mine, ask));
  for (auto const each : {family::ipv4, family::ipv6})
    if (auto const which = internal::in_family(elsewhere, each); !which.empty()) {
      std::map<net::address, behaviour> more;
      KIZASHI_TRY(read_ports_of(in, filter, each, with_ip(each, which), ask, more));
      all.merge(more);
    }
  all.erase(who);
  std::vector<net::address> addresses;
  for (auto const& [address, _] : all) addresses.push_back(address);
  KIZASHI_TRY(read_verdicts(in, filter, addresses, ask, all));
  std::vector<neighbour> out;
  for (auto const& [address, their] : all) {
    neighbour is{.source = address, .is_near = near.contains(address)};
    is.common = common_of(mine.ports, their.ports);
    is.ports = their.ports.size();
    auto const both = mine.ports.size() + their.ports.size() - is.common;
    is.likeness = both == 0 ? 0 : static_cast<double>(is.common) / static_cast<double>(both);
    is.packets = their.packets;
    is.traffic_class = their.traffic_class;
    is.tools = their.tools;
    is.has_same_class = their.traffic_class == mine.traffic_class;
    is.has_same_tools = their.tools == mine.tools;
    if (is.is_near || is.common > 0) out.push_back(is);
  }
  std::ranges::stable_sort(out, [](neighbour const& a, neighbour const& b) {
    return std::tuple{a.is_near, a.has_same_class && a.has_same_tools, a.likeness, a.packets} >
           std::tuple{b.is_near, b.has_same_class && b.has_same_tools, b.likeness, b.packets};
  });
  if (out.size() > top) out.resize(top);
  return out;
}

}  // namespace kizashi::store
