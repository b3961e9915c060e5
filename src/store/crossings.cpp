#include "kizashi/store/crossings.hpp"

#include <algorithm>
#include <bit>
#include <map>
#include <optional>
#include <string>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "kizashi/store/internal/ask_rows.hpp"
#include "kizashi/store/internal/source_counting.hpp"
#include "kizashi/store/internal/stored_rows.hpp"

namespace kizashi::store {
namespace {

using internal::family;
using internal::native_row;

auto cross_seconds(timestamp time) -> std::uint64_t {
  return static_cast<std::uint64_t>(time.nanoseconds()) / 1'000'000'000;
}

auto is_of_names(axis of) -> bool {
  return of == axis::country || of == axis::as || of == axis::protocol ||
         of == axis::traffic_class || of == axis::tool;
}

/// Whether rows by source and hour have it.
auto is_rolled(axis of) -> bool {
  return of == axis::source || of == axis::port || of == axis::country || of == axis::as ||
         of == axis::protocol;
}

/// One axis: the bin of a row as a number, and what such numbers mean. The numbers are as narrow as
/// they can be: tens of millions of rows are grouped by them.
struct scale {
  axis of = axis::source;
  std::string ipv4 = {};  ///< expression of SQL
  std::string ipv6 = {};
  std::uint64_t begin = 0;  ///< of ranges: value of the first
  std::uint64_t width = 1;
  std::uint64_t count = 0;

  /// Raw numbers of bins that are no ranges, behind those that are.
  [[nodiscard]] auto none() const -> std::uint64_t { return count; }
  [[nodiscard]] auto ipv6_addresses() const -> std::uint64_t { return count + 1; }
};

auto narrow_number(std::string const& text) -> std::string {
  return fmt::format("toUInt16({})", text);
}

class crossing_tables {
public:
  crossing_tables(engine& in, packet_filter const& filter, crossing_request const& wanted,
                  ask_settings const& ask)
      : in_{in}, filter_{filter}, wanted_{wanted}, ask_{ask} {}

  [[nodiscard]] auto run() -> result<crossings>;

private:
  using raw_pair = std::pair<std::uint64_t, std::uint64_t>;
  using raw_cells = std::map<raw_pair, std::uint64_t>;

  [[nodiscard]] auto scale_of(axis of) -> result<scale>;
  [[nodiscard]] auto times() const -> scale;
  [[nodiscard]] auto destinations() -> result<scale>;
  [[nodiscard]] auto ranges(axis of, std::string_view column, std::uint64_t begin,
                            std::uint64_t end, bool has_beyond = false) const -> scale;
  [[nodiscard]] auto cells_of(scale const& left, scale const& right) -> result<raw_cells>;
  [[nodiscard]] auto rows_of(family of, bool is_rolled_up) const -> std::optional<std::string>;
  /// Bins of an axis from what was seen of it, and which raw number is which bin.
  void make_bins(scale const& of, std::map<std::uint64_t, std::uint64_t> const& seen,
                 std::vector<axis_bin>& bins, std::map<std::uint64_t, std::uint32_t>& places) const;

