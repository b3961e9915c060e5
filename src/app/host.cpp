// kizashi host: what a store knows of an address or a prefix.
#include <algorithm>
#include <memory>
#include <optional>
#include <string>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "kizashi/app/command.hpp"
#include "kizashi/app/host_output.hpp"
#include "kizashi/app/store_question.hpp"
#include "kizashi/app/terminal.hpp"
#include "kizashi/app/text_sink.hpp"
#include "kizashi/recognise/traffic.hpp"
#include "kizashi/telescope/events/scan_event.hpp"

namespace kizashi::app {
namespace {

constexpr auto host_name = "kizashi host";

constexpr auto host_examples =
    "Examples:\n"
    "  kizashi host --store seen 192.0.2.7                  first and last seen, ports, tools\n"
    "  kizashi host --store seen 2001:db8::/32 --top 20     all of a prefix, its busiest "
    "addresses\n"
    "  kizashi host --store seen 192.0.2.7 --from 2026-07-01 --json\n"
    "\n"
    "Looks at packets from the address, not to it. Activity by hour is drawn for the three days "
    "that\n"
    "end with the last one that was seen; --json has all hours. Countries and ASes are those of "
    "the\n"
    "time when the packets were stored. An address that was never seen is an answer like others: "
    "the\n"
    "text says so, in JSON packets is 0, and the exit code is 0.";

struct host_choice {
  question_choice of;
  std::string who;
};

auto answer(host_choice const& choice, net::prefix const& who) -> status {
  KIZASHI_TRY(auto const question, open_question(choice.of, host_name));
  auto& engine = *question.engine;
  host_answer found{{question, who, {}, {}, {}}, question};
  KIZASHI_TRY(found.profile, store::profile_of(engine, who, question.filter, question.options));
  KIZASHI_TRY(found.scanners, store::stored_names(engine, "scanner", question.options.ask));
  KIZASHI_TRY(found.fingerprints, store::stored_names(engine, "fingerprint", question.options.ask));
  KIZASHI_TRY(found.findings, answer::findings_of_host(engine, question, who, {}));
  standard_output out;
  KIZASHI_TRY(choice.of.is_json ? write_json(found, out) : write_text(found, output_style(), out));
  return out.flush();
}

auto run(host_choice const& choice) -> int {
  auto const who = net::prefix::parse(choice.who);
  if (!who) return say_usage(who.error(), host_name);
  if (auto const good = filter_of(choice.of); !good) return say_usage(good.error(), host_name);
  listen_for_stop();
  auto const done = answer(choice, *who);
  return done ? exit_done : say_unanswered(done.error());
}

}  // namespace

auto newest_days_of(store::host_profile const& profile) -> newest_days {
  constexpr std::uint32_t day = 86400;
  if (profile.days.empty() || profile.days.back().key.time == 0) return {};
  auto const last = profile.days.back().key.time;
  auto first = last;
  for (auto const& each : profile.days)
    if (each.key.time != 0 && each.key.time + 2 * day >= last) {
      first = each.key.time;
      break;
    }
  return {first, last + day};
}

void add_host(CLI::App& program, int& exit_code) {
  auto* const command =
      program.add_subcommand("host", "Tell what a store knows of an address or a prefix");
  command->footer(host_examples);
  auto const choice = std::make_shared<host_choice>();
  command->add_option("host", choice->who, "The address, IPv4 or IPv6, or the prefix")
      ->required()
      ->type_name("ADDRESS|PREFIX");
  add_store_options(*command, choice->of);
  command->callback([choice, &exit_code] { exit_code = run(*choice); });
}

}  // namespace kizashi::app
