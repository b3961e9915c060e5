#include "kizashi/app/serve_reports.hpp"

#include <chrono>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "kizashi/app/access_commands.hpp"
#include "kizashi/app/text_layout.hpp"
#include "kizashi/paper/document.hpp"
#include "kizashi/paper/schedule.hpp"

namespace kizashi::app {
namespace {

constexpr auto report_look_interval = std::chrono::seconds{5};
constexpr auto report_retry_interval = std::chrono::hours{1};

}  // namespace

serve_reports::serve_reports(parts of, report_rules rules)
    : of_{std::move(of)},
      rules_{std::move(rules)},
      written_{of_.counters.counter("kizashi_report_files_total",
                                    "Files of reports that were written on schedule.")},
      failed_{of_.counters.counter("kizashi_report_failures_total",
                                   "Times that a report on schedule could not be written.")} {
  if (rules_.kinds.empty()) return;
  if (rules_.files.has_pdf)
    if (auto const browser = paper::find_browser(rules_.browser); !browser)
      say(log_level::warning, "report.pdf is yes: " + browser.error().message);
  thread_ = std::thread{[this] { work(); }};
}

serve_reports::~serve_reports() {
  {
    std::scoped_lock const alone{mutex_};
    is_stopping_ = true;
  }
  woken_.notify_all();
  if (thread_.joinable()) thread_.join();
}

auto serve_reports::look() const -> answer::json {
  std::scoped_lock const alone{mutex_};
  return {{"schedule", rules_.kinds},
          {"written", written_.value()},
          {"failed", failed_.value()},
          {"latest", answer::name_json(latest_)},
          {"failure", answer::name_json(answer::printable(failure_))}};
}

void serve_reports::say(log_level level, std::string_view what) {
  of_.log.write({level, "report", what});
}

void serve_reports::work() {
  auto not_before = std::chrono::steady_clock::now();
  for (;;) {
    auto const failures = failed_.value();
    if (std::chrono::steady_clock::now() >= not_before) write_due(time_now());
    if (failed_.value() > failures)
      not_before = std::chrono::steady_clock::now() + report_retry_interval;
    std::unique_lock held{mutex_};
    woken_.wait_for(held, report_look_interval, [this] { return is_stopping_.load(); });
    if (is_stopping_) return;
  }
}

void serve_reports::write_due(timestamp now) {
  auto const periods = due(now);
  auto outcome = periods ? status{} : status{tl::unexpected{periods.error()}};
  if (periods)
    for (auto const& each : *periods)
      if (outcome) outcome = write(each, now);
  if (outcome || outcome.error().code == errc::interrupted) return;
  failed_.add();
  say(log_level::error, outcome.error().message + "; it is tried again in an hour");
  std::scoped_lock const alone{mutex_};
  failure_ = outcome.error().message;
}

auto serve_reports::due(timestamp now) -> result<std::vector<paper::report_period>> {
  auto const look = [&](paper::report_period const& of) {
    auto const missing = paper::missing_files(rules_.folder, of, rules_.files).size();
    if (missing == 0) return paper::written::all;
    return missing < paper::files_of(of, rules_.files).size() ? paper::written::part
                                                              : paper::written::nothing;
  };
  std::vector<paper::report_period> out;
  auto const since = [&](timestamp first) {
    out.clear();
    for (auto const& kind : rules_.kinds)
      for (auto& each : paper::due_periods(kind, now, rules_.delay, first, look))
        out.push_back(std::move(each));
  };
  // The store is asked only when there may be something to write.
  since(timestamp{std::int64_t{1}});
  if (out.empty()) return out;
  KIZASHI_TRY(auto const of_all, question());
  KIZASHI_TRY(auto const all, store::count_all(*of_.engine, {}, of_all.options));
  since(all.first);
  return out;
}

auto serve_reports::question() -> result<answer::asked> {
  answer::asked out;
  out.store = "kizashi";
  out.places = of_.places;
  out.options.ask.limits = of_.limits;
  out.options.ask.wants_stop = [this] { return is_stopping_.load(); };
  KIZASHI_TRY(out.sensor_names, store::stored_names(*of_.engine, "sensor", out.options.ask));
  return out;
}

auto serve_reports::write(paper::report_period const& of, timestamp now) -> status {
  auto const missing = paper::missing_files(rules_.folder, of, rules_.files);
  if (missing.empty()) return {};
  KIZASHI_TRY(auto asked, question());
  KIZASHI_TRY(auto const document, paper::make_document(*of_.engine, std::move(asked), of, now));
  paper::pdf_options pdf;
  pdf.wants_stop = [this] { return is_stopping_.load(); };
  std::vector<std::string> names;
  status outcome;
  // A browser that is not there keeps no other file from being written.
  for (auto const& each : missing) {
    if (each.form == paper::file_form::pdf) {
      auto browser = paper::find_browser(rules_.browser);
      if (!browser) {
        outcome = tl::unexpected{browser.error()};
        continue;
      }
      pdf.browser = *browser;
    }
    auto const content = paper::content_of(each, document, pdf);
    if (!content && content.error().code == errc::interrupted)
      return tl::unexpected{content.error()};
    auto const done = content ? paper::write_file(rules_.folder, each, *content)
                              : status{tl::unexpected{content.error()}};
    if (!done) {
      outcome = done;
      continue;
    }
    names.push_back(each.name());
    written_.add();
  }
  if (!names.empty()) {
    say(log_level::info,
        fmt::format("wrote {} in {}", fmt::join(names, ", "), rules_.folder.string()));
    std::scoped_lock const alone{mutex_};
    latest_ = of.name;
    if (outcome) failure_.clear();
  }
  if (outcome) return {};
  return fail(outcome.error().code,
              fmt::format("the report {}: {}", of.name, outcome.error().message));
}

}  // namespace kizashi::app
