// How the answer of a question to the store is written: a table for people, CSV, JSON lines.
#pragma once

#include <cstdint>
#include <memory>
#include <span>

#include "kizashi/app/report.hpp"
#include "kizashi/app/text_sink.hpp"
#include "kizashi/store/engine.hpp"

namespace kizashi::app {

class query_output {
public:
  virtual ~query_output() = default;
  /// In which the answer must be asked for.
  [[nodiscard]] virtual auto form() const noexcept -> store::answer_form = 0;
  /// Takes the next piece of the answer.
  [[nodiscard]] virtual auto write(std::span<std::uint8_t const> piece) -> status = 0;
  /// Whether `write` failed because no more is wanted, which is no failure of the question.
  [[nodiscard]] virtual auto is_full() const noexcept -> bool { return false; }
  /// Writes out what is held.
  [[nodiscard]] virtual auto finish() -> status = 0;
};

/// What a table shows at most. It is held in memory until its columns' widths are known.
struct table_limits {
  std::size_t rows = 10'000;
  std::size_t cell = 1'000;                   ///< columns of the terminal
  std::size_t bytes = std::size_t{64} << 20;  ///< of all cells
};

/// Aligned columns, numbers at the right, NULL for what is missing, control characters as "?", the
/// number of rows below; whatever is left out is said. The references must live as long.
[[nodiscard]] auto make_table_output(text_style const& style, text_sink& out,
                                     table_limits const& limits = {})
    -> std::unique_ptr<query_output>;

/// RFC 4180 with a line of names, lines end in LF. Texts in quotes, and an apostrophe before what a
/// spreadsheet would take for a formula; what is missing is empty, without quotes. `has_head`
/// false: without the line of names, to go behind the rows of another answer.
[[nodiscard]] auto make_csv_output(text_sink& out, bool has_head = true)
    -> std::unique_ptr<query_output>;

/// One JSON object per row, as the engine writes it.
[[nodiscard]] auto make_json_lines_output(text_sink& out) -> std::unique_ptr<query_output>;

}  // namespace kizashi::app
