// kizashi store import: data sets of others into a store.
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "kizashi/app/command.hpp"
#include "kizashi/app/export_import.hpp"
#include "kizashi/app/import_lines.hpp"
#include "kizashi/app/line_import.hpp"
#include "kizashi/app/open_store.hpp"
#include "kizashi/app/progress_bar.hpp"
#include "kizashi/app/report.hpp"
#include "kizashi/app/store_commands.hpp"
#include "kizashi/app/terminal.hpp"
#include "kizashi/app/text_layout.hpp"
#include "kizashi/base/text.hpp"
#include "kizashi/capture/packed_lines.hpp"

namespace kizashi::app {
namespace {

constexpr auto store_import_name = "kizashi store import";
constexpr std::uint64_t lines_between_looks = 4096;
constexpr std::uint64_t most_shown = 10;  // bad lines of a file

constexpr auto store_import_examples =
    "Examples:\n"
    "  kizashi store import --store seen --sensor nict-a --form nict 201808*.csv.bz2\n"
    "  kizashi store import --store seen --sensor ucsd --form flowtuple tuples.cors.gz\n"
    "  kizashi store import --store copy --form kizashi night.parquet\n"
    "\n"
    "Forms:\n"
    "  kizashi     what 'kizashi store export' wrote, with destinations: .csv, .jsonl, .parquet.\n"
    "  nict        NICT Darknet Dataset 2022: time, hash of the source's /16, hash of the source,\n"
    "              lower half of the destination, port. Its sources are pseudonyms and stand in\n"
    "              packets6 as 2001:2f:..., which are no addresses of anybody.\n"
    "  flowtuple   corsaro's ASCII form, or CSV with the columns of FlowTuple 3: goes to tuples.\n"
    "Files may be packed by gzip, zstd, bzip2 or xz. Importing a file again stores nothing.\n"
    "docs/import-export.md says more.";

struct import_choice {
  std::string store;
  std::string sensor;
  std::string form;
  std::vector<std::string> files;
  bool skips_bad = false;
  bool is_quiet = false;
};

struct import_total {
  import_counts counts;
  std::uint64_t bad_lines = 0;
  bool is_partial = false;
};

void say_bad(std::string const& file, capture::text_line const& line, std::string const& why,
             std::uint64_t bad) {
  if (bad <= most_shown)
    say_failure({errc::parse_error, fmt::format("{}:{}: {}", file, line.number, why)});
}

auto why_bad(capture::text_line const& line, line_import& into) -> status {
  if (line.is_too_long)
    return fail(errc::parse_error, fmt::format("longer than {} bytes; no line of this form is",
                                               capture::packed_lines::most_line_bytes));
  return into.parse(line.text);
}

/// How the reading of a file ended.
enum class file_end : std::uint8_t { whole, damaged, bad_line, stopped };

/// Hands the lines on as far as they can be read. Fails when the store does.
auto keep_lines(import_lines& lines, std::string const& file, import_choice const& choice,
                line_import& into, import_total& total) -> result<file_end> {
  progress_bar bar{!choice.is_quiet};
  std::uint64_t bad = 0;
  auto how = file_end::whole;
  status kept;
  auto const end = [&](file_end why) {
    how = why;
    return fail(errc::interrupted, "no more lines are wanted");
  };
  auto const read = lines.for_each(
      [&](capture::text_line const& line, capture::progress const& position) -> status {
        if (line.number % lines_between_looks == 0) {
          bar.show(line.number, position);
          if (is_stop_wanted()) return end(file_end::stopped);
        }
        if (auto const good = why_bad(line, into); !good) {
          ++bad;
          bar.clear();
          say_bad(file, line, good.error().message, bad);
          return choice.skips_bad ? status{} : end(file_end::bad_line);
        }
        kept = into.keep();
        return kept;
      });
  bar.clear();
  if (!read && kept && how == file_end::whole) {
    say_failure(read.error());
    how = file_end::damaged;
  }
  if (bad > most_shown)
    say_failure({errc::parse_error,
                 fmt::format("{}: and {} more bad lines", file, with_thousands(bad - most_shown))});
  total.bad_lines += bad;
  KIZASHI_TRY(kept);
  return how;
}

auto import_file(std::string const& file, import_choice const& choice,
                 std::shared_ptr<store::engine> const& engine, import_total& total)
    -> result<file_end> {
  KIZASHI_TRY(auto lines, import_lines::open(file, engine));
  KIZASHI_TRY(auto const into, choice.form == "kizashi"
                                   ? open_export_import(file, engine, choice.sensor)
                                   : open_line_import(choice.form, engine, choice.sensor));
  auto end = keep_lines(lines, file, choice, *into, total);
  auto const finished = end ? into->finish(*end == file_end::whole) : status{};
  auto const counts = into->counts();
  total.counts.stored += counts.stored;
  total.counts.known += counts.known;
  total.is_partial = total.is_partial || !end || *end != file_end::whole;
  KIZASHI_TRY(finished);
  return end;
}

auto describe(import_total const& total, import_choice const& choice) -> std::string {
  auto const what = choice.form == "flowtuple" ? "tuple" : "packet";
  auto text = fmt::format("{} stored in {}", counted(total.counts.stored, what), choice.store);
  if (total.counts.known > 0)
    text += fmt::format("; {} were there before", with_thousands(total.counts.known));
  if (total.bad_lines > 0 && choice.skips_bad)
    text += fmt::format("; {} left out, as --skip-bad says", counted(total.bad_lines, "bad line"));
  return text;
}

/// The exit code, once everything that came is in the store.
auto import_all(import_choice const& choice, std::shared_ptr<store::engine> const& engine,
                import_total& total) -> int {
  auto last = file_end::whole;
  bool has_failed = false;
  for (auto const& file : choice.files) {
    auto const end = import_file(file, choice, engine, total);
    if (!end) {
      say_failure(end.error());
      has_failed = true;
      continue;
    }
    last = *end;
    if (last == file_end::stopped || last == file_end::bad_line) break;
  }
  if (!choice.is_quiet) fmt::print(stderr, "kizashi: {}\n", printable(describe(total, choice)));
  if (last == file_end::bad_line)
    return say_failure({errc::parse_error,
                        "what stands behind the bad line was not imported; mend the file, or leave "
                        "bad lines out with --skip-bad, and import it again"});
  if (last == file_end::stopped)
    return say_failure({errc::io_error, "stopped; import the rest by the same command"});
  if (total.is_partial)
    return say_failure({errc::io_error, "partial: not all of the files could be read"});
  return has_failed ? exit_failed : exit_done;
}

auto run(import_choice const& choice) -> int {
  if (choice.sensor.empty() && choice.form != "kizashi")
    return say_usage(
        {errc::parse_error,
         fmt::format("--form {} does not say who saw it; expected --sensor NAME", choice.form)},
        store_import_name);
  listen_for_stop();
  bool const is_new = is_new_store(choice.store);
  bool const had_folder = std::filesystem::exists(choice.store);
  import_total total;
  auto engine = open_with_door(choice.store, store_import_name);
  if (!engine) return say_failure(engine.error());
  auto const code = import_all(choice, *engine, total);
  // A store that a failure alone has made would be taken for one that somebody wanted.
  if (is_new && code != exit_done && total.counts.stored == 0) {
    engine->reset();
    remove_new_store(choice.store, had_folder);
  }
  return code;
}

}  // namespace

void add_store_import(CLI::App& store, int& exit_code) {
  auto* const command = store.add_subcommand("import", "Store data sets that others have made");
  command->footer(store_import_examples);
  auto const choice = std::make_shared<import_choice>();
  command->add_option("files", choice->files, "Files of one form, each a stream of its own")
      ->required()
      ->type_name("FILE");
  add_store_option(*command, choice->store);
  command
      ->add_option("--sensor", choice->sensor,
                   "Name of who saw it; one of its own for data with pseudonyms (--form kizashi: "
                   "default as the file says)")
      ->type_name("NAME");
  command->add_option("--form", choice->form, "What the files hold: kizashi, nict or flowtuple")
      ->required()
      ->check(CLI::IsMember({"kizashi", "nict", "flowtuple"}))
      ->type_name("FORM");
  command->add_flag("--skip-bad", choice->skips_bad,
                    "Leave lines out that cannot be read; they are counted");
  command->add_flag("--no-progress", choice->is_quiet,
                    "Write nothing but failures to the terminal");
  command->callback([choice, &exit_code] { exit_code = run(*choice); });
}

}  // namespace kizashi::app
