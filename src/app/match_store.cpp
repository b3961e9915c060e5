#include "kizashi/app/match_store.hpp"

#include <algorithm>
#include <span>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "kizashi/app/filter_option.hpp"
#include "kizashi/app/open_store.hpp"
#include "kizashi/app/store_question.hpp"
#include "kizashi/app/terminal.hpp"
#include "kizashi/match/coverage.hpp"
#include "kizashi/store/schema.hpp"
#include "kizashi/store/sketch/sketches.hpp"

namespace kizashi::app {
namespace {

/// As `kizashi stats` reads times, and seconds and their fractions besides.
auto parse_bound(std::string_view option, std::string const& text) -> result<timestamp> {
  if (text.empty()) return timestamp::unknown();
  auto const at = parse_time(text);
  if (at) return at;
  return fail(at.error().code,
              fmt::format("{} is \"{}\"; expected a day such as 2026-01-15 or a time such as "
                          "2026-01-15T09:00Z or 2026-01-15T09:00:00.5Z, from 1970 to 2261",
                          option, text));
}

template <class Values>
void sort_unique(Values& values) {
  std::sort(values.begin(), values.end());
  values.erase(std::unique(values.begin(), values.end()), values.end());
}

/// Gathers what of a list a store has.
class finder {
public:
  finder(list_query const& query, list_finds& to) : query_{query}, to_{to} {
    to_.ipv6.is_ipv6 = true;
  }

  void add_sources(std::span<std::uint32_t const> values) {
    auto const& matcher = query_.matcher;
    for (auto const value : values)
      if (matcher.is_near(net::ipv4{value}) && matcher.find(net::ipv4{value}) != 0)
        to_.ipv4.sources.emplace_back(net::ipv4{value});
  }
  void add_sources(std::span<net::ipv6 const> values) {
    for (auto const& each : values)
      if (query_.matcher.find(each) != 0) to_.ipv6.sources.emplace_back(each);
  }
  void add_destinations(net::address_range const& each) {
    auto& family = each.first.is_ipv6() ? to_.ipv6 : to_.ipv4;
    if (query_.matcher.touches(each)) family.destinations.push_back(each);
  }
  void add(store::sketched_addresses const& some) {
    auto const had4 = size_of(to_.ipv4), had6 = size_of(to_.ipv6);
    if (some.is_source) {
      add_sources(some.ipv4);
      add_sources(some.ipv6);
    } else {
      for (auto const block : some.ipv4)
        add_destinations({net::ipv4{block << 8}, net::ipv4{block << 8 | 255U}});
      for (auto const& each : some.ipv6) add_destinations({each, each});
    }
    if (size_of(to_.ipv4) > had4) to_.ipv4.days.push_back(some.day);
    if (size_of(to_.ipv6) > had6) to_.ipv6.days.push_back(some.day);
  }
  void finish() {
    for (auto* const family : {&to_.ipv4, &to_.ipv6}) {
      sort_unique(family->sources);
      sort_unique(family->destinations);
      sort_unique(family->days);
    }
  }

private:
  static auto size_of(store::wanted_packets const& of) -> std::size_t {
    return of.sources.size() + of.destinations.size();
  }

  list_query const& query_;
  list_finds& to_;
};

/// The same by questions to the engine.
auto find_in_tables(store::packet_search const& from, list_query const& query)
    -> result<list_finds> {
  list_finds found;
  finder to{query, found};
  match::coverage const covered{query.matcher.list()};
  for (auto const ranges : {covered.ipv4(), covered.ipv6()}) {
    if (query.where != match::side::destination)
      KIZASHI_TRY(from.sources(ranges, [&](store::packet_search::addresses const& some) {
        to.add_sources(some.ipv4);
        to.add_sources(some.ipv6);
      }));
    if (query.where != match::side::source)
      KIZASHI_TRY(from.destinations(
          ranges, [&](net::address_range const& each) { to.add_destinations(each); }));
  }
  to.finish();
  return found;
}

auto read_family(store::packet_search const& from, store::wanted_packets& wanted,
                 list_query const& query, match::match_counts& counts, match_output* output)
    -> status {
  match::matched_rows rows;
  net::frame_block const no_frames;
  wanted.is_to_count = output == nullptr;
  // Without destinations that match there is none in the answer.
  auto const where = wanted.destinations.empty() ? match::side::source : query.where;
  return from.read(wanted, [&](net::packet_batch const& batch) -> status {
    query.matcher.match(batch, where, rows);
    counts.add(batch, rows);
    return output == nullptr ? status{} : output->write(no_frames, batch, rows);
  });
}

}  // namespace

auto side_of(std::string const& text) -> match::side {
  if (text == "source") return match::side::source;
  return text == "destination" ? match::side::destination : match::side::either;
}

auto scope_of(store_choice const& choice) -> result<store::search_scope> {
  store::search_scope scope;
  scope.sensor = choice.sensor;
  KIZASHI_TRY(scope.from, parse_bound("--from", choice.from));
  KIZASHI_TRY(scope.to, parse_bound("--to", choice.to));
  if (scope.from.is_known() && scope.to.is_known() && scope.to <= scope.from)
    return fail(errc::out_of_range,
                fmt::format("--to {} is not after --from {}", choice.to, choice.from));
  return scope;
}

auto open_search(store_choice const& choice, std::string const& command)
    -> result<store::packet_search> {
  KIZASHI_TRY(auto scope, scope_of(choice));
  scope.wants_stop = is_stop_wanted;
  KIZASHI_TRY(auto opened, open_store_to_ask(choice.folder, command));
  if (!choice.filter.empty()) {
    KIZASHI_TRY(store::prepare_schema(*opened));
    KIZASHI_TRY(scope.where, stored_filter_of(*opened, choice.filter, {{}, is_stop_wanted}));
  }
  auto search = store::packet_search::open(std::move(opened), std::move(scope));
  if (search) return search;
  return fail(search.error().code, fmt::format("{}: {}", choice.folder, search.error().message));
}

auto find_in_sketches(std::filesystem::path const& folder, store::search_scope const& scope,
                      list_query const& query) -> result<std::optional<list_finds>> {
  list_finds found;
  finder to{query, found};
  store::sketch_question const asked{
      scope.sensor,
      scope.from,
      scope.to,
      query.where != match::side::destination,
      query.where != match::side::source,
      [&](net::address_range const& where) { return query.matcher.touches(where); }};
  KIZASHI_TRY(auto const knows,
              store::search_sketches(folder, asked, [&](auto const& some) { to.add(some); }));
  if (!knows) return std::optional<list_finds>{};
  to.finish();
  return std::optional{std::move(found)};
}

auto match_store(store::packet_search const& from, list_query const& query,
                 match::match_counts& counts, match_output* output) -> status {
  std::optional<list_finds> found;
  if (auto told = find_in_sketches(from.folder(), from.scope(), query)) found = std::move(*told);
  if (!found) {
    KIZASHI_TRY(found, find_in_tables(from, query));
  }
  KIZASHI_TRY(read_family(from, found->ipv4, query, counts, output));
  return read_family(from, found->ipv6, query, counts, output);
}

}  // namespace kizashi::app
