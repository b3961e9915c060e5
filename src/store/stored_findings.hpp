// The findings of the engines that a store has, a page at a time and one alone.
//
//   KIZASHI_TRY(auto const first, list_findings(*store, {.least = finding_level::high}));
//   KIZASHI_TRY(auto const whole, find_finding(*store, first.rows[0].id, {}));
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "kizashi/base/error.hpp"
#include "kizashi/engine/finding.hpp"
#include "kizashi/net/address.hpp"
#include "kizashi/store/engine.hpp"
#include "kizashi/store/pages.hpp"

namespace kizashi::store {

/// What somebody may know of; empty: of everything.
struct finding_scope {
  /// Findings of these sensors, and joint ones of which all sensors are among them.
  std::vector<std::string> sensors;
  /// Findings in which a listed source is in one of them. Of others nothing is told: they are not
  /// among `sources` and not counted in `source_count`, and evidence, series and the reason, which
  /// are of all sources, are left out.
  std::vector<net::prefix> sources;
};

struct finding_request {
  timestamp from = timestamp::unknown();  ///< those that were going on in [from, to)
  timestamp to = timestamp::unknown();
  std::vector<std::string> engines = {};  ///< one of these; empty: any
  std::vector<std::string> kinds = {};    ///< likewise
  /// Likewise; joint findings that one of them has part in too.
  std::vector<std::string> sensors = {};
  kizashi::engine::finding_level least = kizashi::engine::finding_level::note;
  std::optional<kizashi::engine::service> at = {};  ///< about this service, perhaps among others
  std::optional<net::prefix> source = {};           ///< with a listed source in it
  finding_scope scope = {};
  std::size_t rows = 100;
  std::vector<std::uint64_t> after = {};  ///< `page::next` of the page before
  bool is_newest_first = true;
  /// The highest level first, then the most confidence, then joint ones; no shortages; and there is
  /// one page alone.
  bool is_strongest_first = false;
  ask_settings ask = {};
};

struct stored_finding {
  std::uint64_t id = 0;
  std::uint64_t number = 0;  ///< as `engine_finding_writer::add` got it
  kizashi::engine::finding found;
};

/// So many sources has a finding in a list, and no series.
inline constexpr std::size_t most_listed_sources = 20;

/// How many findings there are.
struct finding_tally {
  static constexpr auto levels =
      static_cast<std::size_t>(kizashi::engine::finding_level::critical) + 1;
  std::array<std::uint64_t, levels> by_level{};  ///< without shortages
  std::uint64_t shortages = 0;                   ///< that there was not enough data
  std::vector<std::string> engines;              ///< that told one or the other, ascending
};

/// By the begin, unless the strongest are to be first.
[[nodiscard]] auto list_findings(engine& in, finding_request const& asked)
    -> result<page<stored_finding>>;
/// Of those that `asked` is about, whatever their order and `rows`.
[[nodiscard]] auto tally_findings(engine& in, finding_request const& asked)
    -> result<finding_tally>;
/// One with everything. Nothing: it is not there, or the scope does not have it.
[[nodiscard]] auto find_finding(engine& in, std::uint64_t id, finding_scope const& scope,
                                ask_settings const& ask = {})
    -> result<std::optional<stored_finding>>;
/// A number for the next that is told: more than all that the store has.
[[nodiscard]] auto next_finding_number(engine& in, ask_settings const& ask = {})
    -> result<std::uint64_t>;

}  // namespace kizashi::store
