// kizashi audit: what was done, and whether the log of it is whole.
#include <memory>
#include <optional>
#include <string>

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "kizashi/app/access_commands.hpp"
#include "kizashi/app/command.hpp"
#include "kizashi/app/json_document.hpp"
#include "kizashi/app/report.hpp"
#include "kizashi/app/terminal.hpp"
#include "kizashi/app/text_layout.hpp"
#include "kizashi/app/text_sink.hpp"

namespace kizashi::app {
namespace {

using when_missing = access::catalog::when_missing;

constexpr auto audit_examples =
    "Examples:\n"
    "  kizashi audit list --data /var/lib/kizashi                       the newest 50 rows\n"
    "  kizashi audit list --who hana --action data.exported --data /var/lib/kizashi\n"
    "  kizashi audit list --before 1200 --json --data /var/lib/kizashi  the page before row 1200\n"
    "  kizashi audit verify --data /var/lib/kizashi\n"
    "  kizashi audit verify --noted 1234:5f0c... --data /var/lib/kizashi\n"
    "  kizashi audit trim --keep 365d --data /var/lib/kizashi           drop what is older\n"
    "\n"
    "Each row holds a hash over itself and the row before it, so that a changed or missing row "
    "shows.\n"
    "Whoever can write the file can also reckon the hashes anew: note the last line of 'verify' "
    "on\n"
    "another machine, and give it to --noted the next time.";

struct audit_choice {
  std::string data;
  std::string who;
  std::string action;
  std::string from;
  std::string to;
  std::int64_t before = 0;
  std::size_t limit = 50;
  std::string noted;
  std::string keep;
  bool is_json = false;
};

auto filter_of(audit_choice const& choice) -> result<access::audit_filter> {
  access::audit_filter filter;
  filter.who = choice.who;
  filter.before = choice.before;
  filter.limit = choice.limit;
  if (!choice.action.empty()) {
    KIZASHI_TRY(filter.action, access::parse_audit_action(choice.action));
  }
  if (!choice.from.empty()) {
    KIZASHI_TRY(filter.from, timestamp::parse(choice.from));
  }
  if (!choice.to.empty()) {
    KIZASHI_TRY(filter.to, timestamp::parse(choice.to));
  }
  return filter;
}

auto list(audit_choice const& choice) -> status {
  KIZASHI_TRY(auto const filter, filter_of(choice));
  KIZASHI_TRY(auto const here, open_door(choice.data, when_missing::refuse));
  KIZASHI_TRY(auto const page, here->audit().list(filter));
  standard_output out;
  if (choice.is_json) {
    json_document document{out};
    KIZASHI_TRY(document.member("schema", "kizashi-audit/1"));
    KIZASHI_TRY(document.list("rows", page.rows, page.rows.size(), audit_row_json));
    KIZASHI_TRY(document.member("next", page.next == 0 ? json(nullptr) : json(page.next)));
    KIZASHI_TRY(document.close());
    return out.flush();
  }
  text_table table{{{"row", true},
                    {"time"},
                    {"who"},
                    {"address"},
                    {"action"},
                    {"on"},
                    {"outcome"},
                    {"details"}}};
  for (auto const& row : page.rows)
    table.add({std::to_string(row.id), when_text(row.at), printable(row.by.name),
               printable(row.by.address), std::string{access::name_of(row.action)},
               printable(row.subject), std::string{access::name_of(row.outcome)},
               row.details == "{}" ? "" : printable(row.details)});
  KIZASHI_TRY(table.write(output_style(), out));
  if (page.next > 0) KIZASHI_TRY(out.write(fmt::format("more: --before {}\n", page.next)));
  return out.flush();
}

auto verify(audit_choice const& choice) -> status {
  std::optional<access::audit_mark> noted;
  if (!choice.noted.empty()) {
    KIZASHI_TRY(noted, access::parse_audit_mark(choice.noted));
  }
  KIZASHI_TRY(auto const here, open_door(choice.data, when_missing::refuse));
  KIZASHI_TRY(auto defects, here->people().check());
  KIZASHI_TRY(auto const found, here->audit().verify(noted));
  defects.insert(defects.end(), found.defects.begin(), found.defects.end());
  if (!defects.empty())
    return fail(errc::io_error,
                fmt::format("{}\nthe catalogue is not whole: {}", fmt::join(defects, "\n"),
                            counted(defects.size(), "defect")));
  standard_output out;
  KIZASHI_TRY(out.write(fmt::format(
      "{}, the chain holds{}\n{}\n", counted(found.rows, "row"),
      found.first.id == 0 ? std::string{}
                          : fmt::format("; rows to {} were dropped by age", found.first.id),
      to_string(found.last))));
  return out.flush();
}

auto trim_log(audit_choice const& choice) -> status {
  KIZASHI_TRY(auto const keep, parse_duration(choice.keep));
  if (keep < std::chrono::hours{24})
    return fail(errc::parse_error,
                fmt::format("--keep is {}; expected 1d or more", to_string(keep)));
  auto const now = time_now();
  KIZASHI_TRY(auto const here, open_door(choice.data, when_missing::refuse));
  KIZASHI_TRY(auto const gone, here->audit().trim(now - keep, local_actor(), now));
  standard_output out;
  KIZASHI_TRY(
      out.write(fmt::format("dropped {}\n", counted(static_cast<std::uint64_t>(gone), "row"))));
  return out.flush();
}

auto add_command(CLI::App& audit, std::string const& name, std::string const& help,
                 std::shared_ptr<audit_choice> const& choice, int& exit_code,
                 status (*run)(audit_choice const&)) -> CLI::App* {
  auto* const command = audit.add_subcommand(name, help);
  add_data_option(*command, choice->data);
  command->callback([choice, name, run, &exit_code] {
    exit_code = exit_code_of(run(*choice), "kizashi audit " + name);
  });
  return command;
}

void add_list_options(CLI::App& command, audit_choice& choice) {
  command.add_option("--who", choice.who, "What this account did")->type_name("NAME");
  command.add_option("--action", choice.action, "This action alone, such as log-in")
      ->type_name("ACTION");
  command.add_option("--from", choice.from, "Not before, such as 2026-01-15T09:00:00Z")
      ->type_name("TIME");
  command.add_option("--to", choice.to, "Before")->type_name("TIME");
  command.add_option("--before", choice.before, "Only rows with a lower number")->type_name("ROW");
  command.add_option("--limit", choice.limit, "How many rows")
      ->check(CLI::Range(1, 1000))
      ->type_name("N")
      ->capture_default_str();
  command.add_flag("--json", choice.is_json, "As one JSON document");
}

}  // namespace

auto audit_row_json(access::audit_row const& row) -> answer::json {
  return {{"id", row.id},
          {"time", time_json(row.at)},
          {"who", row.by.name},
          {"address", row.by.address},
          {"action", access::name_of(row.action)},
          {"subject", row.subject},
          {"outcome", access::name_of(row.outcome)},
          {"details", json::parse(row.details, nullptr, false)},
          {"hash", access::hex_of(row.hash)}};
}

void add_audit(CLI::App& program, int& exit_code) {
  auto* const audit = program.add_subcommand("audit", "Show what was done by whom");
  audit->require_subcommand(1);
  audit->footer(audit_examples);
  auto const choice = std::make_shared<audit_choice>();
  add_list_options(*add_command(*audit, "list", "The newest rows first", choice, exit_code, list),
                   *choice);
  auto* command = add_command(*audit, "verify", "Find rows that were changed or taken away", choice,
                              exit_code, verify);
  command->add_option("--noted", choice->noted, "A place that an earlier verify printed")
      ->type_name("ROW:HASH");
  command = add_command(*audit, "trim", "Drop the oldest rows; the rest stays a chain", choice,
                        exit_code, trim_log);
  command->add_option("--keep", choice->keep, "How much is kept, such as 365d")
      ->required()
      ->type_name("AGE");
}

}  // namespace kizashi::app
