// kizashi serve: sensors, store and API in one process.
#include <chrono>
#include <memory>
#include <string>
#include <thread>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "kizashi/app/access_commands.hpp"
#include "kizashi/app/command.hpp"
#include "kizashi/app/json_document.hpp"
#include "kizashi/app/serve_house.hpp"
#include "kizashi/app/serve_reload.hpp"
#include "kizashi/app/terminal.hpp"
#include "kizashi/base/text.hpp"

namespace kizashi::app {
namespace {

constexpr auto serve_examples =
    "Examples:\n"
    "  kizashi config document > kizashi.toml     a configuration with every key, to be changed\n"
    "  kizashi serve --config kizashi.toml        listen, keep, answer, until it is stopped\n"
    "  kizashi serve --data demo --scenario outbreak --speed 60\n"
    "                                             a telescope that does not exist, an hour a "
    "minute\n"
    "\n"
    "The first start makes the account admin and says its password once. While it runs,\n"
    "'kizashi query', 'stats', 'report', 'host', 'match' and 'store export' ask it (--store\n"
    "DATA/store). 'kizashi status' says how it is (docs/serve.md). SIGHUP makes it read its\n"
    "configuration again; SIGTERM or Ctrl-C stops it: what was received is stored before it ends,\n"
    "or is in the journal where that takes longer than serve.stop.";

/// What was lost and what was stored since it was said last.
void watch_counts(house& in, running_sensor& each, pipeline::sensor_counts const& now) {
  auto const part = fmt::format("sensor {}", each.settings.name);
  if (auto const dropped = dropped_of(now); dropped > each.dropped) {
    each.dropped = dropped;
    in.log.write(
        {log_level::warning, part,
         fmt::format("packets were lost since the start: {} by the system, {} by the "
                     "source, {} by the journal",
                     with_thousands(now.source.kernel_dropped),
                     with_thousands(now.source.own_dropped), with_thousands(now.journal_dropped)),
         "lost"});
  }
  if (now.store.stored > each.stored)
    in.log.write({log_level::debug, part,
                  fmt::format("{} packets are stored", with_thousands(now.store.stored))});
  each.stored = now.store.stored;
}

/// Says that the engines failed, or that their findings cannot be stored, when that changes.
void watch_engines(house& in) {
  auto text = fmt::format("{}", fmt::join(degradations(in.engines->counts()), "; "));
  if (text == in.engines_said) return;
  in.engines_said = text;
  in.log.write({text.empty() ? log_level::info : log_level::error, "engines",
                text.empty() ? "findings are in the store" : text});
}

/// Says what changed: failures, recoveries, ends.
void watch(house& in) {
  for (auto& each : in.sensors) {
    auto const now = each.sensor->counts();
    watch_counts(in, each, now);
    auto text = std::string{name_of(now.phase)};
    if (now.failure) text += ": " + now.failure->message;
    if (now.source_failure) text += ": " + now.source_failure->message;
    if (text == each.said) continue;
    each.said = text;
    in.log.write({now.failure || now.source_failure ? log_level::error : log_level::info,
                  fmt::format("sensor {}", each.settings.name), text});
  }
  if (in.engines) watch_engines(in);
  in.monitor->look();
  in.log.tell_held();
}

/// Says a failure line by line.
void say_lines(house& in, error const& what) {
  for (auto const line : split(what.message, '\n')) say(in, log_level::error, line);
}

/// Writes down that the settings of a server were changed.
void audit_reload(house& in, std::string const& file, reload_plan const& plan, bool is_done) {
  auto changed = json::object();
  for (auto const& each : plan.live)
    changed[each.name] = {{"before", each.before}, {"after", each.after}};
  auto waiting = json::array();
  for (auto const& each : plan.waiting) waiting.push_back(each.name);
  access::audit_event event;
  event.at = time_now();
  event.by = {"(reload)", "(this machine)"};
  event.action = access::audit_action::settings_changed;
  event.subject = file;
  event.outcome = is_done ? access::audit_outcome::done : access::audit_outcome::failed;
  event.details =
      json{{"changed", std::move(changed)}, {"needs_restart", std::move(waiting)}}.dump();
  if (auto const written = in.door->audit().record(event); !written)
    say(in, log_level::error, "the audit log: " + written.error().message);
}

/// Reads the configuration again. What is wrong with it changes nothing.
void reload(house& in, serve_choice const& choice) {
  auto const file = config_path(choice.config);
  auto wanted = read_config(choice);
  auto live = wanted ? live_settings_of(*wanted)
                     : result<live_settings>{tl::unexpected<error>{wanted.error()}};
  if (!live) {
    say_lines(in, live.error());
    say(in, log_level::error, "the configuration is wrong; nothing was changed");
    return audit_reload(in, file, {}, false);
  }
  auto const plan = plan_reload(in.started, in.current, *wanted);
  in.log.set(live->format, live->level);
  in.door->set(live->lifetimes, live->log_ins, live->requests);
  in.keeper->set(live->house);
  in.current = std::move(*wanted);
  in.desk->set_config(in.current);
  auto const certificates = in.server->reload_certificates();
  if (!certificates) {
    say(in, log_level::error, "the certificates stay those of before");
    say_lines(in, certificates.error());
  }
  for (auto const& each : plan.live)
    say(in, log_level::info, fmt::format("{} is {}, was {}", each.name, each.after, each.before));
  for (auto const& each : plan.waiting)
    say(in, log_level::warning,
        fmt::format("{} is {} in the file, and not yet here: it needs a restart", each.name,
                    each.after.empty() ? "gone" : each.after));
  say(in, log_level::info, fmt::format("{} was read again", file.empty() ? "no file" : file));
  audit_reload(in, file, plan, certificates.has_value());
}

/// A failure before anything runs: for a person, unless the log is for programs.
auto fail_start(house& in, error const& what) -> int {
  if (in.set.live.format == log_format::text) return say_failure(what);
  say_lines(in, what);
  return exit_failed;
}

auto serve(serve_choice const& choice) -> int {
  listen_for_stop();
  listen_for_reload();
  house all;
  if (auto const opened = open_house(choice, all); !opened) return fail_start(all, opened.error());
  if (all.engines) all.engines->start();
  for (auto& each : all.sensors) each.sensor->start();
  while (!is_stop_wanted()) {
    if (take_reload_wish()) reload(all, choice);
    watch(all);
    std::this_thread::sleep_for(std::chrono::milliseconds{100});
  }
  say(all, log_level::info, "stopping: what was received is being stored");
  for (auto& each : all.sensors) each.sensor->stop();
  if (all.engines) all.engines->stop();
  all.status_door.reset();
  all.server->stop();
  watch(all);
  all.log.tell_held(true);
  return exit_done;
}

}  // namespace

void add_serve(CLI::App& program, int& exit_code) {
  auto* const command = program.add_subcommand(
      "serve", "Listen to sensors, keep what they see, and answer people and programs");
  command->footer(serve_examples);
  auto const choice = std::make_shared<serve_choice>();
  add_server_options(*command, choice->config, choice->data);
  command
      ->add_option("--scenario", choice->scenario,
                   "One more sensor, demo: a telescope that does not exist, now")
      ->type_name("SCENARIO");
  command->add_option("--speed", choice->speed, "How many times as fast as its packets (default 1)")
      ->check(CLI::Range(0.0, 1e6))
      ->type_name("N");
  command->callback([choice, &exit_code] { exit_code = serve(*choice); });
}

}  // namespace kizashi::app
