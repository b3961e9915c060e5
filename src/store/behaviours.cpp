#include "kizashi/store/behaviours.hpp"

#include <algorithm>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <tuple>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "kizashi/store/internal/ask_rows.hpp"
#include "kizashi/store/internal/page_sql.hpp"
#include "kizashi/store/internal/source_counting.hpp"
#include "kizashi/store/internal/stored_rows.hpp"

namespace kizashi::store {
namespace {

using internal::column_names;
using internal::family;
using internal::native_row;

constexpr std::string_view has_ip_source = "not (src = 0 and protocol = 0)";
constexpr std::string_view is_port = "has_port = 1 and protocol in (6, 17)";

/// Ports that have a band of their own, those first that more people look for.
constexpr std::uint16_t well_known[] = {23,   22,   445,  80,   443, 3389, 8080, 2323,
                                        5555, 6379, 1433, 53,   123, 1900, 5060, 3306,
                                        8443, 25,   21,   5900, 161, 389,  81,   11211};
constexpr port_band ranges[] = {{0, 1023},      {1024, 4095},   {4096, 8191},  {8192, 16383},
                                {16384, 32767}, {32768, 49151}, {49152, 65535}};

auto seconds_in(timestamp time) -> std::uint64_t {
  return static_cast<std::uint64_t>(time.nanoseconds()) / 1'000'000'000;
}
auto time_at(std::uint64_t seconds) -> timestamp {
  return timestamp{static_cast<std::int64_t>(seconds) * 1'000'000'000};
}

/// What sources of one family a filter is about; nothing: of that family none.
auto sources_condition(packet_filter const& filter, family of) -> std::optional<std::string> {
  auto text = of == family::ipv4 ? std::string{has_ip_source} : std::string{"1"};
  if (filter.sources.empty()) return text;
  auto const from = internal::from_prefixes(filter.sources, of == family::ipv6);
  if (from.empty()) return std::nullopt;
  return fmt::format("{} and {}", text, from);
}

auto in_list(std::vector<net::address> const& all, family of) -> std::string {
  std::vector<std::string> values;
  for (auto const& each : all)
    if (each.is_ipv6() == (of == family::ipv6)) values.push_back(internal::address_literal(each));
  return values.empty() ? std::string{} : fmt::format("src in ({})", fmt::join(values, ","));
}

/// The same as events have them: 16 bytes.
auto in_wide_list(std::vector<net::address> const& all) -> std::string {
  std::vector<std::string> values;
  for (auto const& each : all) values.push_back(internal::address_literal(internal::widened(each)));
  return fmt::format("src in ({})", fmt::join(values, ","));
}

/// The row of a packet: 0 without a port, then the bands.
auto band_sql(std::vector<port_band> const& bands) -> std::string {
  auto text = fmt::format("multiIf(not ({}), 0", is_port);
  for (bool const is_single : {true, false})
    for (std::size_t i = 0; i < bands.size(); ++i) {
      auto const [low, high] = bands[i];
      if ((low == high) == is_single)
        text += fmt::format(", port >= {} and port <= {}, {}", low, high, i + 1);
    }
  return text + ", 0)";
}

/// Puts one picture after another together, one question for all of them.
class tiling {
public:
  tiling(engine& in, packet_filter const& filter, tile_request const& wanted,
         ask_settings const& ask)
      : in_{in}, filter_{filter}, wanted_{wanted}, ask_{ask} {}

  void choose_columns(tiles& out);
  [[nodiscard]] auto choose(tiles& out) -> status;
  [[nodiscard]] auto fill(tiles& out) -> status;
  [[nodiscard]] auto tag(tiles& out) -> status;

private:
  struct candidate {
    net::address source;
    std::uint64_t key = 0;
  };
  template <class Use>
  [[nodiscard]] auto ask(std::string const& sql, Use use) -> status {
    return internal::ask_rows(in_, sql, ask_, use);
  }
  [[nodiscard]] auto choose_of(family of, std::string where, std::vector<candidate>& to,
                               std::uint64_t& total) -> status;
  /// "src not in (...)": sources that were seen before.
  [[nodiscard]] auto newcomers(family of) const -> std::string;
  [[nodiscard]] auto tag_by_tuples(std::vector<net::address> const& of) -> status;
  [[nodiscard]] auto tile_of(net::address source) -> tile* {
    auto const found = by_source_.find(source);
    return found == by_source_.end() ? nullptr : found->second;
  }

  engine& in_;
  packet_filter const& filter_;
  tile_request const& wanted_;
  ask_settings const& ask_;
  bool has_hours_ = false;
  std::map<net::address, tile*> by_source_;
};

void tiling::choose_columns(tiles& out) {
  auto const from = seconds_in(filter_.from), to = seconds_in(filter_.to);
  auto const span = to - from;
  has_hours_ = span >= wanted_.columns * 3600 && internal::answers(filter_, stored_table::sources);
  auto const unit = has_hours_ ? std::uint64_t{3600} : std::uint64_t{60};
  auto const begin = from / unit * unit, length = to - begin;
  auto const width =
      std::max<std::uint64_t>(1, (length + wanted_.columns * unit - 1) / (wanted_.columns * unit)) *
      unit;
  out.columns = (length + width - 1) / width;
  out.begin = time_at(begin);
  out.width = std::chrono::seconds{width};
  out.unit = std::chrono::seconds{unit};
}

auto tiling::newcomers(family of) const -> std::string {
  packet_filter before;
  before.sensors = filter_.sensors;
  before.to = filter_.from;
  return fmt::format("src not in ({})", internal::source_rows(before, of, {"src"}, {}));
}

auto tiling::choose_of(family of, std::string where, std::vector<candidate>& to,
                       std::uint64_t& total) -> status {
  column_names columns{"src"};
  std::string_view key;
  switch (wanted_.order) {
    case tile_order::volume:
      columns.emplace_back("packets");
      key = "sum(packets)";
      break;
    case tile_order::spread:
      columns.insert(columns.end(), {"protocol", "port", "has_port"});
      key = "uniqExactIf(protocol, port, has_port = 1 and (protocol = 6 or protocol = 17))";
      break;
    case tile_order::novelty:
      where += fmt::format(" and {}", newcomers(of));
      columns.emplace_back("hour");
      key = "min(hour)";
      break;
  }
  auto const rows = internal::source_rows(filter_, of, columns, where);
  KIZASHI_TRY(
      ask(fmt::format(
              "select src, toUInt64({}) as k from ({}) group by src order by k desc, src limit {}",
              key, rows, wanted_.limit),
          [&](native_row const& row) {
            to.push_back({row.source(0), row.number(1)});
          }));
  return ask(fmt::format("select uniqExact(src) from ({})",
                         internal::source_rows(filter_, of, {"src"}, where)),
             [&](native_row const& row) { total += row.number(0); });
}

auto tiling::choose(tiles& out) -> status {
  std::vector<candidate> all;
  for (auto const of : {family::ipv4, family::ipv6})
    if (auto const where = sources_condition(filter_, of))
      KIZASHI_TRY(choose_of(of, *where, all, out.total));
  std::ranges::stable_sort(all, std::greater{}, &candidate::key);
  if (all.size() > wanted_.limit) all.resize(wanted_.limit);
  for (auto const& each : all) {
    auto& made = out.rows.emplace_back();
    made.source = each.source;
    made.cells.resize((wanted_.bands.size() + 1) * out.columns);
  }
  for (auto& each : out.rows) by_source_[each.source] = &each;
  return {};
}

auto tiling::fill(tiles& out) -> status {
  std::vector<net::address> chosen;
  for (auto const& each : out.rows) chosen.push_back(each.source);
  auto const time = has_hours_ ? std::string_view{"hour"} : std::string_view{"minute"};
  for (auto const of : {family::ipv4, family::ipv6}) {
    auto const which = in_list(chosen, of);
    if (which.empty()) continue;
    auto const where = of == family::ipv4 ? fmt::format("{} and {}", which, has_ip_source) : which;
    auto const rows = internal::source_rows(
        filter_, of, {time, "src", "protocol", "port", "has_port", "country", "asn", "packets"},
        where);
    KIZASHI_TRY(ask(
        fmt::format(
            "select src, toUInt32(intDiv(toUInt64({}) - {}, {})) as bin, {} as band, sum(packets) "
            "from ({}) group by src, bin, band",
            time, seconds_in(out.begin), out.width / std::chrono::seconds{1},
            band_sql(wanted_.bands), rows),
        [&](native_row const& row) {
          auto* const to = tile_of(row.source(0));
          if (to == nullptr || row.number(1) >= out.columns) return;
          to->cells[static_cast<std::size_t>(row.number(2)) * out.columns +
                    static_cast<std::size_t>(row.number(1))] += row.number(3);
          to->packets += row.number(3);
        }));
    KIZASHI_TRY(ask(fmt::format("select src, min({0}), max({0}), uniqExactIf(protocol, port, "
                                "has_port = 1 and (protocol = 6 or protocol = 17)), any(country), "
                                "any(asn) from ({1}) group by src",
                                time, rows),
                    [&](native_row const& row) {
                      auto* const to = tile_of(row.source(0));
                      if (to == nullptr) return;
                      to->first = time_at(row.number(1));
                      to->last = time_at(row.number(2));
                      to->ports = row.number(3);
                      to->country = row.country(4);
                      to->asn = recognise::asn{row.narrow<std::uint32_t>(5)};
                    }));
  }
  return {};
}

auto tiling::tag(tiles& out) -> status {
  std::vector<net::address> rest;
  for (auto const& each : out.rows) rest.push_back(each.source);
  if (rest.empty()) return {};
  std::vector<std::string> conditions{in_wide_list(rest), internal::in_sensors(filter_),
                                      internal::going_on(filter_)};
  std::map<net::address, bool> has_event;
  KIZASHI_TRY(ask(fmt::format("select src, argMax(class, packets), argMax(scanner, packets), "
                              "groupBitOr(tools) from events final where {} group by src",
                              internal::all_of(conditions)),
                  [&](native_row const& row) {
                    auto const source = internal::narrowed(row.source(0));
                    auto* const to = tile_of(source);
                    if (to == nullptr) return;
                    has_event[source] = true;
                    to->traffic_class = row.narrow<std::uint8_t>(1);
                    to->scanner = row.narrow<std::uint16_t>(2);
                    to->tools = row.number(3);
                  }));
  std::erase_if(rest, [&](net::address const& each) { return has_event.contains(each); });
  return tag_by_tuples(rest);
}

auto tiling::tag_by_tuples(std::vector<net::address> const& of) -> status {
  for (auto const which : {family::ipv4, family::ipv6}) {
    auto const where = in_list(of, which);
    if (where.empty()) continue;
    KIZASHI_TRY(
        ask(fmt::format("select src, argMax(class, n), argMax(scanner, n), "
                        "groupBitOr(fingerprints) from (select src, class, scanner, "
                        "fingerprints, sum(packets) as n from ({}) group by src, class, "
                        "scanner, fingerprints) group by src",
                        internal::tuple_rows(filter_, which,
                                             "src, class, scanner, fingerprints, packets", where)),
            [&](native_row const& row) {
              auto* const to = tile_of(row.source(0));
              if (to == nullptr) return;
              to->traffic_class = row.narrow<std::uint8_t>(1);
              to->scanner = row.narrow<std::uint16_t>(2);
              to->tools = row.number(3);
            }));
  }
  return {};
}

}  // namespace

auto port_bands(std::size_t count) -> std::vector<port_band> {
  std::vector<port_band> out(std::begin(ranges), std::end(ranges));
  for (auto const port : well_known)
    if (out.size() < count) out.push_back({port, port});
  std::ranges::sort(out);
  return out;
}

auto behaviours_of(engine& in, packet_filter const& filter, tile_request const& wanted,
                   ask_settings const& ask) -> result<tiles> {
  KIZASHI_ASSERT(filter.from.is_known() && filter.to.is_known());
  tiles out;
  tiling of{in, filter, wanted, ask};
  of.choose_columns(out);
  KIZASHI_TRY(of.choose(out));
  KIZASHI_TRY(of.fill(out));
  KIZASHI_TRY(of.tag(out));
  return out;
}

// --- neighbours -------------------------------------------------------------------------------

namespace {

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
                  is_port, rows),
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
  std::vector<std::string> conditions{in_wide_list(of), internal::in_sensors(filter),
                                      internal::going_on(filter)};
  return internal::ask_rows(
      in,
      fmt::format("select src, argMax(class, packets), groupBitOr(tools) from events final where "
                  "{} group by src",
                  internal::all_of(conditions)),
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
  std::vector<std::string> conditions{
      internal::in_sensors(filter), internal::going_on(filter),
      internal::from_widened(filter.sources, "src"),
      fmt::format("class = {} and port in ({}) and tools = {}", mine.traffic_class,
                  fmt::join(ports, ","), mine.tools)};
  std::vector<net::address> out;
  KIZASHI_TRY(internal::ask_rows(
      in,
      fmt::format("select src from events final where {} group by src order by sum(packets) desc "
                  "limit 2000",
                  internal::all_of(conditions)),
      ask, [&](native_row const& row) { out.push_back(internal::narrowed(row.source(0))); }));
  return out;
}

}  // namespace

auto neighbours_of(engine& in, net::address who, packet_filter const& filter, std::size_t top,
                   ask_settings const& ask) -> result<std::vector<neighbour>> {
  auto const of = who.is_ipv6() ? family::ipv6 : family::ipv4;
  auto const with_ip = [](family each, std::string const& where) {
    return each == family::ipv4 ? fmt::format("{} and {}", where, has_ip_source) : where;
  };
  std::map<net::address, behaviour> all;
  KIZASHI_TRY(read_ports_of(in, filter, of, with_ip(of, in_list({who}, of)), ask, all));
  if (all.empty()) return std::vector<neighbour>{};
  KIZASHI_TRY(read_verdicts(in, filter, {who}, ask, all));
  auto const mine = all.begin()->second;
  auto const near = near_prefix(who);
  auto near_filter = internal::from_prefixes({near}, who.is_ipv6());
  KIZASHI_TRY(read_ports_of(in, filter, of, with_ip(of, near_filter), ask, all));
  KIZASHI_TRY(auto const elsewhere, candidates_of(in, filter, mine, ask));
  for (auto const each : {family::ipv4, family::ipv6})
    if (auto const which = in_list(elsewhere, each); !which.empty()) {
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
