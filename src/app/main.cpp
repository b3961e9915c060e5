// The `kizashi` program: finds the subcommand and hands over.
#include <string>
#include <sys/resource.h>
#include <vector>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "kizashi/app/command.hpp"
#include "kizashi/app/report.hpp"
#include "kizashi/app/terminal.hpp"
#include "kizashi/base/config.hpp"

namespace kizashi::app {
namespace {

constexpr auto main_footer =
    "Examples:\n"
    "  kizashi synth mixed -o mixed.pcap              invent an hour of a telescope\n"
    "  kizashi read mixed.pcap                        who sent what to where\n"
    "  kizashi read night.pcap.gz --darknet 192.0.2.0/24 --json\n"
    "  kizashi serve --config kizashi.toml            sensors, store, API and pages in one "
    "process\n"
    "  kizashi read night.pcap --store seen           keep every packet\n"
    "  kizashi detect --store seen                    what is new in it\n"
    "  kizashi stats --store seen --by port           what a store holds, in numbers\n"
    "  kizashi report --store seen -o month.html      a month's report, to be read and printed\n"
    "  kizashi query --store seen \"show tables\"       what a store holds, in SQL\n"
    "\n"
    "'kizashi COMMAND --help' explains a command; docs/ and the manual pages tell more.\n"
    "Exit codes: 0 done, 1 failed or partial, 2 wrong usage.\n"
    "Kizashi only listens: no command sends a packet to those it watches.";

/// The innermost command that was named, and its words: "kizashi read".
auto chosen(CLI::App const& program, std::string& words) -> CLI::App const* {
  auto const* at = &program;
  words = program.get_name();
  for (auto under = at->get_subcommands(); !under.empty(); under = at->get_subcommands()) {
    at = under.front();
    words += " " + at->get_name();
  }
  return at;
}

/// "there is no option --jsno; did you mean --json?" from what the parser did not understand.
auto explain(CLI::App const& command, CLI::ParseError const& wrong) -> std::string {
  std::vector<std::string> names;
  for (auto const* option : command.get_options())
    for (auto const& each : option->get_lnames()) names.push_back("--" + each);
  std::vector<std::string> commands;
  for (auto const* under : command.get_subcommands({})) commands.push_back(under->get_name());
  auto const rest = command.remaining();
  auto const is_extra = dynamic_cast<CLI::ExtrasError const*>(&wrong) != nullptr;
  auto const is_missing = dynamic_cast<CLI::RequiredError const*>(&wrong) != nullptr;
  if (rest.empty() && is_missing && !commands.empty())
    return fmt::format("no command is named; expected one of {}", fmt::join(commands, ", "));
  if (rest.empty() || (!is_extra && !is_missing)) return wrong.what();
  auto const& word = rest.front();
  names.insert(names.end(), commands.begin(), commands.end());
  std::vector<std::string_view> const views{names.begin(), names.end()};
  auto const near = closest(word, views);
  return fmt::format("there is no {} {}{}", word.starts_with('-') ? "option" : "command", word,
                     near.empty() ? "" : fmt::format("; did you mean {}?", near));
}

/// Thousands of captures that overlap in time are open together; shells grant 1024 files until one
/// asks for what the system permits.
void raise_file_limit() {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  static_cast<void>(::setrlimit(RLIMIT_NOFILE, &limit));  // else what was granted has to do
}

auto run(int count, char const* const* words) -> int {
  CLI::App program{
      "Kizashi, an open cyber-attack observatory: reads darknet traffic, says who sent "
      "what to where",
      "kizashi"};
  int exit_code = exit_done;
  program.set_version_flag("--version", fmt::format("kizashi {}", version()),
                           "Print the version and leave");
  program.set_help_flag("-h,--help", "Print this help and leave");
  program.require_subcommand(1);
  program.footer(main_footer);
  add_read(program, exit_code);
  add_serve(program, exit_code);
  add_status(program, exit_code);
#if __has_include("kizashi/app/synth.cpp")
  add_synth(program, exit_code);
#endif
  add_detect(program, exit_code);
  add_evaluate(program, exit_code);
  add_query(program, exit_code);
  add_stats(program, exit_code);
  add_report(program, exit_code);
  add_host(program, exit_code);
  add_match(program, exit_code);
  add_store(program, exit_code);
  add_account(program, exit_code);
  add_token(program, exit_code);
  add_audit(program, exit_code);
  add_place(program, exit_code);
  add_fingerprints(program, exit_code);
  add_scanners(program, exit_code);
  add_config(program, exit_code);
  add_bench(program, exit_code);
  try {
    program.parse(count, words);
  } catch (CLI::Success const& asked) {  // --help, --version
    return program.exit(asked);
  } catch (CLI::ParseError const& wrong) {
    std::string name;
    auto const* const command = chosen(program, name);
    return say_usage({errc::parse_error, explain(*command, wrong)}, name);
  }
  return exit_code;
}

}  // namespace
}  // namespace kizashi::app

auto main(int count, char** words) -> int {
  kizashi::app::ignore_broken_pipes();
  kizashi::app::raise_file_limit();
  return kizashi::app::run(count, words);
}
