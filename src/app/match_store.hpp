// The address filter on a store.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "kizashi/app/match_output.hpp"
#include "kizashi/match/address_matcher.hpp"
#include "kizashi/store/packet_search.hpp"

namespace kizashi::app {

/// Of "source", "destination" or "either".
[[nodiscard]] auto side_of(std::string const& text) -> match::side;

/// Part of a store, in a person's words.
struct store_choice {
  std::string folder;
  std::string sensor;  ///< empty: all
  std::string from;    ///< empty: from the begin; else RFC 3339 or a day in UTC
  std::string to;      ///< empty: to the end; else likewise, not itself included
  std::string filter;  ///< empty: all packets
};

/// Fails when `from` or `to` is no time, or `to` not after `from`.
[[nodiscard]] auto scope_of(store_choice const& choice) -> result<store::search_scope>;

/// Opens the store and looks whether it has what is asked for; see `open_store_to_ask`. Ctrl-C ends
/// its questions.
[[nodiscard]] auto open_search(store_choice const& choice, std::string const& command)
    -> result<store::packet_search>;

/// What is looked for, and where.
struct list_query {
  match::address_matcher const& matcher;
  match::side where;
};

/// What of a list a store has.
struct list_finds {
  store::wanted_packets ipv4;
  store::wanted_packets ipv6;
  [[nodiscard]] auto is_empty() const -> bool {
    return ipv4.sources.empty() && ipv4.destinations.empty() && ipv6.sources.empty() &&
           ipv6.destinations.empty();
  }
};

/// Asks the sketches of the store in `folder`, without its engine and while another process may own
/// it. None when they do not know; fails when they are damaged.
[[nodiscard]] auto find_in_sketches(std::filesystem::path const& folder,
                                    store::search_scope const& scope, list_query const& query)
    -> result<std::optional<list_finds>>;

/// Counts in `counts` what of `from` matches, and writes it to `output` when there is one: by
/// source and time, IPv4 before IPv6. Which addresses the store has is asked first, its sketches or
/// else its tables; packets are read when one of these matches.
[[nodiscard]] auto match_store(store::packet_search const& from, list_query const& query,
                               match::match_counts& counts, match_output* output) -> status;

}  // namespace kizashi::app