  engine& in_;
  packet_filter const& filter_;
  crossing_request const& wanted_;
  ask_settings const& ask_;
  std::uint64_t one_of_ = 1;
};

/// `has_beyond`: there are values outside, which belong to the first and the last.
auto crossing_tables::ranges(axis of, std::string_view column, std::uint64_t begin,
                             std::uint64_t end, bool has_beyond) const -> scale {
  scale out{.of = of};
  auto const width = std::max<std::uint64_t>(1, (end - begin + wanted_.bins - 1) / wanted_.bins);
  out.begin = begin;
  out.width = width;
  out.count = (end - begin + width - 1) / width;
  out.ipv4 = narrow_number(
      has_beyond ? fmt::format("least(intDiv(greatest(toUInt64({0}), {1}) - {1}, {2}), {3})",
                               column, begin, width, out.count - 1)
                 : fmt::format("intDiv({}, {})", column, width));
  out.ipv6 = out.ipv4;
  return out;
}

auto crossing_tables::scale_of(axis of) -> result<scale> {
  constexpr std::string_view has_port = "has_port = 1 and (protocol = 6 or protocol = 17)";
  auto const guarded = [&](scale is) {
    is.ipv4 = fmt::format("if({}, {}, {})", has_port, is.ipv4,
                          narrow_number(fmt::format("{}", is.none())));
    is.ipv6 = is.ipv4;
    return is;
  };
  auto const named = [&](std::string const& text) {
    return scale{.of = of, .ipv4 = text, .ipv6 = text};
  };
  switch (of) {
    case axis::source: {
      auto is = ranges(of, "src", 0, std::uint64_t{1} << 32);
      is.ipv6 = narrow_number(fmt::format("{}", is.ipv6_addresses()));
      return is;
    }
    case axis::source_port:
      return guarded(ranges(of, "src_port", 0, 65536));
    case axis::port:
      return guarded(ranges(of, "dst_port", 0, 65536));
    case axis::country:
      return named("reinterpretAsUInt16(country)");
    case axis::protocol:
      return named("protocol");
    case axis::traffic_class:
      return named("class");
    case axis::tool:
      return named("fingerprints");
    case axis::as: {
      // There are too many to bring them all together: those with most packets.
      count_options options;
      options.top = wanted_.bins;
      options.ask = ask_;
      KIZASHI_TRY(auto const top, count_by(in_, filter_, group_by::as, options));
      std::vector<std::uint32_t> numbers{0};
      for (auto const& row : top.rows) numbers.push_back(row.key.asn.number());
      return named(fmt::format("if(asn in ({}), asn, 4294967295)", fmt::join(numbers, ",")));
    }
    case axis::ttl:
      return ranges(of, "ttl", 0, 256);
    case axis::length:
      return ranges(of, "ip_length", 0, 1536, true);
    case axis::time:
      return times();
    case axis::destination:
      break;
  }
  return destinations();
}

auto crossing_tables::times() const -> scale {
  auto const from = cross_seconds(filter_.from), to = cross_seconds(filter_.to);
  auto is = ranges(axis::time, "minute", from, to);
  is.width = (is.width + 59) / 60 * 60;
  is.count = (to - from + is.width - 1) / is.width;
  is.ipv4 = narrow_number(fmt::format("intDiv(toUInt32(minute - {}), {})", from, is.width));
  is.ipv6 = is.ipv4;
  return is;
}

auto crossing_tables::destinations() -> result<scale> {
  std::uint64_t low = 0, high = 0;
  KIZASHI_TRY(internal::ask_rows(in_, "select min(block), max(block), count() from destination_day",
                                 ask_, [&](native_row const& row) {
                                   if (row.number(2) == 0) return;
                                   low = row.number(0) * 256;
                                   high = row.number(1) * 256 + 256;
                                 }));
  auto is = ranges(axis::destination, "dst", low, std::max(high, low + 1), true);
  is.ipv6 = narrow_number(fmt::format("{}", is.ipv6_addresses()));
  return is;
}

auto crossing_tables::rows_of(family of, bool is_rolled_up) const -> std::optional<std::string> {
  auto where =
      of == family::ipv4 ? std::string{"not (src = 0 and protocol = 0)"} : std::string{"1"};
  if (!filter_.sources.empty()) {
    auto const from = internal::from_prefixes(filter_.sources, of == family::ipv6);
    if (from.empty()) return std::nullopt;
    where += fmt::format(" and {}", from);
  }
  if (one_of_ > 1) where += fmt::format(" and cityHash64(src) % {} = 0", one_of_);
  if (is_rolled_up)
    return fmt::format(
        "select src, protocol, port as dst_port, has_port, country, asn, packets from ({})",
        internal::source_rows(filter_, of,
                              {"src", "protocol", "port", "has_port", "country", "asn", "packets"},
                              where));
  return internal::tuple_rows(filter_, of,
                              "minute, src, dst, src_port, dst_port, protocol, ttl, ip_length, "
                              "toUInt8(bitAnd(attributes, 128) != 0) as has_port, class, "
                              "fingerprints, country, asn, packets",
                              where);
}

/// A packet with several fingerprints is of the first; the first letter of a country comes first.
auto raw_of(scale const& is, std::uint64_t number) -> std::uint64_t {
  if (is.of == axis::country) return (number & 0xFF) << 8 | number >> 8;
  if (is.of != axis::tool || number == 0) return number;
  return static_cast<std::uint64_t>(std::countr_zero(number)) + 1;
}

auto crossing_tables::cells_of(scale const& left, scale const& right) -> result<raw_cells> {
  raw_cells out;
  bool const is_rolled_up = is_rolled(left.of) && is_rolled(right.of);
  for (auto const of : {family::ipv4, family::ipv6}) {
    auto const rows = rows_of(of, is_rolled_up);
    if (!rows) continue;
    bool const is_six = of == family::ipv6;
    KIZASHI_TRY(internal::ask_rows(
        in_,
        fmt::format("select {} as l, {} as r, sum(packets) from ({}) group by l, r",
                    is_six ? left.ipv6 : left.ipv4, is_six ? right.ipv6 : right.ipv4, *rows),
        ask_, [&](native_row const& row) {
          out[{raw_of(left, row.number(0)), raw_of(right, row.number(1))}] += row.number(2);
        }));
  }
  return out;
}

void crossing_tables::make_bins(scale const& of, std::map<std::uint64_t, std::uint64_t> const& seen,
                                std::vector<axis_bin>& bins,
                                std::map<std::uint64_t, std::uint32_t>& places) const {
  using kind = axis_bin::kind;
  auto const place = [&](std::uint64_t raw, axis_bin bin) {
    places[raw] = static_cast<std::uint32_t>(bins.size());
    bins.push_back(bin);
  };
  if (!is_of_names(of.of)) {
    for (std::uint64_t i = 0; i < of.count; ++i)
      place(i, {kind::range, of.begin + i * of.width, of.begin + (i + 1) * of.width - 1});
    if (seen.contains(of.none())) place(of.none(), {kind::none});
    if (seen.contains(of.ipv6_addresses())) place(of.ipv6_addresses(), {kind::ipv6});
    return;
  }
  constexpr std::uint64_t other_system = 0xFFFF'FFFF;
  std::vector<std::pair<std::uint64_t, std::uint64_t>> by_packets;
  for (auto const& [raw, packets] : seen)
    if (of.of != axis::as || raw != other_system) by_packets.emplace_back(packets, raw);
  std::ranges::sort(by_packets, std::greater{});
  if (by_packets.size() > wanted_.bins) by_packets.resize(wanted_.bins);
  for (auto const& [packets, raw] : by_packets) place(raw, {kind::value, raw, raw});
  if (by_packets.size() == seen.size()) return;
  auto const other = static_cast<std::uint32_t>(bins.size());
  bins.push_back({kind::other});
  for (auto const& [raw, packets] : seen) places.try_emplace(raw, other);
}

auto crossing_tables::run() -> result<crossings> {
  crossings out;
  count_options options;
  options.ask = ask_;
  KIZASHI_TRY(auto const all, count_brief(in_, filter_, options));
  one_of_ = std::max<std::uint64_t>(1, (all.packets + most_crossed - 1) / most_crossed);
  out.one_of = one_of_;
  std::vector<scale> scales;
  for (auto const each : wanted_.axes) {
    KIZASHI_TRY(auto made, scale_of(each));
    scales.push_back(std::move(made));
  }
  std::vector<raw_cells> cells;
  std::vector<std::map<std::uint64_t, std::uint64_t>> seen(scales.size());
  for (std::size_t i = 0; i + 1 < scales.size(); ++i) {
    KIZASHI_TRY(auto found, cells_of(scales[i], scales[i + 1]));
    for (auto const& [pair, packets] : found) {
      if (i == 0) seen[0][pair.first] += packets;
      seen[i + 1][pair.second] += packets;
      if (i == 0) out.packets += packets;
    }
    cells.push_back(std::move(found));
  }
  std::vector<std::map<std::uint64_t, std::uint32_t>> places(scales.size());
  out.axes.resize(scales.size());
  for (std::size_t i = 0; i < scales.size(); ++i)
    make_bins(scales[i], seen[i], out.axes[i], places[i]);
  for (std::size_t i = 0; i < cells.size(); ++i) {
    std::map<std::pair<std::uint32_t, std::uint32_t>, std::uint64_t> sums;
    for (auto const& [pair, packets] : cells[i]) {
      auto const left = places[i].find(pair.first), right = places[i + 1].find(pair.second);
      if (left == places[i].end() || right == places[i + 1].end()) continue;
      sums[{left->second, right->second}] += packets;
    }
    auto& to = out.pairs.emplace_back();
    for (auto const& [pair, packets] : sums) to.push_back({pair.first, pair.second, packets});
  }
  return out;
}

}  // namespace

auto crossings_of(engine& in, packet_filter const& filter, crossing_request const& wanted,
                  ask_settings const& ask) -> result<crossings> {
  KIZASHI_ASSERT(filter.from.is_known() && filter.to.is_known() && wanted.axes.size() > 1);
  return crossing_tables{in, filter, wanted, ask}.run();
}

}  // namespace kizashi::store
