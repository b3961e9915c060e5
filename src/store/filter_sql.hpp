// A filter (docs/filter.md) as conditions of SQL, one for each table: the same rows as the
// predicates of `filter` select.
//
//   KIZASHI_TRY(auto const wanted, bind_filter(engine, expression, filter::target::packets, {}));
//   fmt::format("select count() from packets where {}", wanted.condition(stored_table::packets));
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "kizashi/filter/expression.hpp"
#include "kizashi/filter/names.hpp"

namespace kizashi::store {

class engine;
struct ask_settings;

/// Kinds of tables whose columns are the same. IPv4 and IPv6 are apart where addresses are.
enum class stored_table : std::uint8_t {
  packets,
  packets6,
  tuples,
  tuples6,
  sources,   ///< source_hour and source_day; with `protocol` or `port` only the former
  sources6,  ///< source6_hour and source6_day
  ports,     ///< port_minute, port_hour, port_day
  places,    ///< place_hour, place_day
  tags,      ///< tag_hour, tag_day
  events,
  attacks,
};

/// What the numbers of a store stand for.
struct stored_numbers {
  filter::numbered_names sensors;
  filter::numbered_names scanners;
  filter::numbered_names fingerprints;
};

/// A filter whose names are a store's numbers. Immutable.
class stored_filter {
public:
  /// Fails on fields that `to` does not have or a store does not keep, and on names that it does
  /// not have.
  [[nodiscard]] static auto make(filter::expression of, filter::target to, stored_numbers numbers)
      -> result<stored_filter>;

  /// Whether a table has all columns that the filter asks about.
  [[nodiscard]] auto is_answered_by(stored_table table) const noexcept -> bool;
  /// "1" and "0" where it is the same for all rows, else a condition in brackets. The table must be
  /// one that answers.
  [[nodiscard]] auto condition(stored_table table) const -> std::string;
  [[nodiscard]] auto expression() const noexcept -> filter::expression const& { return of_; }
  /// Of "port P and REST": "dst.port P and REST", which rollups may answer, and what else it lets
  /// through, "src.port P and not dst.port P and REST". Nothing of other filters.
  [[nodiscard]] auto apart_by_port() const -> std::vector<stored_filter>;

private:
  stored_filter(filter::expression of, filter::target to, stored_numbers numbers)
      : of_{std::move(of)}, to_{to}, numbers_{std::move(numbers)} {}

  filter::expression of_;
  filter::target to_;
  stored_numbers numbers_;
};

/// `make` with what the store has.
[[nodiscard]] auto bind_filter(engine& in, filter::expression of, filter::target to,
                               ask_settings const& ask) -> result<stored_filter>;

}  // namespace kizashi::store
