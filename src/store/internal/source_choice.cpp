#include "kizashi/store/internal/source_choice.hpp"

#include <algorithm>
#include <optional>
#include <string>

#include <fmt/format.h>

#include "kizashi/store/internal/address_sql.hpp"
#include "kizashi/store/internal/ask_rows.hpp"
#include "kizashi/store/internal/source_counting.hpp"
#include "kizashi/store/internal/stored_rows.hpp"

namespace kizashi::store::internal {
namespace {

constexpr std::string_view port_of_service = "has_port = 1 and (protocol = 6 or protocol = 17)";
constexpr std::string_view service = "toUInt32(protocol) * 65536 + port";
/// The address 0.0.0.0 as a source: packets without IP, which have it too, are of none.
constexpr std::string_view is_zero_source = "src = 0 and protocol != 0";

auto larger_first(chosen_source const& a, chosen_source const& b) -> bool {
  return a.key != b.key ? a.key > b.key : a.source < b.source;
}

class choosing {
public:
  choosing(engine& in, packet_filter const& filter, tile_order order, std::size_t limit,
           ask_settings const& ask)
      : in_{in}, filter_{filter}, order_{order}, limit_{limit}, ask_{ask} {}

  [[nodiscard]] auto run() -> result<source_choice>;

private:
  using chosen = std::vector<chosen_source>;

  /// Of one family, 0.0.0.0 not among them: that one needs the protocols, which days do not have.
  [[nodiscard]] auto choose(family of, std::string const& where) -> result<chosen>;
  [[nodiscard]] auto choose_zero() -> result<std::optional<chosen_source>>;
  [[nodiscard]] auto busiest(family of, std::string const& where, std::size_t limit)
      -> result<chosen>;
  [[nodiscard]] auto widest(family of, std::string const& where) -> result<chosen>;
  [[nodiscard]] auto with_ports(family of, std::string const& where) -> result<chosen>;
  [[nodiscard]] auto newest(family of, std::string const& where) -> result<chosen>;
  [[nodiscard]] auto count(source_choice& out) -> status;

  [[nodiscard]] auto rows(family of, column_names const& columns, std::string const& where) const
      -> std::string {
    return source_rows(filter_, of, columns, where);
  }
  /// "src in (...)": not seen before the span by any of the sensors, whatever the filter says.
  [[nodiscard]] auto newcomers(family of) const -> std::string;
  /// A condition for each family that there is something to ask of.
  [[nodiscard]] auto condition_of(family of) const -> std::optional<std::string>;
  [[nodiscard]] auto has_zero() const -> bool {
    return filter_.sources.empty() ||
           std::ranges::any_of(filter_.sources, [](net::prefix const& each) {
             return each.contains(net::address{});
           });
  }
  [[nodiscard]] auto ask(std::string const& sql, chosen& to) -> status {
    return ask_rows(in_, sql, ask_, [&](native_row const& row) {
      to.push_back({row.source(0), row.number(1)});
    });
  }
  [[nodiscard]] auto ask_number(std::string const& sql) -> result<std::uint64_t> {
    std::uint64_t found = 0;
    KIZASHI_TRY(ask_rows(in_, sql, ask_, [&](native_row const& row) { found = row.number(0); }));
    return found;
  }

