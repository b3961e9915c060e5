// kizashi token: how programs enter.
#include <memory>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

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

constexpr auto token_examples =
    "Scopes: read (statistics, events, alerts), metrics (Prometheus), query (SQL), export (files), "
    "edit\n"
    "(cases, watch lists), admin (accounts, settings, audit log). A token never may what its "
    "account\n"
    "may not, and no token changes passwords or makes tokens of its own account.\n"
    "\n"
    "Examples:\n"
    "  kizashi token add hana --label \"weekly report\" --scope read,export --expires 90d --data "
    "/var/lib/kizashi\n"
    "  kizashi token add hana --label \"city hall\" --scope read --prefix 192.0.2.0/24 --data "
    "/var/lib/kizashi\n"
    "  kizashi token list --account hana --data /var/lib/kizashi\n"
    "  kizashi token revoke 3 --data /var/lib/kizashi\n"
    "\n"
    "A program sends it as 'Authorization: Bearer kzs_...'. It is printed once; only a hash of it "
    "is\n"
    "kept.";

struct token_choice {
  std::string data;
  std::string account;
  std::string label;
  std::string scopes;
  std::string expires;
  std::vector<std::string> prefixes;
  std::vector<std::string> sensors;
  std::int64_t id = 0;
  bool is_json = false;
};

auto token_json(access::token_info const& each) -> json {
  return {{"id", each.id},
          {"account", each.account},
          {"label", each.label},
          {"hint", each.hint},
          {"scopes", access::to_string(each.scopes)},
          {"prefixes", access::describe_prefixes(each.within)},
          {"sensors", access::describe_sensors(each.within)},
          {"made", time_json(each.made)},
          {"used", time_json(each.used)},
          {"ends", time_json(each.ends)},
          {"revoked", time_json(each.revoked)}};
}

auto state_of(access::token_info const& each, timestamp now) -> std::string {
  if (each.revoked.is_known()) return "revoked";
  if (!each.ends.is_known()) return "valid";
  return each.ends <= now ? "ended" : "until " + when_text(each.ends);
}

auto list(token_choice const& choice) -> status {
  KIZASHI_TRY(auto const here, open_door(choice.data, when_missing::refuse));
  if (!choice.account.empty()) KIZASHI_TRY(here->account().find(choice.account));
  KIZASHI_TRY(auto const all, here->token().list(choice.account));
  standard_output out;
  if (choice.is_json) {
    json_document document{out};
    KIZASHI_TRY(document.member("schema", "kizashi-tokens/1"));
    KIZASHI_TRY(document.list("tokens", all, all.size(), token_json));
    KIZASHI_TRY(document.close());
    return out.flush();
  }
  text_table table{{{"id", true},
                    {"account"},
                    {"token"},
                    {"scopes"},
                    {"state"},
                    {"last used"},
                    {"label"},
                    {"prefixes"},
                    {"sensors"}}};
  auto const now = time_now();
  for (auto const& each : all)
    table.add({std::to_string(each.id), each.account, each.hint + "...",
               access::to_string(each.scopes), state_of(each, now), when_text(each.used),
               printable(each.label), access::describe_prefixes(each.within),
               printable(access::describe_sensors(each.within))});
  KIZASHI_TRY(table.write(output_style(), out));
  return out.flush();
}

auto add(token_choice const& choice) -> status {
  auto const now = time_now();
  access::new_token wanted;
  wanted.account = choice.account;
  wanted.label = choice.label;
  KIZASHI_TRY(wanted.scopes, access::parse_scopes(choice.scopes));
  KIZASHI_TRY(wanted.within, access::parse_reach(choice.prefixes, choice.sensors));
  if (!choice.expires.empty()) {
    KIZASHI_TRY(auto const after, parse_duration(choice.expires));
    if (after > timestamp::latest() - now)
      return fail(errc::out_of_range,
                  fmt::format("--expires {} is after the year 2261", choice.expires));
    wanted.ends = now + after;
  }
  KIZASHI_TRY(auto const here, open_door(choice.data, when_missing::refuse));
  // Whoever leaves the bounds out means those of the account.
  KIZASHI_TRY(auto const owner, here->account().find(choice.account));
  if (choice.prefixes.empty()) wanted.within.prefixes = owner.within.prefixes;
  if (choice.sensors.empty()) wanted.within.sensors = owner.within.sensors;
  KIZASHI_TRY(auto const made, here->token().add(wanted, local_actor(), now));
  standard_output out;
  KIZASHI_TRY(
      out.write(fmt::format("added token {} of {}: {}\n{}\nIt is shown this once.\n", made.info.id,
                            made.info.account, access::to_string(made.info.scopes), made.secret)));
  return out.flush();
}

auto revoke(token_choice const& choice) -> status {
  KIZASHI_TRY(auto const here, open_door(choice.data, when_missing::refuse));
  KIZASHI_TRY(here->token().revoke(choice.id, {}, local_actor(), time_now()));
  standard_output out;
  KIZASHI_TRY(out.write(fmt::format("revoked token {}\n", choice.id)));
  return out.flush();
}

auto add_command(CLI::App& token, std::string const& name, std::string const& help,
                 std::shared_ptr<token_choice> const& choice, int& exit_code,
                 status (*run)(token_choice const&)) -> CLI::App* {
  auto* const command = token.add_subcommand(name, help);
  add_data_option(*command, choice->data);
  command->callback([choice, name, run, &exit_code] {
    exit_code = exit_code_of(run(*choice), "kizashi token " + name);
  });
  return command;
}

}  // namespace

void add_token(CLI::App& program, int& exit_code) {
  auto* const token = program.add_subcommand("token", "Let programs enter in an account's name");
  token->require_subcommand(1);
  token->footer(token_examples);
  auto const choice = std::make_shared<token_choice>();
  auto* command =
      add_command(*token, "list", "All tokens, revoked ones too", choice, exit_code, list);
  command->add_option("--account", choice->account, "Of this account alone")->type_name("NAME");
  command->add_flag("--json", choice->is_json, "As one JSON document");
  command = add_command(*token, "add", "Make a token and print it once", choice, exit_code, add);
  command->add_option("account", choice->account, "Whose it is")->required()->type_name("ACCOUNT");
  command->add_option("--label", choice->label, "What it is for")->required()->type_name("TEXT");
  command->add_option("--scope", choice->scopes, "What it may, with commas: read,query,export")
      ->required()
      ->type_name("LIST");
  command->add_option("--expires", choice->expires, "After how long it ends (default: never)")
      ->type_name("AGE");
  add_reach_options(*command, choice->prefixes, choice->sensors);
  command = add_command(*token, "revoke", "End a token at once", choice, exit_code, revoke);
  command->add_option("id", choice->id, "Its number in the list")->required()->type_name("ID");
}

}  // namespace kizashi::app
