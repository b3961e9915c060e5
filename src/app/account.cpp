// kizashi account: who may enter.
#include <memory>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "kizashi/access/secret.hpp"
#include "kizashi/app/access_commands.hpp"
#include "kizashi/app/command.hpp"
#include "kizashi/app/json_document.hpp"
#include "kizashi/app/password_prompt.hpp"
#include "kizashi/app/report.hpp"
#include "kizashi/app/terminal.hpp"
#include "kizashi/app/text_layout.hpp"
#include "kizashi/app/text_sink.hpp"

namespace kizashi::app {
namespace {

using when_missing = access::catalog::when_missing;

constexpr auto account_examples =
    "Roles: a viewer sees; an analyst also asks in SQL, exports and edits; a partner sees and "
    "exports\n"
    "what concerns its own prefixes and sensors; an admin may everything. docs/access.md has the "
    "table.\n"
    "\n"
    "Examples:\n"
    "  kizashi account add hana --role analyst --data /var/lib/kizashi\n"
    "  kizashi account add city-hall --role partner --prefix 192.0.2.0/24 --generate --data "
    "/var/lib/kizashi\n"
    "  kizashi account set hana --disable --data /var/lib/kizashi\n"
    "  kizashi account password admin --data /var/lib/kizashi       the way back in, when it is "
    "lost\n"
    "\n"
    "A password is asked for without echo, or read as one line from standard input; it is never "
    "part\n"
    "of a command. It has 12 characters or more; nothing else is asked of it. 'kizashi serve' may "
    "run\n"
    "meanwhile: changes hold from the next request on.";

struct account_choice {
  std::string data;
  std::string name;
  std::string role;
  std::vector<std::string> prefixes;
  std::vector<std::string> sensors;
  bool has_all_prefixes = false;
  bool has_all_sensors = false;
  bool is_generated = false;
  bool is_enabled = false;
  bool is_disabled = false;
  bool is_json = false;
};

auto account_to_json(access::account const& each) -> json {
  auto const list = [](auto const& texts) {
    if (!texts) return json(nullptr);
    json all = json::array();
    for (auto const& text : *texts) {
      if constexpr (requires { text.to_string(); })
        all.push_back(text.to_string());
      else
        all.push_back(text);
    }
    return all;
  };
  return {{"name", each.name},
          {"role", access::name_of(each.as)},
          {"enabled", each.is_enabled},
          {"prefixes", list(each.within.prefixes)},
          {"sensors", list(each.within.sensors)},
          {"made", time_json(each.made)},
          {"changed", time_json(each.changed)},
          {"password_set", time_json(each.password_set)},
          {"logged_in", time_json(each.logged_in)}};
}

auto list(account_choice const& choice) -> status {
  KIZASHI_TRY(auto const here, open_door(choice.data, when_missing::refuse));
  KIZASHI_TRY(auto const all, here->account().list());
  standard_output out;
  if (choice.is_json) {
    json_document document{out};
    KIZASHI_TRY(document.member("schema", "kizashi-accounts/1"));
    KIZASHI_TRY(document.list("accounts", all, all.size(), account_to_json));
    KIZASHI_TRY(document.close());
    return out.flush();
  }
  text_table table{
      {{"name"}, {"role"}, {"enabled"}, {"made"}, {"last log-in"}, {"prefixes"}, {"sensors"}}};
  for (auto const& each : all)
    table.add({each.name, std::string{access::name_of(each.as)}, each.is_enabled ? "yes" : "no",
               when_text(each.made), when_text(each.logged_in),
               access::describe_prefixes(each.within),
               printable(access::describe_sensors(each.within))});
  KIZASHI_TRY(table.write(output_style(), out));
  return out.flush();
}

/// The one that was made for the account, which is then printed, or the one that a person gives.
auto password_of(account_choice const& choice) -> result<std::string> {
  if (choice.is_generated) return access::random_password();
  return read_new_password(choice.name);
}

auto tell(account_choice const& choice, std::string const& done, std::string const& password)
    -> status {
  standard_output out;
  KIZASHI_TRY(out.write(done + "\n"));
  if (choice.is_generated)
    KIZASHI_TRY(out.write(fmt::format("password: {}\nIt is shown this once.\n", password)));
  return out.flush();
}

auto add(account_choice const& choice) -> status {
  KIZASHI_TRY(access::check_account_name(choice.name));
  access::new_account made;
  made.name = choice.name;
  KIZASHI_TRY(made.as, access::parse_role(choice.role));
  KIZASHI_TRY(made.within, access::parse_reach(choice.prefixes, choice.sensors));
  KIZASHI_TRY(auto const here, open_door(choice.data, when_missing::make));
  KIZASHI_TRY(made.password, password_of(choice));
  KIZASHI_TRY(here->account().add(made, local_actor(), time_now()));
  return tell(choice, fmt::format("added {} ({})", made.name, choice.role), made.password);
}

auto set(account_choice const& choice) -> status {
  access::account_change change;
  if (!choice.role.empty()) {
    KIZASHI_TRY(change.as, access::parse_role(choice.role));
  }
  change.keeps_prefixes = choice.prefixes.empty() && !choice.has_all_prefixes;
  change.keeps_sensors = choice.sensors.empty() && !choice.has_all_sensors;
  if (!change.keeps_prefixes || !change.keeps_sensors) {
    KIZASHI_TRY(change.within, access::parse_reach(choice.prefixes, choice.sensors));
  }
  if (choice.is_enabled || choice.is_disabled) change.is_enabled = choice.is_enabled;
  if (!change.as && !change.within && !change.is_enabled)
    return fail(errc::parse_error,
                "nothing is to be set; expected --role, --prefix, --all-prefixes, --sensor, "
                "--all-sensors, --enable or --disable");
  KIZASHI_TRY(auto const here, open_door(choice.data, when_missing::refuse));
  KIZASHI_TRY(auto const now,
              here->account().change(choice.name, change, local_actor(), time_now()));
  standard_output out;
  KIZASHI_TRY(out.write(
      fmt::format("{}: {}, {}, prefixes {}, sensors {}\n", now.name, access::name_of(now.as),
                  now.is_enabled ? "enabled" : "disabled", access::describe_prefixes(now.within),
                  printable(access::describe_sensors(now.within)))));
  return out.flush();
}

auto set_password(account_choice const& choice) -> status {
  KIZASHI_TRY(auto const here, open_door(choice.data, when_missing::refuse));
  KIZASHI_TRY(here->account().find(choice.name));  // before a person types in vain
  KIZASHI_TRY(auto const password, password_of(choice));
  KIZASHI_TRY(here->account().set_password(choice.name, password, local_actor(), time_now()));
  return tell(choice, fmt::format("{} has a new password; its sessions have ended", choice.name),
              password);
}

auto remove(account_choice const& choice) -> status {
  KIZASHI_TRY(auto const here, open_door(choice.data, when_missing::refuse));
  KIZASHI_TRY(here->account().remove(choice.name, local_actor(), time_now()));
  return tell(choice, fmt::format("removed {}, with its sessions and tokens", choice.name), {});
}

auto add_command(CLI::App& account, std::string const& name, std::string const& help,
                 std::shared_ptr<account_choice> const& choice, int& exit_code,
                 status (*run)(account_choice const&)) -> CLI::App* {
  auto* const command = account.add_subcommand(name, help);
  if (name != "list")
    command->add_option("name", choice->name, "The account")->required()->type_name("NAME");
  add_data_option(*command, choice->data);
  command->callback([choice, name, run, &exit_code] {
    listen_for_stop();
    exit_code = exit_code_of(run(*choice), "kizashi account " + name);
  });
  return command;
}

void add_generate(CLI::App& command, account_choice& choice) {
  command.add_flag("--generate", choice.is_generated, "Make a random password and print it once");
}

}  // namespace

void add_account(CLI::App& program, int& exit_code) {
  auto* const account = program.add_subcommand("account", "Say who may enter, and how far");
  account->require_subcommand(1);
  account->footer(account_examples);
  auto const choice = std::make_shared<account_choice>();
  auto* command = add_command(*account, "list", "All accounts", choice, exit_code, list);
  command->add_flag("--json", choice->is_json, "As one JSON document");
  command = add_command(*account, "add", "Make an account; asks for its password", choice,
                        exit_code, add);
  command->add_option("--role", choice->role, "viewer, analyst, admin or partner")
      ->required()
      ->type_name("ROLE");
  add_reach_options(*command, choice->prefixes, choice->sensors);
  add_generate(*command, *choice);
  command = add_command(*account, "set", "Change role or bounds, disable or enable", choice,
                        exit_code, set);
  command->add_option("--role", choice->role, "viewer, analyst, admin or partner")
      ->type_name("ROLE");
  add_reach_options(*command, choice->prefixes, choice->sensors);
  command->add_flag("--all-prefixes", choice->has_all_prefixes, "It may see all sources again")
      ->excludes("--prefix");
  command->add_flag("--all-sensors", choice->has_all_sensors, "It may see all sensors again")
      ->excludes("--sensor");
  auto* const enable = command->add_flag("--enable", choice->is_enabled, "It may enter again");
  command->add_flag("--disable", choice->is_disabled, "It may not enter; its sessions end at once")
      ->excludes(enable);
  command = add_command(*account, "password", "Set a new password; the old one is not asked for",
                        choice, exit_code, set_password);
  add_generate(*command, *choice);
  add_command(*account, "remove", "Take an account away, with its sessions and tokens", choice,
              exit_code, remove);
}

}  // namespace kizashi::app