  engine& in_;
  packet_filter const& filter_;
  tile_order order_;
  std::size_t limit_;
  ask_settings const& ask_;
  packet_filter before_;    // of the span
  bool has_before_ = true;  // whether there is anything; of novelty alone
};

auto choosing::condition_of(family of) const -> std::optional<std::string> {
  std::string text = of == family::ipv4 ? "src != 0" : "1";
  if (filter_.sources.empty()) return text;
  auto const from = in_prefixes(filter_.sources, of == family::ipv6);
  if (from.empty()) return std::nullopt;
  return fmt::format("{} and {}", text, from);
}

auto choosing::newcomers(family of) const -> std::string {
  if (!has_before_) return "1";
  // Many threads group; one alone makes the set of a "not in".
  return fmt::format(
      "src in (select src from (select src, toUInt8(1) as is_new from ({}) union all select src, "
      "toUInt8(0) as is_new from ({})) group by src having min(is_new) = 1)",
      rows(of, {"src"}, "1"), source_rows(before_, of, {"src"}, {}));
}

auto choosing::busiest(family of, std::string const& where, std::size_t limit) -> result<chosen> {
  chosen out;
  KIZASHI_TRY(ask(fmt::format("select src, sum(packets) as k from ({}) group by src order by k "
                              "desc, src limit {}",
                              rows(of, {"src", "packets"}, where), limit),
                  out));
  return out;
}

auto choosing::with_ports(family of, std::string const& where) -> result<chosen> {
  chosen out;
  KIZASHI_TRY(ask(
      fmt::format("select src, uniqExactIf({}, {}) as k from ({}) group by src order by k desc, "
                  "src limit {}",
                  service, port_of_service,
                  rows(of, {"src", "protocol", "port", "has_port"}, where), limit_),
      out));
  return out;
}

/// A source has as many packets as ports, or more. So of those with most packets the ports are
/// counted; then of all that have as many packets as the last of them has ports.
auto choosing::widest(family of, std::string const& where) -> result<chosen> {
  constexpr std::size_t longer_by = 4;
  auto const most = longer_by * limit_;
  KIZASHI_TRY(auto const first, busiest(of, where, most + 1));
  if (first.size() < limit_) return with_ports(of, where);
  std::vector<net::address> sources;
  for (auto const& each : first) sources.push_back(each.source);
  KIZASHI_TRY(auto found, with_ports(of, in_addresses("src", sources)));
  auto const least = found.size() < limit_ ? 0 : found.back().key;
  // Those that were not looked at have fewer packets than ports are asked for.
  if (first.size() <= most || first.back().key < least) return found;
  if (least == 0) return with_ports(of, where);
  return with_ports(
      of, fmt::format("src in (select src from ({}) group by src having sum(packets) >= {})",
                      rows(of, {"src", "packets"}, where), least));
}

auto choosing::newest(family of, std::string const& where) -> result<chosen> {
  chosen out;
  KIZASHI_TRY(
      ask(fmt::format("select src, toUInt64(min(hour)) as k from ({}) group by src order by "
                      "k desc, src limit {}",
                      rows(of, {"src", "hour"}, fmt::format("{} and {}", where, newcomers(of))),
                      limit_),
          out));
  return out;
}

auto choosing::choose(family of, std::string const& where) -> result<chosen> {
  switch (order_) {
    case tile_order::volume:
      return busiest(of, where, limit_);
    case tile_order::spread:
      return widest(of, where);
    case tile_order::novelty:
      break;
  }
  return newest(of, where);
}

auto choosing::choose_zero() -> result<std::optional<chosen_source>> {
  std::optional<chosen_source> out;
  if (!has_zero()) return out;
  KIZASHI_TRY(ask_rows(
      in_,
      fmt::format("select count(), sum(packets), uniqExactIf({}, {}), min(hour) from ({})", service,
                  port_of_service,
                  rows(family::ipv4, {"hour", "src", "protocol", "port", "has_port", "packets"},
                       std::string{is_zero_source})),
      ask_, [&](native_row const& row) {
        if (row.number(0) > 0)
          out = chosen_source{{}, row.number(1 + static_cast<std::size_t>(order_))};
      }));
  if (!out || order_ != tile_order::novelty || !has_before_) return out;
  KIZASHI_TRY(auto const seen,
              ask_number(fmt::format("select count() from ({})",
                                     source_rows(before_, family::ipv4, {"src"}, "src = 0"))));
  if (seen > 0) out.reset();
  return out;
}

auto choosing::count(source_choice& out) -> status {
  bool const is_all = order_ != tile_order::novelty || !has_before_;
  if (is_all && filter_.sources.empty() &&
      origin_of(filter_, group_by::source) == row_origin::rollups) {
    count_options options;
    options.ask = ask_;
    KIZASHI_TRY(auto const brief, count_brief(in_, filter_, options));
    if (brief.sources > most_exact_total) {
      out.total = brief.sources;
      out.is_total_exact = false;
      return {};
    }
  }
  for (auto const of : {family::ipv4, family::ipv6}) {
    auto const where = condition_of(of);
    if (!where) continue;
    auto const which = is_all ? *where : fmt::format("{} and {}", *where, newcomers(of));
    KIZASHI_TRY(auto const found, ask_number(fmt::format("select uniqExact(src) from ({})",
                                                         rows(of, {"src"}, which))));
    out.total += found;
  }
  return {};
}

auto choosing::run() -> result<source_choice> {
  source_choice out;
  before_.sensors = filter_.sensors;
  before_.to = filter_.from;
  if (order_ == tile_order::novelty) {
    KIZASHI_TRY(auto const seen, ask_number(fmt::format(
                                     "select sumMerge(packets) from ({})",
                                     state_rows(before_, state_table::tag, {}, {"packets"}, {}))));
    has_before_ = seen > 0;
  }
  bool has_all = true;
  for (auto const of : {family::ipv4, family::ipv6}) {
    auto const where = condition_of(of);
    if (!where) continue;
    KIZASHI_TRY(auto const found, choose(of, *where));
    has_all = has_all && found.size() < limit_;
    out.sources.insert(out.sources.end(), found.begin(), found.end());
  }
  KIZASHI_TRY(auto const zero, choose_zero());
  // There are no more than were chosen, or they are counted by themselves.
  out.total = has_all ? out.sources.size() : 0;
  if (!has_all) KIZASHI_TRY(count(out));
  if (zero) {
    out.sources.push_back(*zero);
    if (out.is_total_exact) ++out.total;
  }
  std::ranges::stable_sort(out.sources, larger_first);
  if (out.sources.size() > limit_) out.sources.resize(limit_);
  return out;
}

}  // namespace

auto choose_sources(engine& in, packet_filter const& filter, tile_order order, std::size_t limit,
                    ask_settings const& ask) -> result<source_choice> {
  return choosing{in, filter, order, limit, ask}.run();
}

}  // namespace kizashi::store::internal
