#include "kizashi/app/match_store.hpp"

#include <algorithm>
#include <span>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "kizashi/app/filter_option.hpp"
#include "kizashi/app/open_store.hpp"
#include "kizashi/app/terminal.hpp"
#include "kizashi/match/coverage.hpp"
#include "kizashi/store/schema.hpp"

namespace kizashi::app {
namespace {

auto parse_bound(std::string_view option, std::string const& text) -> result<timestamp> {
  if (text.empty()) return timestamp::unknown();
  constexpr std::size_t length_of_day = 10;  // 2026-01-15
  auto const at = timestamp::parse(text.size() == length_of_day ? text + "T00:00:00Z" : text);
  if (at) return at;
  return fail(at.error().code,
              fmt::format("{} is \"{}\"; expected a day such as 2026-01-15 or a time such as "
                          "2026-01-15T09:00:00Z, from 1970 to 2261",
                          option, text));
}

template <class Values>
void sort_unique(Values& values) {
  std::sort(values.begin(), values.end());
  values.erase(std::unique(values.begin(), values.end()), values.end());
}

/// One question after the other; everything is the same for both families.
class family_search {
public:
  family_search(store::packet_search const& from, match::address_matcher const& matcher,
                match::coverage const& covered, match::side where)
      : from_{from}, matcher_{matcher}, covered_{covered}, where_{where} {}

  /// What of the list the store has.
  auto find(bool is_ipv6) -> status {
    auto const ranges = is_ipv6 ? covered_.ipv6() : covered_.ipv4();
    wanted_ = {};
    wanted_.is_ipv6 = is_ipv6;
    if (where_ != match::side::destination) {
      KIZASHI_TRY(from_.sources(ranges, [&](store::packet_search::addresses const& some) {
        for (auto const value : some.ipv4) want(net::ipv4{value});
        for (auto const& each : some.ipv6) want(each);
      }));
      sort_unique(wanted_.sources);
    }
    if (where_ != match::side::source) {
      KIZASHI_TRY(from_.destinations(ranges, [&](net::address_range const& each) {
        if (covered_.touches(each)) wanted_.destinations.push_back(each);
      }));
      sort_unique(wanted_.destinations);
    }
    return {};
  }

  /// The packets.
  auto read(match::match_counts& counts, match_output* output) -> status {
    wanted_.is_to_count = output == nullptr;
    // Without destinations that match there is none in the answer.
    auto const where = wanted_.destinations.empty() ? match::side::source : where_;
    return from_.read(wanted_, [&](net::packet_batch const& batch) -> status {
      matcher_.match(batch, where, rows_);
      counts.add(batch, rows_);
      return output == nullptr ? status{} : output->write(no_frames_, batch, rows_);
    });
  }

private:
  void want(net::address source) {
    if (matcher_.find(source) != 0) wanted_.sources.push_back(source);
  }

  store::packet_search const& from_;
  match::address_matcher const& matcher_;
  match::coverage const& covered_;
  match::side where_;
  store::wanted_packets wanted_;
  match::matched_rows rows_;
  net::frame_block no_frames_;
};

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

auto match_store(store::packet_search const& from, match::address_matcher const& matcher,
                 match::side where, match::match_counts& counts, match_output* output) -> status {
  match::coverage const covered{matcher.list()};
  family_search search{from, matcher, covered, where};
  for (bool const is_ipv6 : {false, true}) {
    KIZASHI_TRY(search.find(is_ipv6));
    KIZASHI_TRY(search.read(counts, output));
  }
  return {};
}

}  // namespace kizashi::app
