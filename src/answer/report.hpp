// A report on a day, week, month, quarter or year: how much came, from where, to which ports, by
// which tools, and how that differs from the period before.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "kizashi/answer/statistics.hpp"

namespace kizashi::answer {

/// Times in UTC; weeks begin on Mondays (ISO 8601).
struct report_period {
  std::string kind;  ///< one of `period_names`
  std::string name;  ///< "2026", "2026-Q1", "2026-01", "2026-W03", "2026-01-15"
  timestamp from;
  timestamp to;
};
inline constexpr std::string_view period_names[] = {"day", "week", "month", "quarter", "year"};

/// The period of that kind that has `at`: "2026", "2026-01" or "2026-01-15". Fails on other texts.
[[nodiscard]] auto period_at(std::string_view kind, std::string_view at) -> result<report_period>;
[[nodiscard]] auto period_at(std::string_view kind, timestamp at) -> report_period;
/// The one that ends where `of` begins.
[[nodiscard]] auto period_before(report_period const& of) -> report_period;

/// Rows of a kind with what the period before had of the same keys.
struct report_list {
  store::group_by kind = store::group_by::port;
  store::statistics found;
  std::map<store::statistics_key, store::statistics_row> before;
};

struct report {
  report_period period;
  report_period earlier;
  store::statistics_totals totals;
  store::brief_totals before;
  bool has_before = false;
  /// Addresses in the blocks of 256 that IPv4 packets went to; 0: none.
  std::uint64_t addresses = 0;
  store::statistics days;
  std::vector<report_list> lists;
  std::uint64_t scanner_packets = 0;  ///< of known scanners
  /// That were going on in the period; nothing where the question is of some sources alone.
  std::optional<std::uint64_t> event_count;
  std::optional<std::uint64_t> attack_count;
};

/// Asks for everything of a report but the lists of single events and attacks. `question`: sensors
/// and filter; its times are set here.
[[nodiscard]] auto make_report(store::engine& in, asked question, report_period const& period)
    -> result<report>;

}  // namespace kizashi::answer
