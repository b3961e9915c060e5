// What a store's sketches say of addresses, without the engine and without owning the store: it may
// be written to meanwhile.
//
//   KIZASHI_TRY(auto const knows, search_sketches(folder, {.sources = true, ...}, [](auto const&
//   some) { ... })); if (!knows) ...  // ask the engine
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <span>
#include <string>

#include "kizashi/base/error.hpp"
#include "kizashi/base/time.hpp"
#include "kizashi/net/address_range.hpp"
#include "kizashi/store/sketch/sketch_index.hpp"

namespace kizashi::store {

struct sketch_question {
  std::string sensor;                     ///< empty: of all
  timestamp from = timestamp::unknown();  ///< known: not days that end before
  timestamp to = timestamp::unknown();    ///< known: not days that begin then or later
  bool sources = true;
  bool destinations = true;
  /// Whether an address of a range is asked for.
  std::function<bool(net::address_range const&)> touches;
};

/// Addresses of one day and kind, ascending. One of the spans has them.
struct sketched_addresses {
  sketch_day day = 0;
  bool is_source = false;
  std::span<std::uint32_t const> ipv4;  ///< sources; destinations by block: address / 256
  std::span<net::ipv6 const> ipv6;
};

/// Gives every address that is asked for and that a packet of the store has, perhaps several times,
/// and others. Day 0, of packets without a time, is always looked at. False: the sketches do not
/// know, because there are none, because one of a day is missing or because they do not know the
/// sensor; what was given then is of no use. Fails when what they have is damaged.
/// Memory: the sketch of a day.
[[nodiscard]] auto search_sketches(std::filesystem::path const& folder,
                                   sketch_question const& asked,
                                   std::function<void(sketched_addresses const&)> const& to)
    -> result<bool>;

/// What the sketches are; for `kizashi store info`.
struct sketch_totals {
  std::uint64_t days = 0;  ///< that have a sketch
  std::uint64_t missing = 0;
  std::uint64_t bytes = 0;
};
[[nodiscard]] auto take_sketch_totals(std::filesystem::path const& folder) -> result<sketch_totals>;

}  // namespace kizashi::store
