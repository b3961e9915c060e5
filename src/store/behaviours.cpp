#include "kizashi/store/behaviours.hpp"

#include <algorithm>
#include <map>
#include <string>
#include <unordered_map>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "kizashi/store/internal/ask_rows.hpp"
#include "kizashi/store/internal/page_sql.hpp"
#include "kizashi/store/internal/source_choice.hpp"
#include "kizashi/store/internal/stored_rows.hpp"

namespace kizashi::store {
namespace {

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

/// Where a stretch of ports begins that lies in one band, ascending from 0 on.
auto edges_of(std::vector<port_band> const& bands) -> std::vector<std::uint32_t> {
  std::vector<std::uint32_t> out{0};
  for (auto const& [low, high] : bands) {
    out.push_back(low);
    if (high < 65535) out.push_back(high + 1U);
  }
  std::ranges::sort(out);
  out.erase(std::unique(out.begin(), out.end()), out.end());
  return out;
}

/// The narrowest band that has the port, single ports before ranges; from 1 on, 0: none.
auto band_of(std::vector<port_band> const& bands, std::uint32_t port) -> std::size_t {
  for (bool const is_single : {true, false})
    for (std::size_t i = 0; i < bands.size(); ++i) {
      auto const [low, high] = bands[i];
      if ((low == high) == is_single && port >= low && port <= high) return i + 1;
    }
  return 0;
}

/// Rows of the question are grouped by the stretch of ports in which they are, in 16 bits.
struct port_stretches {
  std::vector<std::uint32_t> edges;  ///< where each begins
  std::uint32_t none = 0;            ///< stands for packets without a port: no edge
  std::vector<std::size_t> bands;    ///< of each number that the question may answer

  explicit port_stretches(std::vector<port_band> const& of)
      : edges{edges_of(of)}, none{65535}, bands(65536, 0) {
    while (std::ranges::binary_search(edges, none)) --none;
    for (auto const each : edges) bands[each] = band_of(of, each);
  }
  [[nodiscard]] auto sql() const -> std::string {
    return fmt::format("if({}, toUInt16(roundDown(port, [{}])), toUInt16({}))", is_port,
                       fmt::join(edges, ","), none);
  }
};

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
  template <class Use>
  [[nodiscard]] auto ask(std::string const& sql, Use use) -> status {
    return internal::ask_rows(in_, sql, ask_, use);
  }
  [[nodiscard]] auto fill_cells(tiles const& out, std::string_view time, std::string const& rows)
      -> status;
  [[nodiscard]] auto count_ports(std::string const& rows) -> status;
  [[nodiscard]] auto tag_by_tuples(std::vector<net::address> const& of) -> status;
  [[nodiscard]] auto tile_of(net::address source) -> tile* {
    auto const found = by_source_.find(source);
    return found == by_source_.end() ? nullptr : found->second;
  }

  engine& in_;
  packet_filter const& filter_;
  tile_request const& wanted_;
  ask_settings const& ask_;
  port_stretches stretches_{wanted_.bands};
  bool has_hours_ = false;
  std::unordered_map<net::address, tile*, internal::address_hash> by_source_;
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

auto tiling::choose(tiles& out) -> status {
  KIZASHI_TRY(auto const chosen,
              internal::choose_sources(in_, filter_, wanted_.order, wanted_.limit, ask_));
  out.total = chosen.total;
  out.is_total_exact = chosen.is_total_exact;
  for (auto const& each : chosen.sources) {
    auto& made = out.rows.emplace_back();
    made.source = each.source;
    made.cells.resize((wanted_.bands.size() + 1) * out.columns);
    if (wanted_.order == tile_order::spread) made.ports = each.key;
  }
  for (auto& each : out.rows) by_source_[each.source] = &each;
  return {};
}

auto tiling::fill(tiles& out) -> status {
  std::vector<net::address> chosen;
  for (auto const& each : out.rows) chosen.push_back(each.source);
  auto const time = has_hours_ ? std::string_view{"hour"} : std::string_view{"minute"};
  for (auto const of : {family::ipv4, family::ipv6}) {
    auto const which = internal::in_family(chosen, of);
    if (which.empty()) continue;
    auto const where = of == family::ipv4 ? fmt::format("{} and {}", which, has_ip_source) : which;
    auto const rows = internal::source_rows(
        filter_, of, {time, "src", "protocol", "port", "has_port", "country", "asn", "packets"},
        where);
    KIZASHI_TRY(fill_cells(out, time, rows));
    if (wanted_.order != tile_order::spread) KIZASHI_TRY(count_ports(rows));
  }
  return {};
}

auto tiling::fill_cells(tiles const& out, std::string_view time, std::string const& rows)
    -> status {
  return ask(
      fmt::format("select src, toUInt16(intDiv({0} - {1}, {2})) as bin, {3} as stretch, "
                  "sum(packets), min({0}), max({0}), any(country), any(asn) from ({4}) group by "
                  "src, bin, stretch",
                  time, seconds_in(out.begin), out.width / std::chrono::seconds{1},
                  stretches_.sql(), rows),
      [&](native_row const& row) {
        auto* const to = tile_of(row.source(0));
        if (to == nullptr || row.number(1) >= out.columns) return;
        auto const band = stretches_.bands[row.narrow<std::uint16_t>(2)];
        to->cells[band * out.columns + static_cast<std::size_t>(row.number(1))] += row.number(3);
        auto const first = time_at(row.number(4)), last = time_at(row.number(5));
        bool const is_new = to->packets == 0;
        if (is_new || first < to->first) to->first = first;
        if (is_new || last > to->last) to->last = last;
        to->packets += row.number(3);
        to->country = row.country(6);
        to->asn = recognise::asn{row.narrow<std::uint32_t>(7)};
      });
}

auto tiling::count_ports(std::string const& rows) -> status {
  return ask(fmt::format("select src, uniqExactIf(toUInt32(protocol) * 65536 + port, {}) from ({}) "
                         "group by src",
                         is_port, rows),
             [&](native_row const& row) {
               if (auto* const to = tile_of(row.source(0))) to->ports = row.number(1);
             });
}

auto tiling::tag(tiles& out) -> status {
  std::vector<net::address> rest;
  for (auto const& each : out.rows) rest.push_back(each.source);
  if (rest.empty()) return {};
  auto const events = internal::events_going_on(filter_, "src, class, scanner, tools, packets",
                                                internal::in_widened(rest));
  std::map<net::address, bool> has_event;
  KIZASHI_TRY(
      ask(fmt::format("select src, argMax(bitShiftLeft(toUInt32(class), 16) + scanner, packets), "
                      "groupBitOr(tools) from ({}) group by src",
                      events),
          [&](native_row const& row) {
            auto const source = internal::narrowed(row.source(0));
            auto* const to = tile_of(source);
            if (to == nullptr) return;
            has_event[source] = true;
            to->traffic_class = static_cast<std::uint8_t>(row.number(1) >> 16);
            to->scanner = static_cast<std::uint16_t>(row.number(1));
            to->tools = row.number(2);
          }));
  std::erase_if(rest, [&](net::address const& each) { return has_event.contains(each); });
  return tag_by_tuples(rest);
}

auto tiling::tag_by_tuples(std::vector<net::address> const& of) -> status {
  for (auto const which : {family::ipv4, family::ipv6}) {
    auto const where = internal::in_family(of, which);
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

}  // namespace kizashi::store
