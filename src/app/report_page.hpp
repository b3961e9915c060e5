// The page on which a report for people is written: lines, headings and shares, in one style.
#pragma once

#include <string>
#include <string_view>

#include "kizashi/app/report.hpp"
#include "kizashi/app/text_layout.hpp"

namespace kizashi::app {

/// "12.3 %"; `whole` is not 0.
[[nodiscard]] auto share_text(std::uint64_t part, std::uint64_t whole) -> std::string;

class report_page {
public:
  report_page(report const& what, text_style const& style, text_sink& out)
      : what_{what}, style_{style}, out_{out} {}

  [[nodiscard]] auto what() const noexcept -> report const& { return what_; }
  [[nodiscard]] auto style() const noexcept -> text_style const& { return style_; }

  [[nodiscard]] auto write(std::string_view text) -> status { return out_.write(text); }
  /// Broken where the page ends.
  [[nodiscard]] auto line(std::string_view text, ink colour = ink::plain) -> status;
  /// An empty line, and the title; where a list of `rows` rows is cut to the report's `top`, that
  /// it is.
  [[nodiscard]] auto heading(std::string_view title, std::size_t rows = 0) -> status;
  [[nodiscard]] auto table(text_table const& rows) -> status { return rows.write(style_, out_); }
  [[nodiscard]] auto blocks(std::span<text_block const> side_by_side) -> status {
    return write_blocks(side_by_side, style_, out_);
  }
  /// Of all packets: "12.3 %".
  [[nodiscard]] auto share(std::uint64_t packets) const -> std::string {
    return share_text(packets, what_.summary.packets.total);
  }

private:
  report const& what_;
  text_style const& style_;
  text_sink& out_;
};

using answer::seconds_text;

/// Tools, classes, known scanners, events, victims, campaigns and what is left. `what.found` is
/// there.
[[nodiscard]] auto write_findings_text(report_page& page) -> status;

}  // namespace kizashi::app
