// How much of what a store holds: the answer of `kizashi stats` and of the API.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "kizashi/answer/question.hpp"
#include "kizashi/answer/text_sink.hpp"

namespace kizashi::answer {

/// The same span, so much earlier.
struct earlier_span {
  std::string_view name;  ///< "day", "week"
  bool is_known = false;  ///< false: the store has nothing of that time
  store::brief_totals totals;
  /// By the keys of today's rows: times are shifted.
  std::map<store::statistics_key, store::statistics_row> rows;
};

struct statistics_answer {
  asked const& question;
  std::string by;  ///< as a person said it; empty: totals alone
  store::group_by kind = store::group_by::port;
  store::statistics_totals totals;
  store::statistics found;
  std::vector<earlier_span> before = {};
};

/// The words for `store::group_by`, in its order.
inline constexpr std::string_view group_names[] = {"port",     "source", "country", "as",
                                                   "protocol", "hour",   "day",     "sensor",
                                                   "tool",     "class",  "scanner", "minute"};
[[nodiscard]] auto group_named(std::string_view name) -> std::optional<store::group_by>;

/// The words for spans to compare with, and their lengths.
inline constexpr std::string_view span_names[] = {"day", "week"};

/// Asks for totals and for rows by `by` (empty: totals alone), and for the same of the spans named
/// in `compare`. Fails on minutes of more than three days, and on spans to compare without both
/// times.
[[nodiscard]] auto ask_statistics(store::engine& in, statistics_answer& to,
                                  std::vector<std::string> const& compare) -> status;

/// The members that say what a row is about: {"protocol": "tcp", "port": 23}.
[[nodiscard]] auto key_json(statistics_answer const& what, store::statistics_row const& row)
    -> json;

/// "kizashi-stats/1".
[[nodiscard]] auto write_json(statistics_answer const& what, text_sink& out) -> status;
/// The rows under a line of names.
[[nodiscard]] auto write_csv(statistics_answer const& what, text_sink& out) -> status;

}  // namespace kizashi::answer
