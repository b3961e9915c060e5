// Tables of a report.
#pragma once

#include <string>
#include <vector>

#include "kizashi/answer/json_document.hpp"
#include "kizashi/paper/markup.hpp"
#include "kizashi/paper/words.hpp"

namespace kizashi::paper::internal {

using answer::json;

struct table_column {
  std::string title;
  bool is_number = true;
  bool is_time = false;  ///< stays on one line
};
/// Rows of texts under a line of titles; numbers stand at the right. What is behind the end of a
/// cell's first line stands small below it.
class paper_table {
public:
  explicit paper_table(std::vector<table_column> columns) : columns_{std::move(columns)} {}
  void add(std::vector<std::string> const& cells);
  [[nodiscard]] auto is_empty() const noexcept -> bool { return rows_.is_empty(); }
  [[nodiscard]] auto done() const -> markup;

private:
  std::vector<table_column> columns_;
  markup rows_;
};

/// A chapter: its title, and what is in it; `id` is what the contents point at.
[[nodiscard]] auto section(std::string_view kind, std::string_view id, std::string const& title,
                           markup const& inside) -> markup;

/// "+12 %", "−40 %", "±0 %"; "new" of what the period before had none of; empty without a period
/// before.
[[nodiscard]] auto change_text(json const& row, words const& in) -> std::string;
/// "AS64500 Example" of a row with `as` and `name_key`.
[[nodiscard]] auto network_text(json const& row, char const* name_key, words const& in)
    -> std::string;
/// "2026-01-15 09:30" of a time in a document; empty of null.
[[nodiscard]] auto minute_in(json const& time) -> std::string;

/// How long it was from `first` to `last` of a row: "3 h 20 min".
[[nodiscard]] auto length_text(json const& row) -> std::string;
/// A table below its title; without rows a sentence that there are none.
[[nodiscard]] auto with_title(std::string const& title, paper_table const& table, words const& in)
    -> markup;

/// What the detection engines found, or why there is nothing of them.
[[nodiscard]] auto findings_table(json const& findings, words const& in) -> markup;
/// What is notable: findings, largest events and attacks, campaigns, new ports.
[[nodiscard]] auto notable_section(json const& report, words const& in) -> markup;
/// Day by day or, of a quarter or year, month by month; of a day hour by hour.
[[nodiscard]] auto days_table(json const& report, words const& in) -> markup;

}  // namespace kizashi::paper::internal
