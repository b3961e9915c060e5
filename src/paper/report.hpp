// A report on a day, week, month, quarter or year: how much came, from where, to which ports, by
// which tools, and how that differs from the period before.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "kizashi/answer/statistics.hpp"

namespace kizashi::paper {

/// Times in UTC; weeks begin on Mondays (ISO 8601).
struct report_period {
  std::string kind;  ///< one of `period_names`
  std::string name;  ///< "2026", "2026-Q1", "2026-01", "2026-W03", "2026-01-15"
  timestamp from;
  timestamp to;
};
inline constexpr std::string_view period_names[] = {"day", "week", "month", "quarter", "year"};

/// The period of that kind that has the begin of `at`: "2026", "2026-Q1", "2026-01", "2026-W03" or
/// "2026-01-15". Fails on other texts.
[[nodiscard]] auto period_at(std::string_view kind, std::string_view at) -> result<report_period>;
/// The kind that such a text is the name of: "2026-W03" is a week. Of any other text: "day".
[[nodiscard]] auto kind_of(std::string_view at) -> std::string_view;
[[nodiscard]] auto period_at(std::string_view kind, timestamp at) -> report_period;
/// The one that ends where `of` begins.
[[nodiscard]] auto period_before(report_period const& of) -> report_period;
/// The one that begins where `of` ends.
[[nodiscard]] auto period_after(report_period const& of) -> report_period;

/// Rows of a kind with what the period before had of the same keys.
struct report_list {
  store::group_by kind = store::group_by::port;
  store::statistics found;
  std::map<store::statistics_key, store::statistics_row> before;
};

/// How much came in a period.
struct report_span {
  report_period period;
  store::brief_totals totals;
  /// Addresses in the blocks of 256 that IPv4 packets went to; 0: none.
  std::uint64_t addresses = 0;
};
/// So many periods before are told.
inline constexpr std::size_t most_history = 12;

struct report {
  report_period period;
  report_period earlier;
  store::statistics_totals totals;
  store::brief_totals before;
  bool has_before = false;
  std::uint64_t addresses = 0;  ///< as in `report_span`
  store::statistics days;
  store::statistics hours;  ///< of a day alone
  /// The periods before that had packets, the newest first, up to the first that had none. Of
  /// packets that have to be read one by one (a filter): none.
  std::vector<report_span> history;
  std::vector<report_list> lists;
  std::uint64_t scanner_packets = 0;  ///< of known scanners
  /// That were going on in the period; nothing where the question is of some sources or of some
  /// packets alone.
  std::optional<std::uint64_t> event_count;
  std::optional<std::uint64_t> attack_count;
};

/// Asks for everything of a report but what is notable. `question`: sensors and filter; its times
/// are set here.
[[nodiscard]] auto make_report(store::engine& in, answer::asked question,
                               report_period const& period) -> result<report>;

}  // namespace kizashi::paper
