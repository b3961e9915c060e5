// kizashi scanners: shows the known scanners, says whose an address is, and checks lists.
#include <algorithm>
#include <filesystem>
#include <memory>
#include <vector>

#include <fmt/format.h>

#include "kizashi/app/command.hpp"
#include "kizashi/app/report.hpp"
#include "kizashi/app/text_sink.hpp"
#include "kizashi/base/text.hpp"
#include "kizashi/recognise/scanner_list.hpp"

namespace kizashi::app {
namespace {

struct scanner_choice {
  std::vector<std::filesystem::path> lists;
  std::vector<std::string> addresses;
};

auto list_organisations(scanner_choice const& choice) -> status {
  KIZASHI_TRY(auto const list, recognise::scanner_list::read_with_shipped(choice.lists));
  std::vector<std::uint16_t> numbers;
  std::size_t width = 0;
  for (std::uint16_t i = 1; i <= list.organisations(); ++i) {
    numbers.push_back(i);
    width = std::max(width, list.organisation(i).size());
  }
  std::ranges::sort(numbers, {}, [&](std::uint16_t i) { return list.organisation(i); });
  standard_output out;
  for (auto const i : numbers)
    KIZASHI_TRY(
        out.write(fmt::format("{:<{}}  {:>6} prefixes  {}\n", list.organisation(i), width,
                              with_thousands(list.prefixes(i)), printable(list.source(i)))));
  return out.flush();
}

auto find_addresses(scanner_choice const& choice) -> status {
  KIZASHI_TRY(auto const list, recognise::scanner_list::read_with_shipped(choice.lists));
  standard_output out;
  for (auto const& text : choice.addresses) {
    KIZASHI_TRY(auto const address, net::address::parse(text));
    auto const number = list.find(address);
    KIZASHI_TRY(out.write(number == 0 ? fmt::format("{}  not listed\n", address.to_string())
                                      : fmt::format("{}  {}  {}\n", address.to_string(),
                                                    list.organisation(number),
                                                    printable(list.source(number)))));
  }
  return out.flush();
}

auto check_lists(scanner_choice const& choice) -> status {
  KIZASHI_TRY(auto const list, recognise::scanner_list::read(choice.lists));
  standard_output out;
  for (auto const& note : list.notes()) {
    KIZASHI_TRY(out.write(
        fmt::format("{}: {}, {} {}, {} repeated, {} refused\n", printable(note.file), note.format,
                    with_thousands(note.entries), note.entries == 1 ? "entry" : "entries",
                    with_thousands(note.repeated), with_thousands(note.refused))));
    for (auto const& message : note.messages)
      KIZASHI_TRY(out.write(fmt::format("  {}\n", printable(message))));
    if (note.refused > note.messages.size())
      KIZASHI_TRY(out.write(
          fmt::format("  and {} more\n", with_thousands(note.refused - note.messages.size()))));
  }
  return out.flush();
}

using scanner_action = auto(scanner_choice const&) -> status;

void run_when_chosen(CLI::App& command, std::shared_ptr<scanner_choice> const& choice,
                     scanner_action* action, int& exit_code) {
  command.callback([choice, action, &exit_code] {
    auto const done = action(*choice);
    exit_code = done ? exit_done : say_failure(done.error());
  });
}

void add_lists_option(CLI::App& command, scanner_choice& choice) {
  command
      .add_option("--scanners", choice.lists,
                  "Lists to read before the shipped one; of a folder all lists below it")
      ->type_name("FILE|FOLDER");
}

}  // namespace

void add_scanners(CLI::App& program, int& exit_code) {
  auto* const command =
      program.add_subcommand("scanners", "Known scanners: who says that he scans the Internet");
  command->require_subcommand(1);
  command->footer(
      "Examples:\n"
      "  kizashi scanners list\n"
      "  kizashi scanners find 162.142.125.7 --scanners lists/\n"
      "  kizashi scanners check mass_scanner.txt.gz\n"
      "\n"
      "Lists may be MISP warning lists, Maltrail's \"address # name\", CSV with a head line, "
      "TOML,\n"
      "or an address, prefix or range on each line; plain or gzip.");
  auto const choice = std::make_shared<scanner_choice>();
  auto* const list = command->add_subcommand("list", "Show the organisations");
  add_lists_option(*list, *choice);
  run_when_chosen(*list, choice, list_organisations, exit_code);
  auto* const find = command->add_subcommand("find", "Say whose addresses are");
  find->add_option("address", choice->addresses, "IPv4 or IPv6 addresses")
      ->required()
      ->type_name("ADDRESS");
  add_lists_option(*find, *choice);
  run_when_chosen(*find, choice, find_addresses, exit_code);
  auto* const check = command->add_subcommand("check", "Say what lists hold and what is refused");
  check->add_option("file", choice->lists, "Lists, or folders of lists")
      ->required()
      ->type_name("FILE");
  run_when_chosen(*check, choice, check_lists, exit_code);
}

}  // namespace kizashi::app
