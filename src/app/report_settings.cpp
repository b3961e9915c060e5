#include "kizashi/app/report_settings.hpp"

#include <algorithm>
#include <iterator>

#include <fmt/format.h>

namespace kizashi::app {
namespace {

using namespace std::chrono_literals;
using text_list = std::vector<std::string>;

auto check_kind(std::string const& text) -> status {
  if (std::ranges::find(paper::period_names, text) != std::end(paper::period_names)) return {};
  return fail(errc::parse_error,
              fmt::format("\"{}\" is no period; expected day, week, month, quarter or year", text));
}

auto check_language(std::string const& text) -> status {
  KIZASHI_TRY(paper::parse_language(text));
  return {};
}

auto check_yes(std::string const& text) -> status {
  if (text == "yes" || text == "no") return {};
  return fail(errc::parse_error, fmt::format("\"{}\" is not known; expected yes or no", text));
}

}  // namespace

auto report_keys() -> std::span<config_key const> {
  static config_key const keys[] = {
      {"report.schedule",
       text_list{},
       {},
       {},
       "Of which periods a server writes a report once they have ended: day, week, month, quarter, "
       "year. Without any it writes none (docs/report.md).",
       R"(["month", "quarter", "year"])",
       check_kind},
      {"report.folder",
       std::string{},
       {},
       {},
       "The folder for them. When it is not set: reports in serve.data.",
       R"("/var/lib/kizashi/reports")",
       nullptr},
      {"report.languages",
       text_list{"en", "ja"},
       {},
       {},
       "The languages of the HTML and PDF files: en, ja.",
       R"(["en", "ja"])",
       check_language},
      {"report.pdf",
       std::string{"no"},
       {},
       {},
       "Whether PDF files are written too: yes or no. They need an installed Chromium.",
       R"("yes")",
       check_yes},
      {"report.browser",
       std::string{},
       {},
       {},
       "The Chromium that makes them. When it is not set: the first that is installed.",
       R"("/usr/bin/chromium")",
       nullptr},
      {"report.delay",
       duration{1h},
       duration{0s},
       duration{24h * 7},
       "How long after the end of a period its report is written, so that what sensors send late "
       "is "
       "in it.",
       {},
       nullptr},
  };
  return keys;
}

auto report_rules_of(config const& from, std::filesystem::path const& data)
    -> result<report_rules> {
  report_rules out;
  out.kinds = from.get<text_list>("report.schedule");
  auto const& folder = from.get<std::string>("report.folder");
  out.folder = folder.empty() ? data / "reports" : std::filesystem::path{folder};
  for (auto const& each : from.get<text_list>("report.languages")) {
    KIZASHI_TRY(auto const language, paper::parse_language(each));
    out.files.languages.push_back(language);
  }
  out.files.has_pdf = from.get<std::string>("report.pdf") == "yes";
  out.browser = from.get<std::string>("report.browser");
  out.delay = from.get<duration>("report.delay");
  return out;
}

}  // namespace kizashi::app
