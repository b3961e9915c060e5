// kizashi stats: how much of what a store holds.
#include <iterator>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <CLI/CLI.hpp>

#include "kizashi/app/command.hpp"
#include "kizashi/app/stats_output.hpp"
#include "kizashi/app/store_question.hpp"
#include "kizashi/app/terminal.hpp"
#include "kizashi/app/text_sink.hpp"

namespace kizashi::app {
namespace {

constexpr auto stats_name = "kizashi stats";

constexpr auto stats_examples =
    "Examples:\n"
    "  kizashi stats --store seen                                 how much there is\n"
    "  kizashi stats --store seen --by port --top 20              the busiest ports\n"
    "  kizashi stats --store seen --by day                        day by day\n"
    "  kizashi stats --store seen --by hour --from 2026-07-01 --to 2026-07-02\n"
    "  kizashi stats --store seen --by country --sensor south --csv > countries.csv\n"
    "  kizashi stats --store seen --by source --top 0 --json      every source\n"
    "  kizashi stats --store seen --by tool --from 2026-07-08 --to 2026-07-09 --compare day,week\n"
    "  kizashi stats --store seen --by as --filter \"dst.port == 23 and not tool == mirai\"\n"
    "\n"
    "Answers come from counts that were made when the packets were stored: by day, by hour, and "
    "by\n"
    "minute where --from or --to cuts an hour. Times are whole minutes; so are those of the first "
    "and\n"
    "the last packet.\n"
    "\n"
    "Numbers of different sources are exact up to 1,000; more are within about 1 % and have a ~;\n"
    "--exact counts them one by one. Ports are those of TCP and UDP. Packets without a time are in "
    "all\n"
    "numbers when neither --from nor --to is given, else in none. Hours and days come in the order "
    "of\n"
    "time, all of them unless --top is given.";

struct stats_choice {
  question_choice of;
  std::string by;
  std::vector<std::string> compare;
  bool has_exact_sources = false;
  bool is_csv = false;
};

auto check(stats_choice const& choice) -> status {
  if (choice.is_csv && choice.of.is_json)
    return fail(errc::parse_error, "--csv and --json are two forms; expected one of them");
  if (choice.is_csv && choice.by.empty())
    return fail(errc::parse_error, "--csv writes rows; expected --by as well, such as --by port");
  KIZASHI_TRY(filter_of(choice.of));
  return {};
}

auto answer(stats_choice const& choice) -> status {
  KIZASHI_TRY(auto question, open_question(choice.of, stats_name));
  question.options.has_exact_sources = choice.has_exact_sources;
  auto const kind = answer::group_named(choice.by).value_or(store::group_by::port);
  auto& engine = *question.engine;
  if (kind == store::group_by::tool || kind == store::group_by::scanner) {
    auto const* const names = kind == store::group_by::tool ? "fingerprint" : "scanner";
    KIZASHI_TRY(question.tag_names, store::stored_names(engine, names, question.options.ask));
  }
  stats_answer found{{question, choice.by, kind, {}, {}}, question, {}};
  KIZASHI_TRY(answer::ask_statistics(engine, found, choice.compare));
  if (found.totals.packets == 0) {
    KIZASHI_TRY(found.whole, store::count_all(engine, {}, question.options));
  }
  standard_output out;
  KIZASHI_TRY(choice.of.is_json ? write_json(found, out)
              : choice.is_csv   ? write_csv(found, out)
                                : write_text(found, output_style(), out));
  return out.flush();
}

auto run(stats_choice& choice, bool has_top) -> int {
  if (auto const good = check(choice); !good) return say_usage(good.error(), stats_name);
  if (!has_top && (choice.by == "minute" || choice.by == "hour" || choice.by == "day"))
    choice.of.top = 0;
  listen_for_stop();
  auto const done = answer(choice);
  return done ? exit_done : say_unanswered(done.error());
}

}  // namespace

void add_stats(CLI::App& program, int& exit_code) {
  auto* const command = program.add_subcommand("stats", "Count what a store holds");
  command->footer(stats_examples);
  auto const choice = std::make_shared<stats_choice>();
  add_store_options(*command, choice->of);
  command
      ->add_option("--by", choice->by,
                   "Rows by port, source, country, as, protocol, minute, hour, day, sensor, tool, "
                   "class or scanner (default: totals alone)")
      ->check(CLI::IsMember(
          std::vector<std::string>{std::begin(answer::group_names), std::end(answer::group_names)}))
      ->type_name("WHAT");
  command
      ->add_option("--compare", choice->compare,
                   "Say what the same span had a day or a week before: day, week or day,week")
      ->delimiter(',')
      ->check(CLI::IsMember(
          std::vector<std::string>{std::begin(answer::span_names), std::end(answer::span_names)}))
      ->type_name("SPAN");
  command->add_flag("--exact", choice->has_exact_sources,
                    "Count different sources exactly; takes longer");
  command->add_flag("--csv", choice->is_csv, "Print the rows as CSV");
  command->callback([choice, command, &exit_code] {
    exit_code = run(*choice, command->get_option("--top")->count() > 0);
  });
}

}  // namespace kizashi::app
