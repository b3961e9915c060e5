// Reads answers in the form `answer_form::named_lines`: any type that the engine can write, as it
// writes it. For people and for text files; where numbers are to be numbers, use `native_reader`.
//
//   line_reader reader{[](std::span<line_column const> columns) -> status { ... },
//                      [](std::span<line_cell const> cells) -> status { ... }};
//   KIZASHI_TRY(engine.ask(asked, [&](auto piece) { return reader.feed(piece); }));
//   KIZASHI_TRY(reader.finish());
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "kizashi/base/error.hpp"

namespace kizashi::store {

/// How the values of a column are to be taken.
enum class line_kind : std::uint8_t {
  number,   ///< whole numbers, decimals and reals
  literal,  ///< times, addresses, truth values: no letter in them needs care
  text,     ///< any letters
  nested,   ///< arrays, tuples and maps, as literals of SQL: [1,2], ['it\'s',NULL]
};

struct line_column {
  std::string name;
  std::string type;  ///< the engine's name of it: "Nullable(UInt16)"
  line_kind kind = line_kind::text;
};

struct line_cell {
  std::string_view text;  ///< as long as the row is looked at
  bool is_null = false;   ///< then without text
};

/// Of "UInt16", "LowCardinality(Nullable(String))", "Array(UInt8)"; `text` when it is not known.
[[nodiscard]] auto line_kind_of(std::string_view type) -> line_kind;

/// Puts the pieces of an answer together and hands on its columns, once, and its rows. Memory: one
/// row.
class line_reader {
public:
  using head_sink = std::function<status(std::span<line_column const>)>;
  using row_sink = std::function<status(std::span<line_cell const>)>;
  static constexpr std::size_t most_line_bytes = std::size_t{256} << 20;

  line_reader(head_sink head, row_sink rows) : head_{std::move(head)}, rows_{std::move(rows)} {}
  /// Takes the next bytes. Fails when a row has more or fewer values than there are columns, when
  /// it is longer than `most_line_bytes`, and with the sinks' failures.
  [[nodiscard]] auto feed(std::span<std::uint8_t const> bytes) -> status;
  /// Fails when the answer ended in the middle of a line or of its head.
  [[nodiscard]] auto finish() const -> status;

private:
  [[nodiscard]] auto line(std::string_view text) -> status;
  [[nodiscard]] auto row(std::string_view text) -> status;

  head_sink head_;
  row_sink rows_;
  std::string waiting_;  // the begin of a line whose end has not come
  std::uint64_t lines_ = 0;
  std::vector<line_column> columns_;
  std::vector<line_cell> cells_;
  std::vector<std::string> texts_;  // of cells that were escaped
};

}  // namespace kizashi::store
