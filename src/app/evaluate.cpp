// kizashi evaluate: how good the engines are where the truth is known.
#include <memory>
#include <string>
#include <sys/resource.h>
#include <utility>
#include <vector>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "kizashi/app/command.hpp"
#include "kizashi/app/engine_option.hpp"
#include "kizashi/app/evaluate_output.hpp"
#include "kizashi/app/progress_bar.hpp"
#include "kizashi/app/store_question.hpp"
#include "kizashi/app/terminal.hpp"
#include "kizashi/app/text_sink.hpp"
#include "kizashi/base/output_file.hpp"

namespace kizashi::app {
namespace {

constexpr auto evaluate_name = "kizashi evaluate";

constexpr auto evaluate_examples =
    "Examples:\n"
    "  kizashi evaluate                              a month with 35 planted outbreaks\n"
    "  kizashi evaluate --quick                      ten days, seconds\n"
    "  kizashi evaluate --engine surge,fuse --option surge.false_alarms=7\n"
    "  kizashi evaluate --report engines.html        as a page\n"
    "\n"
    "Windows are made by a seeded generator, so two runs differ in CPU seconds and memory only. "
    "Exit\n"
    "code 1: an outbreak was missed, or fewer than half of the fused findings are right.\n"
    "docs/engines/evaluation.md says what is planted and how it is counted.";

struct evaluate_choice {
  std::vector<std::string> engines;
  std::vector<std::string> options;
  std::uint64_t seed = engine::month_settings{}.seed;
  std::string report;
  bool is_quick = false;
  bool is_json = false;
  bool is_quiet = false;
};

auto write_report(engine::evaluation const& what, std::string const& path) -> status {
  KIZASHI_TRY(auto file, output_file::create(path));
  file_sink out{std::move(file)};
  KIZASHI_TRY(write_evaluation_html(what, out));
  return out.commit();
}

/// Whether the fused findings are as good as they must be.
auto is_accepted(engine::evaluation const& what) -> bool {
  for (auto const& each : what.scores)
    if (each.name == "together") return each.recall() == 1.0 && each.precision() >= 0.5;
  return false;
}

auto evaluate_with(evaluate_choice const& choice, std::vector<engine::chosen_engine> const& chosen)
    -> result<int> {
  engine::month_settings with;
  with.seed = choice.seed;
  if (choice.is_quick) {
    with.days = 10;
    with.outbreaks = 10;
    with.quiet_ports = 100;
    with.loudness = 0.2;
  }
  progress_bar bar{!choice.is_quiet};
  KIZASHI_TRY(auto done, engine::evaluate_engines(chosen, with, [&](std::uint32_t day) {
                bar.show(day, {day, with.days});
                return !is_stop_wanted();
              }));
  bar.clear();
  rusage used{};
  ::getrusage(RUSAGE_SELF, &used);
  done.peak_memory = static_cast<std::uint64_t>(used.ru_maxrss) * 1024;
  if (!choice.report.empty()) KIZASHI_TRY(write_report(done, choice.report));
  standard_output out;
  KIZASHI_TRY(choice.is_json ? write_evaluation_json(done, out) : write_evaluation_text(done, out));
  KIZASHI_TRY(out.flush());
  return is_accepted(done) ? exit_done : exit_failed;
}

auto run_evaluate(evaluate_choice const& choice) -> int {
  listen_for_stop();
  auto const chosen = engine::choose_engines(choice.engines, choice.options);
  if (!chosen) return say_usage(chosen.error(), evaluate_name);
  auto const code = evaluate_with(choice, *chosen);
  return code ? *code : say_unanswered(code.error());
}

}  // namespace

void add_evaluate(CLI::App& program, int& exit_code) {
  auto* const command =
      program.add_subcommand("evaluate", "Judge the engines by outbreaks that are known");
  command->footer(evaluate_examples);
  auto const choice = std::make_shared<evaluate_choice>();
  add_engine_choice(*command, choice->engines, choice->options);
  command->add_option("--seed", choice->seed, "Another month (default 2018)")->type_name("N");
  command->add_option("--report", choice->report, "Write a page there as well")
      ->type_name("FILE.html");
  command->add_flag("--quick", choice->is_quick, "Ten days with ten outbreaks");
  command->add_flag("--json", choice->is_json, "One JSON document");
  command->add_flag("--no-progress", choice->is_quiet, "No progress bar, even on a terminal");
  command->callback([choice, &exit_code] { exit_code = run_evaluate(*choice); });
}

}  // namespace kizashi::app
