#include "kizashi/app/report_page.hpp"

#include <fmt/format.h>

#include "kizashi/base/text.hpp"

namespace kizashi::app {

auto report_page::line(std::string_view text, ink colour) -> status {
  for (auto const& each : wrap(text, style_.width))
    KIZASHI_TRY(out_.write(paint(each, colour, style_) + "\n"));
  return {};
}

auto report_page::heading(std::string_view title, std::size_t rows) -> status {
  KIZASHI_TRY(out_.write("\n"));
  auto const is_cut = what_.top != 0 && rows > what_.top;
  auto const tail =
      is_cut ? fmt::format(" ({} of {})", with_thousands(what_.top), with_thousands(rows)) : "";
  return out_.write(paint(title, ink::strong, style_) + tail + "\n");
}

auto share_text(std::uint64_t part, std::uint64_t whole) -> std::string {
  auto const percent = 100.0 * static_cast<double>(part) / static_cast<double>(whole);
  return percent < 0.05 ? "<0.1 %" : fmt::format("{:.1f} %", percent);
}

}  // namespace kizashi::app
