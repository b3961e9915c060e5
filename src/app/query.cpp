// kizashi query: a question in SQL to a store.
#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <system_error>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "kizashi/app/command.hpp"
#include "kizashi/app/open_store.hpp"
#include "kizashi/app/part_file.hpp"
#include "kizashi/app/query_output.hpp"
#include "kizashi/app/settings.hpp"
#include "kizashi/app/standard_input.hpp"
#include "kizashi/app/terminal.hpp"
#include "kizashi/app/text_layout.hpp"
#include "kizashi/app/text_sink.hpp"
#include "kizashi/base/output_file.hpp"
#include "kizashi/base/text.hpp"
#include "kizashi/base/time.hpp"

namespace kizashi::app {
namespace {

constexpr auto query_name = "kizashi query";

constexpr auto query_examples =
    "Examples:\n"
    "  kizashi query --store seen \"show tables\"\n"
    "  kizashi query --store seen \"describe packets\"\n"
    "  kizashi query --store seen \"select dst_port, count() as packets from packets\n"
    "      where protocol = 6 group by dst_port order by packets desc limit 10\"\n"
    "  kizashi query --store seen \"select IPv4NumToString(src) as source, uniq(dst_port) as "
    "ports\n"
    "      from packets group by src order by ports desc limit 10\"\n"
    "  kizashi query --store seen -o night.parquet \"select * from packets\n"
    "      where ts >= toUnixTimestamp('2026-01-15 00:00:00') * 1000000\"\n"
    "  kizashi query --store seen - < question.sql | head\n"
    "\n"
    "In packets, ts is in microseconds since 1970 (UTC) and src and dst are numbers:\n"
    "fromUnixTimestamp64Micro(ts) and IPv4NumToString(src) make them readable. The language is\n"
    "ClickHouse's SQL. A question reads: nothing in the store can be changed with it, no file is\n"
    "read, no connection opened. On a terminal the answer is a table, else CSV with a line of "
    "names;\n"
    "with -o it follows from the file's name. A SQL text that begins with -- goes in by '-'.";

enum class query_format : std::uint8_t { table, csv, json_lines, parquet };

struct query_choice {
  std::string store;
  std::string sql;
  std::string format;
  std::string output;
  std::string memory = "2GiB";
  std::string time_limit;
  unsigned threads = 0;
};

/// The choice, checked.
struct query_plan {
  query_format format = query_format::table;
  std::string output;  ///< empty: standard output
  store::ask_limits limits;
};

auto format_named(std::string_view text) -> std::optional<query_format> {
  if (text == "table") return query_format::table;
  if (text == "csv") return query_format::csv;
  if (text == "jsonl") return query_format::json_lines;
  if (text == "parquet") return query_format::parquet;
  return std::nullopt;
}

auto format_of(query_choice const& choice, std::string const& output) -> result<query_format> {
  if (auto const named = format_named(choice.format)) return *named;
  if (output.empty()) return ::isatty(STDOUT_FILENO) == 1 ? query_format::table : query_format::csv;
  auto const ending = std::filesystem::path{output}.extension().string();
  if (!ending.empty())
    if (auto const named = format_named(ending.substr(1))) return *named;
  return fail(errc::parse_error,
              fmt::format("{}: the name does not say which format it is to have; expected .csv, "
                          ".jsonl or .parquet, or --format",
                          output));
}

auto check_parquet(std::string const& output) -> status {
  if (output.empty())
    return fail(errc::parse_error, "Parquet is one file and no stream; expected -o FILE");
  std::error_code ignored;
  auto const file = std::filesystem::status(output, ignored);
  if (!std::filesystem::exists(file) || std::filesystem::is_regular_file(file)) return {};
  return fail(errc::parse_error,
              fmt::format("{}: Parquet is written into files only, and this is none", output));
}

auto plan_of(query_choice const& choice) -> result<query_plan> {
  query_plan plan;
  if (choice.output != "-") plan.output = choice.output;
  KIZASHI_TRY(plan.format, format_of(choice, plan.output));
  if (plan.format == query_format::parquet) KIZASHI_TRY(check_parquet(plan.output));
  KIZASHI_TRY(plan.limits.memory, parse_memory(choice.memory));
  plan.limits.threads = choice.threads;
  if (choice.time_limit.empty()) return plan;
  KIZASHI_TRY(auto const time, parse_duration(choice.time_limit));
  plan.limits.time = std::chrono::ceil<std::chrono::seconds>(time);
  if (plan.limits.time.count() == 0)
    return fail(errc::out_of_range, "--time-limit is 0s; expected 1s or more");
  return plan;
}

/// What was named, or what standard input holds.
auto read_sql(std::string const& named) -> result<std::string> {
  constexpr std::size_t most = std::size_t{1} << 20;
  if (named != "-") return named;
  std::string text;
  stoppable_input const input;
  char bytes[4096];
  for (;;) {
    auto const size = ::read(STDIN_FILENO, bytes, sizeof bytes);
    if (size < 0 && errno == EINTR) continue;
    if (size < 0) return system_failure("standard input", "read", errno);
    if (input.was_stopped()) return fail(errc::interrupted, "stopped");
    if (size == 0) return text;
    text.append(bytes, static_cast<std::size_t>(size));
    if (text.size() > most)
      return fail(errc::limit_reached,
                  "standard input has more than 1 MiB; expected a question in SQL");
  }
}

// --- failures ---------------------------------------------------------------------------------

/// "SQL:2:8: ..." with the line and a mark below the place.
auto with_place(std::string const& message, std::string_view sql) -> std::string {
  constexpr std::string_view mark = "SQL:";
  if (!message.starts_with(mark)) return message;
  auto const parts = split(message, ':');
  auto const lines = split(sql, '\n');
  if (parts.size() < 4) return message;
  auto const row = parse_unsigned(parts[1], lines.size());
  auto const column = parse_unsigned(parts[2], sql.size() + 1);
  if (!row || !column || *row == 0 || *column == 0) return message;
  auto const line = lines[*row - 1];
  constexpr std::size_t around = 60;
  auto const place = std::min<std::size_t>(*column - 1, line.size());
  auto const begin = place > around ? place - around : 0;
  auto const before = printable(line.substr(begin, place - begin));
  return fmt::format("{}\n  {}{}\n  {:>{}}", message, before, printable(line.substr(place, around)),
                     '^', width_of(before) + 1);
}

/// With what a person can do about it.
auto with_hint(std::string message) -> std::string {
  if (message.starts_with("Unknown table"))
    message += "; \"show tables\" names those that are there";
  if (message.starts_with("the question needs more memory")) message += " (--memory)";
  if (message.starts_with("the question takes longer")) message += " (--time-limit)";
  return message;
}

auto say(error const& what, std::string_view sql) -> int {
  if (is_stop_wanted())
    return say_failure({errc::io_error, "stopped before the answer was complete"});
  if (what.code == errc::interrupted) return exit_done;  // the reader of a pipe has seen enough
  return say_failure({what.code, with_hint(with_place(what.message, sql))});
}

// --- asking -----------------------------------------------------------------------------------

auto question_of(query_plan const& plan, std::string_view sql) -> store::question {
  return {sql, store::answer_form::named_lines, plan.limits, is_stop_wanted};
}

auto make_output(query_plan const& plan, text_sink& out) -> std::unique_ptr<query_output> {
  if (plan.format == query_format::json_lines) return make_json_lines_output(out);
  if (plan.format == query_format::csv) return make_csv_output(out);
  auto style = output_style();
  if (!plan.output.empty()) style.has_colour = false;
  // Where no terminal ends a line it need not be cut.
  if (!plan.output.empty() || ::isatty(STDOUT_FILENO) != 1)
    style.width = std::numeric_limits<unsigned>::max();
  return make_table_output(style, out);
}

/// `flush` is called after each piece, so that who reads a pipe sees rows as they come.
template <class Flush>
auto ask_text(store::engine& of, query_plan const& plan, std::string_view sql, text_sink& out,
              Flush flush) -> status {
  auto const output = make_output(plan, out);
  auto asked = question_of(plan, sql);
  asked.form = output->form();
  auto const answered = of.ask(asked, [&](std::span<std::uint8_t const> piece) -> status {
    KIZASHI_TRY(output->write(piece));
    return flush();
  });
  if (!answered && !output->is_full()) return answered;
  return output->finish();
}

auto ask(query_choice const& choice, query_plan const& plan, std::string_view sql) -> status {
  KIZASHI_TRY(auto const opened, open_store_to_ask(choice.store, query_name));
  if (plan.format == query_format::parquet) {
    KIZASHI_TRY(auto part, part_file::create(plan.output));
    KIZASHI_TRY(opened->ask_parquet(question_of(plan, sql), part.path()));
    return part.commit();
  }
  if (plan.output.empty()) {
    standard_output out;
    KIZASHI_TRY(ask_text(*opened, plan, sql, out, [&] { return out.flush(); }));
    return out.flush();
  }
  KIZASHI_TRY(auto file, output_file::create(plan.output));
  file_sink out{std::move(file)};
  KIZASHI_TRY(ask_text(*opened, plan, sql, out, [] { return status{}; }));
  return out.commit();
}

auto run(query_choice const& choice) -> int {
  auto const plan = plan_of(choice);
  if (!plan) return say_usage(plan.error(), query_name);
  listen_for_stop();
  auto const sql = read_sql(choice.sql);
  if (!sql) return say(sql.error(), {});
  if (trim(*sql).empty())
    return say_usage({errc::parse_error, "the question is empty; expected a text in SQL"},
                     query_name);
  auto const answered = ask(choice, *plan, *sql);
  return answered ? exit_done : say(answered.error(), *sql);
}

}  // namespace

void add_query(CLI::App& program, int& exit_code) {
  auto* const command = program.add_subcommand("query", "Ask a store in SQL");
  command->footer(query_examples);
  auto const choice = std::make_shared<query_choice>();
  command->add_option("sql", choice->sql, "The question: SQL, or - to read it from standard input")
      ->required()
      ->type_name("SQL|-");
  command->add_option("--store", choice->store, "The folder of the store")
      ->required()
      ->type_name("DIR");
  command
      ->add_option("--format", choice->format,
                   "table, csv, jsonl or parquet (default: by the name of -o's file; without -o "
                   "table on a terminal, else csv)")
      ->check(CLI::IsMember({"table", "csv", "jsonl", "parquet"}))
      ->type_name("FORMAT");
  command
      ->add_option("-o,--output", choice->output,
                   "Write the answer there; the file appears when it is complete")
      ->type_name("FILE");
  command
      ->add_option("--memory", choice->memory,
                   "What the question may take; beyond a quarter of it large groupings and sorts "
                   "go to the disk (default 2GiB)")
      ->type_name("SIZE");
  command
      ->add_option("--time-limit", choice->time_limit,
                   "Give up after so long, such as 30s (default: as long as it takes)")
      ->type_name("DURATION");
  command
      ->add_option("--threads", choice->threads,
                   "Threads of the question (default: as many as the machine has)")
      ->check(CLI::Range(1U, 256U))
      ->type_name("NUMBER");
  command->callback([choice, &exit_code] { exit_code = run(*choice); });
}

}  // namespace kizashi::app
