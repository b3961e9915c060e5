// kizashi fingerprints: shows the table by which tools and malware are known, checks files of one's
// own.
#include <cmath>
#include <iterator>
#include <memory>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <nlohmann/json.hpp>

#include "kizashi/app/command.hpp"
#include "kizashi/app/fingerprint_files.hpp"
#include "kizashi/app/terminal.hpp"
#include "kizashi/app/text_layout.hpp"
#include "kizashi/base/config.hpp"
#include "kizashi/base/text.hpp"
#include "kizashi/recognise/fingerprint_check.hpp"

namespace kizashi::app {
namespace {

using recognise::fingerprint;
using recognise::fingerprint_table;

constexpr auto footer =
    "A file of one's own:\n"
    "  [[fingerprint]]\n"
    "  name = \"my-botnet\"\n"
    "  kind = \"malware\"                  malware, tool, research or unknown\n"
    "  description = \"Bots of last May\"\n"
    "  match = [\"tcp.syn\", \"tcp.window == 5999\", \"ip.id == (ip.dst ^ tcp.dstport) & "
    "0xffff\"]\n"
    "  false_match = \"2^-16\"             the share of ordinary packets that pass\n"
    "  packets = 2                       how many make a verdict\n"
    "  source = \"our report of 2026-05\"\n"
    "\n"
    "same = \"tcp.seq ^ ip.dst\" says that an expression is equal in the SYN of one source.\n"
    "independent = false says that a source passes with all its packets or with none.\n"
    "Examples:\n"
    "  kizashi fingerprints list\n"
    "  kizashi fingerprints show masscan\n"
    "  kizashi fingerprints check mine.toml\n"
    "docs/fingerprints.md explains fields, operators and numbers.";

struct fingerprints_choice {
  std::vector<std::string> files;
  std::string name;
  bool is_json = false;
};

/// "2^-16", "0.001".
auto chance_text(double chance) -> std::string {
  int exponent = 0;
  if (std::frexp(chance, &exponent) == 0.5 && exponent < 0)
    return fmt::format("2^{}", exponent - 1);
  return fmt::format("{:.3g}", chance);
}

auto scope_text(recognise::fingerprint_scope scope) -> std::string_view {
  using enum recognise::fingerprint_scope;
  switch (scope) {
    case tcp_syn:
      return "TCP SYN";
    case tcp:
      return "TCP";
    case udp:
      return "UDP";
    case icmp:
      return "ICMP";
    case any:
      break;
  }
  return "any";
}

auto json_of(fingerprint const& each) -> nlohmann::ordered_json {
  nlohmann::ordered_json out{{"name", each.name},
                             {"kind", recognise::name_of(each.kind)},
                             {"description", each.description},
                             {"match", each.match}};
  if (!each.same.empty()) out["same"] = each.same;
  out["false_match"] = each.false_match;
  out["packets"] = each.packets;
  out["independent"] = each.is_independent;
  out["source"] = each.source;
  return out;
}

auto say_warnings(std::vector<std::string> const& warnings) -> void {
  for (auto const& each : warnings) fmt::print(stderr, "kizashi: warning: {}\n", printable(each));
}

auto list(fingerprints_choice const& choice) -> status {
  KIZASHI_TRY(auto const loaded, load_fingerprints(choice.files));
  say_warnings(loaded.warnings);
  standard_output out;
  if (choice.is_json) {
    auto all = nlohmann::ordered_json::array();
    for (auto const& each : loaded.table.entries()) all.push_back(json_of(each));
    nlohmann::ordered_json const document{{"fingerprints", std::move(all)}};
    using handler = nlohmann::ordered_json::error_handler_t;
    KIZASHI_TRY(out.write(document.dump(2, ' ', false, handler::replace) + "\n"));
    return out.flush();
  }
  text_table table{{{"name"}, {"kind"}, {"of"}, {"by chance", true}, {"packets", true}, {"what"}}};
  for (auto const& each : loaded.table.entries())
    table.add({each.name, std::string{recognise::name_of(each.kind)},
               std::string{scope_text(each.scope)}, chance_text(each.false_match),
               with_thousands(each.packets), printable(each.description)});
  KIZASHI_TRY(table.write(output_style(), out));
  return out.flush();
}

/// What makes a verdict, in words.
auto verdict_text(fingerprint const& each) -> std::string {
  auto const chance = chance_text(each.false_match);
  if (!each.same.empty())
    return fmt::format("{} SYN with the same value; {} of two ordinary SYN have it by chance",
                       each.packets, chance);
  if (each.is_independent)
    return fmt::format("{} that pass, and too many for chance; {} of ordinary packets pass",
                       counted(each.packets, "packet"), chance);
  return fmt::format("{} that pass; {} of ordinary sources look like that, however much they send",
                     counted(each.packets, "packet"), chance);
}

auto find(fingerprint_table const& table, std::string const& name) -> result<fingerprint const*> {
  std::vector<std::string_view> names;
  for (auto const& each : table.entries()) {
    if (each.name == name) return &each;
    names.push_back(each.name);
  }
  auto const near = closest(name, names);
  return fail(errc::not_found,
              fmt::format("there is no fingerprint {}; {}", printable(name),
                          near.empty() ? "'kizashi fingerprints list' names them all"
                                       : fmt::format("did you mean {}?", near)));
}

auto show(fingerprints_choice const& choice) -> status {
  KIZASHI_TRY(auto const loaded, load_fingerprints(choice.files));
  say_warnings(loaded.warnings);
  KIZASHI_TRY(auto const* const found, find(loaded.table, choice.name));
  standard_output out;
  if (choice.is_json) {
    using handler = nlohmann::ordered_json::error_handler_t;
    KIZASHI_TRY(out.write(json_of(*found).dump(2, ' ', false, handler::replace) + "\n"));
    return out.flush();
  }
  auto const line = [&](std::string_view label, std::string const& text) -> status {
    auto first = true;
    for (auto const& each : wrap(printable(text), output_style().width - 13)) {
      KIZASHI_TRY(out.write(fmt::format("{:<13}{}\n", first ? label : "", each)));
      first = false;
    }
    return {};
  };
  KIZASHI_TRY(line("name", found->name));
  KIZASHI_TRY(line("kind", std::string{recognise::name_of(found->kind)}));
  KIZASHI_TRY(line("what", found->description));
  KIZASHI_TRY(line("packets of", std::string{scope_text(found->scope)}));
  for (auto const& each : found->match) KIZASHI_TRY(line("must hold", each));
  if (!found->same.empty()) KIZASHI_TRY(line("is the same", found->same));
  KIZASHI_TRY(line("verdict", verdict_text(*found)));
  KIZASHI_TRY(line("published", found->source));
  return out.flush();
}

/// Every file is looked at, also behind one that has mistakes.
auto check(fingerprints_choice const& choice) -> status {
  standard_output out;
  std::string failures;
  for (auto const& path : choice.files) {
    auto const read = read_fingerprint_file(path);
    if (!read) {
      failures += (failures.empty() ? "" : "\n") + read.error().message;
      continue;
    }
    KIZASHI_TRY(out.write(
        fmt::format("{}: {}\n", printable(path), counted(read->entries().size(), "fingerprint"))));
    text_table table{{{"name"}, {"ordinary", true}, {"passed", true}, {"false_match", true}, {""}}};
    for (auto const& each : recognise::measure_ordinary(*read, 1)) {
      auto const& entry = read->entries()[each.fingerprint];
      table.add({entry.name, with_thousands(each.tried), with_thousands(each.matched),
                 chance_text(entry.false_match), each.is_far_above ? "far above" : ""});
    }
    KIZASHI_TRY(table.write(output_style(), out));
    for (auto const& each : recognise::check_ordinary(*read, 1))
      KIZASHI_TRY(out.write(fmt::format("warning: {}\n", printable(each))));
  }
  KIZASHI_TRY(out.flush());
  if (!failures.empty()) return fail(errc::parse_error, failures);
  return {};
}

void add_command(CLI::App& parent, std::string const& name, std::string const& help,
                 std::shared_ptr<fingerprints_choice> const& choice, int& exit_code,
                 status (*run)(fingerprints_choice const&)) {
  auto* const command = parent.add_subcommand(name, help);
  if (name == "check") {
    command->add_option("file", choice->files, "Files of fingerprints")
        ->required()
        ->type_name("FILE");
  } else {
    if (name == "show")
      command->add_option("name", choice->name, "The fingerprint")->required()->type_name("NAME");
    command
        ->add_option("--fingerprints", choice->files,
                     "A file with more; may be given several times")
        ->type_name("FILE");
    command->add_flag("--json", choice->is_json, "As one JSON document");
  }
  command->callback([choice, run, &exit_code] {
    auto const done = run(*choice);
    exit_code = done ? exit_done : say_failure(done.error());
  });
}

}  // namespace

void add_fingerprints(CLI::App& program, int& exit_code) {
  auto* const command = program.add_subcommand(
      "fingerprints", "Show and check the marks by which tools and malware are known");
  command->require_subcommand(1);
  command->footer(footer);
  auto const choice = std::make_shared<fingerprints_choice>();
  add_command(*command, "list", "All fingerprints, one a line", choice, exit_code, list);
  add_command(*command, "show", "What one of them tests, and where it is published", choice,
              exit_code, show);
  add_command(*command, "check", "Find mistakes in files, and entries that ordinary packets pass",
              choice, exit_code, check);
#if __has_include("kizashi/app/fingerprints_discover.cpp")
  add_fingerprints_discover(*command, exit_code);
#endif
}

}  // namespace kizashi::app
