#include "kizashi/store/filter_sql.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "kizashi/store/internal/filter_terms.hpp"
#include "kizashi/store/statistics.hpp"

namespace kizashi::store {
namespace {

using filter::bit;
using filter::field;
using form = filter::expression::form;

constexpr auto port_fields =
    bit(field::destination_port) | bit(field::protocol) | bit(field::sensor);
constexpr auto place_fields = bit(field::country) | bit(field::as) | bit(field::sensor);
constexpr auto tag_fields = bit(field::type) | bit(field::traffic_class) | bit(field::tool) |
                            bit(field::fingerprint) | bit(field::scanner) | bit(field::sensor);
constexpr auto source_fields =
    port_fields | place_fields | bit(field::source) | bit(field::ip_version);
constexpr auto tuple_fields = source_fields | bit(field::destination) | bit(field::ip) |
                              bit(field::port) | bit(field::source_port) | bit(field::icmp_type) |
                              bit(field::icmp_code) | bit(field::tcp_flags) | bit(field::flag) |
                              bit(field::ttl) | bit(field::ip_length) | bit(field::tcp_window) |
                              bit(field::attribute) | bit(field::type) | bit(field::traffic_class) |
                              bit(field::tool) | bit(field::fingerprint) | bit(field::scanner);

/// What a table has of packets.
auto fields_in(stored_table table) -> std::uint64_t {
  switch (table) {
    case stored_table::ports:
      return port_fields;
    case stored_table::places:
      return place_fields;
    case stored_table::tags:
      return tag_fields;
    case stored_table::sources:
    case stored_table::sources6:
      return source_fields;
    case stored_table::tuples:
    case stored_table::tuples6:
      return tuple_fields;
    default:
      return ~std::uint64_t{0};
  }
}

template <class Use>
auto try_terms(filter::expression const& of, Use&& use) -> status {
  if (of.is == form::term) return use(of.term);
  for (auto const& each : of.children) KIZASHI_TRY(try_terms(each, use));
  return {};
}

auto names_for(field of, stored_numbers const& numbers) -> filter::numbered_names const& {
  if (of == field::sensor) return numbers.sensors;
  return of == field::scanner ? numbers.scanners : numbers.fingerprints;
}

auto has_names(field of) -> bool {
  auto const kind = filter::info_of(of).kind;
  return kind == filter::value_kind::text || kind == filter::value_kind::text_set;
}

}  // namespace

auto stored_filter::make(filter::expression of, filter::target to, stored_numbers numbers)
    -> result<stored_filter> {
  KIZASHI_TRY(filter::check(of, to));
  KIZASHI_TRY(try_terms(of, [&](filter::comparison const& term) -> status {
    bool const is_place = term.of == field::country || term.of == field::as;
    if (to != filter::target::packets && is_place)
      return filter::fail_at(term.at, errc::unsupported,
                             fmt::format("a store keeps no {} with its {}",
                                         filter::info_of(term.of).name, name_of(to)));
    if (has_names(term.of)) KIZASHI_TRY(filter::numbers_of(term, names_for(term.of, numbers)));
    return {};
  }));
  return stored_filter{std::move(of), to, std::move(numbers)};
}

auto stored_filter::is_answered_by(stored_table table) const noexcept -> bool {
  bool const is_of_packets = table != stored_table::events && table != stored_table::attacks;
  if (is_of_packets != (to_ == filter::target::packets)) return false;
  return (filter::fields_of(of_) & ~fields_in(table)) == 0;
}

auto stored_filter::condition(stored_table table) const -> std::string {
  KIZASHI_ASSERT(is_answered_by(table));
  auto const of = [&](auto const& self, filter::expression const& each) -> std::string {
    if (each.is == form::term) {
      auto const text = to_ == filter::target::packets
                            ? internal::packet_term(each.term, table, numbers_)
                            : internal::event_term(each.term, table, numbers_);
      return each.term.is_negated ? internal::sql_not(text) : text;
    }
    if (each.is == form::negation) return internal::sql_not(self(self, each.children.front()));
    bool const is_all = each.is == form::all;
    std::string text = is_all ? "1" : "0";
    for (auto const& child : each.children) {
      auto const more = self(self, child);
      text = is_all ? internal::sql_and(text, more) : internal::sql_or(text, more);
    }
    return text.size() == 1 ? text : fmt::format("({})", text);
  };
  return of(of, of_);
}

auto stored_filter::apart_by_port() const -> std::vector<stored_filter> {
  auto const is_port = [](filter::expression const& each) {
    return each.is == form::term && each.term.of == field::port && !each.term.is_negated;
  };
  auto parts = of_.is == form::all ? of_.children : std::vector{of_};
  auto const found = std::ranges::find_if(parts, is_port);
  if (to_ != filter::target::packets || found == parts.end()) return {};
  auto to = *found, from = *found;
  parts.erase(found);
  to.term.of = field::destination_port;
  from.term.of = field::source_port;
  auto const with_rest = [&](std::vector<filter::expression> more) {
    more.insert(more.end(), parts.begin(), parts.end());
    return stored_filter{filter::all_of(std::move(more)), to_, numbers_};
  };
  auto elsewhere = to;
  elsewhere.term.is_negated = true;
  return {with_rest({to}), with_rest({from, elsewhere})};
}

auto bind_filter(engine& in, filter::expression of, filter::target to, ask_settings const& ask)
    -> result<stored_filter> {
  auto const asked = filter::fields_of(of);
  stored_numbers numbers;
  if ((asked & bit(field::sensor)) != 0) {
    KIZASHI_TRY(numbers.sensors, stored_names(in, "sensor", ask));
  }
  if ((asked & bit(field::scanner)) != 0) {
    KIZASHI_TRY(numbers.scanners, stored_names(in, "scanner", ask));
  }
  if ((asked & (bit(field::tool) | bit(field::fingerprint))) != 0) {
    KIZASHI_TRY(numbers.fingerprints, stored_names(in, "fingerprint", ask));
  }
  return stored_filter::make(std::move(of), to, std::move(numbers));
}

}  // namespace kizashi::store
