// kizashi report: a day, week, month, quarter or year of a store, as HTML, PDF or JSON.
#include <iterator>
#include <memory>
#include <string>
#include <unistd.h>
#include <vector>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "kizashi/app/access_commands.hpp"
#include "kizashi/app/command.hpp"
#include "kizashi/app/json_document.hpp"
#include "kizashi/app/store_question.hpp"
#include "kizashi/app/terminal.hpp"
#include "kizashi/app/text_sink.hpp"
#include "kizashi/paper/document.hpp"
#include "kizashi/paper/files.hpp"

namespace kizashi::app {
namespace {

constexpr auto report_command_name = "kizashi report";

constexpr auto report_examples =
    "Examples:\n"
    "  kizashi report --store seen -o june.html --at 2026-06           a month, to be read and "
    "printed\n"
    "  kizashi report --store seen -o q2.pdf --at 2026-Q2 --language ja\n"
    "  kizashi report --store seen --period year --format json         what GET /api/v1/report "
    "answers\n"
    "  kizashi report --store seen -o week.html --at 2026-W25 --filter \"dst.port == 23\"\n"
    "\n"
    "Without --at it is the period of the last packet. Times are UTC, weeks begin on Mondays. A "
    "period\n"
    "that has not ended is marked as provisional. A server writes reports by itself: "
    "report.schedule "
    "in\n"
    "its configuration (docs/report.md). A PDF is printed by a Chromium that is installed.";

struct report_choice {
  question_choice of;
  std::string period;
  std::string at;
  std::string language = "en";
  std::string output;
  std::string format;
  std::string browser;
};

/// What was chosen, understood.
struct report_wish {
  paper::file_form form = paper::file_form::html;
  paper::language language = paper::language::english;
  std::string kind;
  std::optional<paper::report_period> period;  ///< nothing: that of the last packet
};

auto form_of(report_choice const& choice) -> result<paper::file_form> {
  auto name = choice.format;
  auto const dot = choice.output.rfind('.');
  if (name.empty() && dot != std::string::npos) name = choice.output.substr(dot + 1);
  if (name.empty() && choice.output.empty()) name = "html";
  for (auto const each : {paper::file_form::html, paper::file_form::pdf, paper::file_form::json})
    if (name_of(each) == name) return each;
  return fail(errc::parse_error,
              fmt::format("-o {} does not say the form of the report; expected a name that ends in "
                          ".html, .pdf or .json, or --format",
                          choice.output));
}

auto understand(report_choice const& choice) -> result<report_wish> {
  report_wish out;
  KIZASHI_TRY(out.form, form_of(choice));
  KIZASHI_TRY(out.language, paper::parse_language(choice.language));
  KIZASHI_TRY(filter_of(choice.of));
  out.kind = !choice.period.empty() ? choice.period : "month";
  if (choice.at.empty()) return out;
  if (choice.period.empty()) out.kind = paper::kind_of(choice.at);
  auto period = paper::period_at(out.kind, choice.at);
  if (!period) return fail(period.error().code, "--at " + period.error().message);
  out.period = *period;
  return out;
}

auto make_content(report_choice const& choice, report_wish const& wish, std::string& content,
                  json& document) -> status {
  paper::pdf_options pdf;
  pdf.wants_stop = is_stop_wanted;
  // What is missing is said before the store is asked.
  if (wish.form == paper::file_form::pdf) {
    KIZASHI_TRY(pdf.browser, paper::find_browser(choice.browser));
  }
  KIZASHI_TRY(auto question, open_question(choice.of, report_command_name));
  question.options.top = 0;
  auto const now = time_now();
  auto period = wish.period;
  if (!period) {
    KIZASHI_TRY(period, paper::newest_period(*question.engine, question, wish.kind, now));
  }
  KIZASHI_TRY(document, paper::make_document(*question.engine, question, *period, now));
  KIZASHI_TRY(content, paper::content_of({*period, wish.form, wish.language}, document, pdf));
  return {};
}

auto deliver(report_choice const& choice, std::string const& content) -> status {
  if (choice.output.empty()) {
    standard_output out;
    KIZASHI_TRY(out.write(content));
    return out.flush();
  }
  KIZASHI_TRY(auto out, output_file::create(choice.output));
  KIZASHI_TRY(out.write(content));
  return out.commit();
}

/// What a person should know before they look at it; nothing of what is as it should be.
void say_notes(report_choice const& choice, json const& document) {
  auto const name = document["period"]["name"].get<std::string>();
  if (document["totals"]["packets"] == 0)
    fmt::print(stderr,
               "kizashi: {} has no packets of {}; 'kizashi stats --store {} --by day' says "
               "of which days it has\n",
               choice.of.store, name, choice.of.store);
  if (!document["is_over"].get<bool>())
    fmt::print(stderr, "kizashi: {} has not ended; the report is marked as provisional\n", name);
}

auto run_report(report_choice const& choice) -> int {
  auto const wish = understand(choice);
  if (!wish) return say_usage(wish.error(), report_command_name);
  if (wish->form == paper::file_form::pdf && choice.output.empty() && ::isatty(STDOUT_FILENO) != 0)
    return say_usage({errc::parse_error, "a PDF is not for a terminal; expected -o FILE.pdf"},
                     report_command_name);
  listen_for_stop();
  std::string content;
  json document;
  auto done = make_content(choice, *wish, content, document);
  if (done) done = deliver(choice, content);
  if (!done) return say_unanswered(done.error());
  say_notes(choice, document);
  return exit_done;
}

}  // namespace

void add_report(CLI::App& program, int& exit_code) {
  auto* const command = program.add_subcommand(
      "report", "A month, quarter or year of a store as a report to be read and printed");
  command->footer(report_examples);
  auto const choice = std::make_shared<report_choice>();
  add_question_options(*command, choice->of);
  command
      ->add_option("--period", choice->period,
                   "How long: day, week, month, quarter or year (default: what --at names, else "
                   "month)")
      ->check(CLI::IsMember(
          std::vector<std::string>{std::begin(paper::period_names), std::end(paper::period_names)}))
      ->type_name("KIND");
  command
      ->add_option("--at", choice->at,
                   "The period that begins with or has this: 2026, 2026-Q3, 2026-09, 2026-W36 or "
                   "2026-09-01 (default: that of the last packet)")
      ->type_name("WHEN");
  command->add_option("--language", choice->language, "en or ja (default en)")->type_name("CODE");
  command
      ->add_option("-o,--output", choice->output,
                   "The file to write, whose ending says the form (default: HTML on standard "
                   "output)")
      ->type_name("FILE");
  command->add_option("--format", choice->format, "html, pdf or json, whatever the file is called")
      ->check(CLI::IsMember(std::vector<std::string>{"html", "pdf", "json"}))
      ->type_name("FORM");
  command
      ->add_option("--browser", choice->browser,
                   "The Chromium that makes a PDF (default: the first that is installed)")
      ->type_name("FILE");
  command->callback([choice, &exit_code] { exit_code = run_report(*choice); });
}

}  // namespace kizashi::app
