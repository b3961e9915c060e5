// How much of what a store holds: the answer of `kizashi stats` and of the API.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "kizashi/answer/question.hpp"
#include "kizashi/answer/text_sink.hpp"

namespace kizashi::answer {

struct statistics_answer {
  asked const& question;
  std::string by;  ///< as a person said it; empty: totals alone
  store::group_by kind = store::group_by::port;
  store::statistics_totals totals;
  store::statistics found;
};

/// The words for `store::group_by`, in its order.
inline constexpr std::string_view group_names[] = {"port",     "source", "country", "as",
                                                   "protocol", "hour",   "day",     "sensor"};
[[nodiscard]] auto group_named(std::string_view name) -> std::optional<store::group_by>;

/// "kizashi-stats/1".
[[nodiscard]] auto write_json(statistics_answer const& what, text_sink& out) -> status;
/// The rows under a line of names.
[[nodiscard]] auto write_csv(statistics_answer const& what, text_sink& out) -> status;

}  // namespace kizashi::answer
