// kizashi place: makes the table of countries and ASes and asks it.
#include <memory>

#include <fmt/format.h>

#include "kizashi/app/command.hpp"
#include "kizashi/app/place_file.hpp"
#include "kizashi/app/report.hpp"
#include "kizashi/app/text_layout.hpp"
#include "kizashi/app/text_sink.hpp"
#include "kizashi/base/text.hpp"

namespace kizashi::app {
namespace {

struct place_choice {
  recognise::place_sources sources;
  std::string output;
  std::string table;
  std::vector<std::string> addresses;
};

auto compile(place_choice const& choice) -> status {
  KIZASHI_TRY(auto const counts, recognise::compile_places(choice.sources, choice.output));
  standard_output out;
  KIZASHI_TRY(out.write(fmt::format(
      "{}: {} IPv4 and {} IPv6 ranges, {} AS\n", choice.output, with_thousands(counts.ipv4_ranges),
      with_thousands(counts.ipv6_ranges), with_thousands(counts.systems))));
  if (counts.overlaps > 0)
    KIZASHI_TRY(
        out.write(fmt::format("{} rows of the sources begin inside of another row; the "
                              "later one holds\n",
                              with_thousands(counts.overlaps))));
  return out.flush();
}

auto find(place_choice const& choice) -> status {
  std::string hint;
  KIZASHI_TRY(auto const table, open_places(choice.table, hint));
  if (!hint.empty()) return fail(errc::not_found, hint);
  standard_output out;
  for (auto const& text : choice.addresses) {
    KIZASHI_TRY(auto const address, net::address::parse(text));
    auto const found = table.find(address);
    auto const number = found.asn.number();
    auto const system = number == 0 ? std::string{"AS unknown"} : fmt::format("AS{}", number);
    auto line = fmt::format("{}  {}  {}  {}", address.to_string(), found.country.text(), system,
                            printable(table.name(found.asn)));
    line.erase(line.find_last_not_of(' ') + 1);
    KIZASHI_TRY(out.write(line + "\n"));
  }
  return out.flush();
}

void add_compile(CLI::App& place, std::shared_ptr<place_choice> const& choice, int& exit_code) {
  auto* const command = place.add_subcommand(
      "compile", "Make the table from a country .mmdb and an AS .csv or .mmdb");
  command->add_option("--country", choice->sources.country, "Country of each address, .mmdb")
      ->required()
      ->type_name("FILE");
  command
      ->add_option("--asn", choice->sources.asn,
                   "AS of each address: .mmdb, or .csv with first address, last address, number, "
                   "name")
      ->required()
      ->type_name("FILE");
  command->add_option("--asn-ipv6", choice->sources.asn_ipv6, "A second .csv, for IPv6")
      ->type_name("FILE");
  command->add_option("--origin", choice->sources.origin, "The line that reports give as origin")
      ->type_name("TEXT");
  command->add_option("-o,--output", choice->output, "The table's file")
      ->required()
      ->type_name("FILE");
  command->callback([choice, &exit_code] {
    auto const done = compile(*choice);
    exit_code = done ? exit_done : say_failure(done.error());
  });
}

void add_find(CLI::App& place, std::shared_ptr<place_choice> const& choice, int& exit_code) {
  auto* const command = place.add_subcommand("find", "Say country and AS of addresses");
  command->add_option("address", choice->addresses, "IPv4 or IPv6 addresses")
      ->required()
      ->type_name("ADDRESS");
  command->add_option("--place", choice->table, "The table, when it is not at its usual place")
      ->type_name("FILE");
  command->callback([choice, &exit_code] {
    auto const done = find(*choice);
    exit_code = done ? exit_done : say_failure(done.error());
  });
}

}  // namespace

void add_place(CLI::App& program, int& exit_code) {
  auto* const command =
      program.add_subcommand("place", "Make and ask the table of countries and ASes");
  command->require_subcommand(1);
  command->footer(
      "Examples:\n"
      "  kizashi place find 192.0.2.1 2001:db8::1\n"
      "  kizashi place compile --country country.mmdb --asn asn.mmdb -o place.table\n"
      "\n"
      "./dev build makes the table of its own accord. A table tells where an address is "
      "registered\n"
      "and announced, not where somebody sits.");
  auto const choice = std::make_shared<place_choice>();
  add_compile(*command, choice, exit_code);
  add_find(*command, choice, exit_code);
}

}  // namespace kizashi::app
