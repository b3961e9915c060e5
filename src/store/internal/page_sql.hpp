// Pieces of the questions of `pages.hpp`.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "kizashi/store/internal/ask_rows.hpp"
#include "kizashi/store/pages.hpp"

namespace kizashi::store::internal {

/// A column of a key: its name, and how many words of 64 bits a cursor has of it (2: 16 bytes).
struct key_column {
  std::string_view name;
  unsigned words = 1;
};

/// "(first, src) < (17, toFixedString(...))": what is behind `after`, whose words are those of
/// `key`. Fails when they are not as many.
[[nodiscard]] auto behind(std::span<key_column const> key, std::span<std::uint64_t const> after,
                          bool is_newest_first) -> result<std::string>;
/// "first desc, src desc".
[[nodiscard]] auto order_of(std::span<key_column const> key, bool is_newest_first) -> std::string;

/// A list that is in the order of time goes from one end of it to the other in steps, each four
/// times as long as the one before: most pages are full after the first, which needs one day's
/// parts of a table. All steps together are the whole, in the order of the list, and have nothing
/// in common.
class time_steps {
public:
  /// `from`, `to`: in units of the column, `to` not included; `first`: the length of the first.
  time_steps(std::uint64_t from, std::uint64_t to, std::uint64_t first, bool is_newest_first)
      : from_{from}, to_{to}, width_{first}, is_newest_first_{is_newest_first} {}
  /// Those of `column` of all rows that a page can have, an hour first. `least`: the first value
  /// that matters; 0: any. `unit`: of the column, in microseconds.
  [[nodiscard]] static auto of(engine& in, page_request const& asked,
                               std::vector<std::string_view> const& tables, std::string_view column,
                               std::uint64_t least, std::uint64_t unit = 1) -> result<time_steps>;

  struct step {
    std::uint64_t from = 0;
    std::uint64_t to = 0;  ///< not included
  };
  /// The next one; nothing: that was all.
  [[nodiscard]] auto next() -> std::optional<step>;

private:
  std::uint64_t from_;
  std::uint64_t to_;
  std::uint64_t width_;
  bool is_newest_first_;
};

/// IPv4 as ::ffff:a.b.c.d, as `events` and `attacks` have addresses, and back (RFC 4291).
[[nodiscard]] auto widened(net::address a) -> net::address;
[[nodiscard]] auto narrowed(net::address a) -> net::address;
/// "(src >= ... and src <= ... or ...)" for such a column; empty without sources.
[[nodiscard]] auto from_widened(std::vector<net::prefix> const& sources, std::string_view column)
    -> std::string;

/// "src in (select ...)" for such a column: one address or more.
[[nodiscard]] auto in_widened(std::vector<net::address> all) -> std::string;

/// The conditions that are not empty, each in brackets, with "and" between; "1" of none.
[[nodiscard]] auto all_of(std::vector<std::string> const& conditions) -> std::string;
[[nodiscard]] auto in_sensors(packet_filter const& filter) -> std::string;
[[nodiscard]] auto going_on(packet_filter const& filter) -> std::string;

/// "select COLUMNS from ...": scan events that were going on within the filter's time, of its
/// sensors, for which `conditions` hold. `sources`: a condition on `src` alone; empty: all. Days
/// before the one that precedes the filter's are not merged to find the few events that went on so
/// long.
[[nodiscard]] auto events_going_on(packet_filter const& filter, std::string_view columns,
                                   std::string const& sources,
                                   std::vector<std::string> conditions = {}) -> std::string;

/// Microseconds since 1970 as a time; 0: not known.
[[nodiscard]] auto time_of_microseconds(std::uint64_t microseconds) -> timestamp;
[[nodiscard]] auto microseconds_of(timestamp time) -> std::uint64_t;

}  // namespace kizashi::store::internal
