#include "kizashi/app/query_output.hpp"

#include <optional>

#include <fmt/format.h>

#include "kizashi/answer/words.hpp"
#include "kizashi/app/text_layout.hpp"
#include "kizashi/base/text.hpp"
#include "kizashi/store/line_reader.hpp"

namespace kizashi::app {
namespace {

using answer::csv_field;
using answer::csv_text;
using store::line_cell;
using store::line_column;
using store::line_kind;

/// An answer that is read cell by cell.
class lines_output : public query_output {
public:
  lines_output()
      : reader_{[this](std::span<line_column const> columns) { return begin(columns); },
                [this](std::span<line_cell const> cells) { return add(cells); }} {}
  [[nodiscard]] auto form() const noexcept -> store::answer_form override {
    return store::answer_form::named_lines;
  }
  auto write(std::span<std::uint8_t const> piece) -> status override { return reader_.feed(piece); }

protected:
  [[nodiscard]] auto reader() const -> store::line_reader const& { return reader_; }

private:
  virtual auto begin(std::span<line_column const> columns) -> status = 0;
  virtual auto add(std::span<line_cell const> cells) -> status = 0;

  store::line_reader reader_;
};

// --- table ------------------------------------------------------------------------------------

class table_output final : public lines_output {
public:
  table_output(text_style const& style, text_sink& out, table_limits const& limits)
      : style_{style}, out_{out}, limits_{limits} {}

  [[nodiscard]] auto is_full() const noexcept -> bool override { return is_full_; }

  auto finish() -> status override {
    if (!is_full_) KIZASHI_TRY(reader().finish());
    if (table_) KIZASHI_TRY(table_->write(style_, out_));
    auto const note = is_full_ ? fmt::format(
                                     "the first {} rows; there are more: narrow the "
                                     "question, or take all with --format csv",
                                     with_thousands(rows_))
                               : counted(rows_, "row");
    for (auto const& line : wrap(note, style_.width)) KIZASHI_TRY(out_.write(line + "\n"));
    return {};
  }

private:
  auto begin(std::span<line_column const> columns) -> status override {
    std::vector<text_table::column> heads;
    for (auto const& each : columns)
      heads.push_back({cell(each.name), each.kind == line_kind::number});
    table_.emplace(std::move(heads));
    return {};
  }

  auto add(std::span<line_cell const> cells) -> status override {
    is_full_ = rows_ == limits_.rows || bytes_ > limits_.bytes;
    if (is_full_) return fail(errc::limit_reached, "the table is full");
    std::vector<std::string> row;
    for (auto const& each : cells) {
      row.push_back(each.is_null ? "NULL" : cell(each.text));
      bytes_ += row.back().size();
    }
    table_->add(std::move(row));
    ++rows_;
    return {};
  }

  [[nodiscard]] auto cell(std::string_view text) const -> std::string {
    // A code point has four bytes at most; the rest need not be looked at.
    return fit(printable(text.substr(0, limits_.cell * 4 + 4)), limits_.cell, style_.is_utf8);
  }

  text_style style_;
  text_sink& out_;
  table_limits limits_;
  std::optional<text_table> table_;
  std::size_t rows_ = 0;
  std::size_t bytes_ = 0;
  bool is_full_ = false;
};

// --- CSV --------------------------------------------------------------------------------------

class csv_output final : public lines_output {
public:
  csv_output(text_sink& out, bool has_head) : out_{out}, has_head_{has_head} {}
  auto finish() -> status override { return reader().finish(); }

private:
  auto begin(std::span<line_column const> columns) -> status override {
    std::string line;
    for (auto const& each : columns) {
      kinds_.push_back(each.kind);
      line += (kinds_.size() > 1 ? "," : "") + csv_field(each.name);
    }
    return has_head_ ? out_.write(line + "\n") : status{};
  }

  auto add(std::span<line_cell const> cells) -> status override {
    line_.clear();
    for (std::size_t i = 0; i < cells.size(); ++i) {
      if (i > 0) line_ += ',';
      if (cells[i].is_null) continue;
      line_ += kinds_[i] == line_kind::text ? csv_text(cells[i].text) : csv_field(cells[i].text);
    }
    line_ += '\n';
    return out_.write(line_);
  }

  text_sink& out_;
  bool has_head_;
  std::vector<line_kind> kinds_;
  std::string line_;
};

// --- JSON lines -------------------------------------------------------------------------------

class json_lines_output final : public query_output {
public:
  explicit json_lines_output(text_sink& out) : out_{out} {}
  [[nodiscard]] auto form() const noexcept -> store::answer_form override {
    return store::answer_form::json_lines;
  }
  auto write(std::span<std::uint8_t const> piece) -> status override {
    return out_.write({reinterpret_cast<char const*>(piece.data()), piece.size()});
  }
  auto finish() -> status override { return {}; }

private:
  text_sink& out_;
};

}  // namespace

auto make_table_output(text_style const& style, text_sink& out, table_limits const& limits)
    -> std::unique_ptr<query_output> {
  return std::make_unique<table_output>(style, out, limits);
}

auto make_csv_output(text_sink& out, bool has_head) -> std::unique_ptr<query_output> {
  return std::make_unique<csv_output>(out, has_head);
}

auto make_json_lines_output(text_sink& out) -> std::unique_ptr<query_output> {
  return std::make_unique<json_lines_output>(out);
}

}  // namespace kizashi::app
