// kizashi status: how a server is.
#include <algorithm>
#include <cstdlib>
#include <memory>
#include <string>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "kizashi/api/http/client.hpp"
#include "kizashi/app/command.hpp"
#include "kizashi/app/json_document.hpp"
#include "kizashi/app/report.hpp"
#include "kizashi/app/serve_door.hpp"
#include "kizashi/app/settings.hpp"
#include "kizashi/app/terminal.hpp"
#include "kizashi/app/text_layout.hpp"
#include "kizashi/app/text_sink.hpp"
#include "kizashi/base/text.hpp"

namespace kizashi::app {
namespace {

constexpr auto status_name = "kizashi status";
constexpr int exit_degraded = 1;
constexpr int exit_unreachable = 3;

constexpr auto status_examples =
    "Examples:\n"
    "  kizashi status                          the server of kizashi.toml, on this machine\n"
    "  kizashi status --data /var/lib/kizashi  the server of this folder\n"
    "  KIZASHI_TOKEN=kzs_... kizashi status --url http://127.0.0.1:8080\n"
    "                                          a server elsewhere: a token with the scope read\n"
    "  kizashi status --json                   for scripts\n"
    "\n"
    "On the same machine the server's user and root may ask; no token is needed. Exit codes:\n"
    "0 healthy; 1 degraded: a sensor does not work, lost packets in the last 10 min, is more than\n"
    "a minute behind, or its journal is nearly full; 2 wrong usage; 3 no server could be asked.";

struct status_choice {
  std::string config;
  std::string data;
  std::string url;
  bool is_json = false;
};

/// What the server says, as text. `errc::parse_error`: wrong usage.
auto ask_server(status_choice const& choice) -> result<std::string> {
  if (!choice.url.empty()) {
    auto const* const token = std::getenv("KIZASHI_TOKEN");
    KIZASHI_TRY(auto answer, api::http::get(choice.url, "/api/v1/status", token ? token : ""));
    if (answer.status == 200) return std::move(answer.body);
    return fail(errc::permission,
                answer.status == 401 || answer.status == 403
                    ? fmt::format("{}: the server does not tell whom it does not know; set "
                                  "KIZASHI_TOKEN to a token with the scope read ('kizashi token "
                                  "add')",
                                  choice.url)
                    : fmt::format("{}: the server answered {}", choice.url, answer.status));
  }
  auto data = choice.data;
  if (data.empty()) {
    KIZASHI_TRY(auto const read, load_draft(config_path(choice.config)));
    data = read.values.get<std::string>("serve.data");
  }
  if (data.empty())
    return fail(errc::parse_error,
                "no server is named; expected --data DIR, --url URL, or a configuration with "
                "serve.data");
  auto said = ask_serve_door(data);
  if (said) return said;
  auto const why = said.error().code;
  if (why == errc::permission)
    return fail(errc::permission,
                fmt::format("{}; ask as the server's user or as root, or by --url with a token",
                            said.error().message));
  if (why != errc::not_found) return said;
  return fail(errc::not_found,
              fmt::format("{}: no server runs here; 'kizashi serve --data {}' starts one, "
                          "'journalctl -u kizashi' says why a service ended",
                          data, data));
}

/// A number of what a server said, not below 0; 0 where it says none.
auto number_in(json const& of, char const* name) -> double {
  auto const found = of.find(name);
  if (found == of.end() || !found->is_number()) return 0;
  return std::clamp(found->get<double>(), 0.0, 1e18);
}

auto flag_in(json const& of, char const* name) -> bool {
  auto const found = of.find(name);
  return found != of.end() && found->is_boolean() && found->get<bool>();
}

auto whole_in(json const& of, char const* name) -> std::string {
  return with_thousands(static_cast<std::uint64_t>(number_in(of, name)));
}

auto text_in(json const& of, char const* name) -> std::string {
  auto const found = of.find(name);
  return found != of.end() && found->is_string() ? printable(found->get<std::string>()) : "-";
}

auto part_of(json const& of, char const* name) -> json {
  auto const found = of.find(name);
  return found != of.end() ? *found : json{};
}

/// "2026-01-15 09:00:00".
auto time_in(json const& of, char const* name) -> std::string {
  auto const parsed = timestamp::parse(text_in(of, name));
  return parsed ? answer::seconds_text(*parsed) : "-";
}

auto seconds_in(json const& of, char const* name) -> std::string {
  auto const found = of.find(name);
  if (found == of.end() || !found->is_number()) return "-";
  constexpr double most = 3e9;  // a hundred years
  if (number_in(of, name) < 1) return "0 s";
  return short_duration(
      std::chrono::seconds{static_cast<std::int64_t>(std::min(number_in(of, name), most))});
}

auto pace_text(double per_second) -> std::string {
  return per_second < 1000 ? fmt::format("{:.1f}", per_second) : short_number(per_second);
}

auto write_sensors(json const& sensors, text_style const& style, text_sink& out) -> status {
  if (sensors.empty()) return out.write("no sensors\n");
  text_table received{{{"sensor"},
                       {"phase"},
                       {"packets", true},
                       {"per s", true},
                       {"lag", true},
                       {"queue", true},
                       {"last packet"}}};
  text_table stages{{{"sensor"},
                     {"system", true},
                     {"source", true},
                     {"journal", true},
                     {"stored", true},
                     {"flushes", true}}};
  text_table found{{{"sensor"},
                    {"windows", true},
                    {"events", true},
                    {"attacks", true},
                    {"open windows", true},
                    {"open events", true}}};
  for (auto const& each : sensors) {
    auto const name = text_in(each, "name");
    received.add({name, text_in(each, "phase"), whole_in(each, "packets_received"),
                  pace_text(number_in(each, "packets_per_second")), seconds_in(each, "lag_seconds"),
                  fmt::format("{:.1f} %", 100 * number_in(each, "journal_fill")),
                  time_in(each, "latest_packet")});
    stages.add({name, whole_in(each, "packets_dropped_by_system"),
                whole_in(each, "packets_dropped_by_source"),
                whole_in(each, "packets_dropped_by_journal"), whole_in(each, "packets_stored"),
                whole_in(each, "flushes")});
    found.add({name, whole_in(each, "windows"), whole_in(each, "scan_events"),
               whole_in(each, "attacks"), whole_in(each, "open_windows"),
               whole_in(each, "open_events")});
  }
  KIZASHI_TRY(received.write(style, out));
  KIZASHI_TRY(out.write("\nlost by system, source and journal; stored:\n"));
  KIZASHI_TRY(stages.write(style, out));
  KIZASHI_TRY(out.write("\nwhat has ended, and what goes on:\n"));
  return found.write(style, out);
}

auto is_healthy(json const& said) -> bool {
  return flag_in(said, "ready") && part_of(part_of(said, "pipeline"), "degraded").empty();
}

auto write_status_text(json const& said, text_sink& out) -> status {
  auto const style = output_style();
  auto const pipeline = part_of(said, "pipeline");
  auto const store = part_of(pipeline, "store"), clients = part_of(pipeline, "clients");
  bool const is_ready = flag_in(said, "ready");
  KIZASHI_TRY(out.write(
      fmt::format("{}: Kizashi {}, up {} since {}, {}\n",
                  paint(is_healthy(said) ? "healthy" : "degraded",
                        is_healthy(said) ? ink::strong : ink::warning, style),
                  text_in(said, "kizashi"), seconds_in(pipeline, "uptime_seconds"),
                  time_in(pipeline, "started"),
                  is_ready ? std::string{"ready"} : "not ready: " + text_in(said, "not_ready"))));
  KIZASHI_TRY(out.write(fmt::format(
      "store: {}, house kept {}; clients: {} open, {} streams, {} requests, {} refused\n\n",
      number_in(store, "bytes") > 0
          ? short_bytes(static_cast<std::uint64_t>(number_in(store, "bytes")))
          : "size not known yet",
      time_in(store, "kept") == "-" ? "not yet" : time_in(store, "kept"),
      whole_in(clients, "connections"), whole_in(clients, "streams"), whole_in(clients, "requests"),
      whole_in(clients, "refused"))));
  KIZASHI_TRY(write_sensors(part_of(pipeline, "sensors"), style, out));
  if (auto const engines = part_of(pipeline, "engines"); engines.is_object())
    KIZASHI_TRY(out.write(fmt::format(
        "\nengines: {} findings from {} windows, {} of work, latest window to {}, {} wait\n",
        whole_in(engines, "findings"), whole_in(engines, "windows"),
        seconds_in(engines, "busy_seconds"), time_in(engines, "latest_window"),
        whole_in(engines, "queue_windows"))));
  for (auto const& each : part_of(pipeline, "degraded"))
    if (each.is_string())
      KIZASHI_TRY(out.write(fmt::format("\ndegraded: {}", printable(each.get<std::string>()))));
  for (auto const& each : part_of(pipeline, "errors"))
    KIZASHI_TRY(out.write(fmt::format("\nerror: {} {}: {}", time_in(each, "time"),
                                      text_in(each, "part"), text_in(each, "message"))));
  bool const has_lines =
      !part_of(pipeline, "degraded").empty() || !part_of(pipeline, "errors").empty();
  return out.write(has_lines ? "\n" : "");
}

auto show_status(status_choice const& choice) -> int {
  auto const text = ask_server(choice);
  if (!text && text.error().code == errc::parse_error && choice.url.empty())
    return say_usage(text.error(), status_name);
  if (!text && text.error().code == errc::unsupported) return say_usage(text.error(), status_name);
  auto said = text ? json::parse(*text, nullptr, false) : json{};
  if (!said.is_object() || text_in(said, "schema") != "kizashi-status/1") {
    say_failure(
        text ? error{errc::parse_error, "who answers there is no server of this version of Kizashi"}
             : text.error());
    return exit_unreachable;
  }
  bool const is_good = is_healthy(said);
  said["healthy"] = is_good;
  standard_output out;
  auto written = choice.is_json ? out.write(said.dump(2) + "\n") : write_status_text(said, out);
  if (written) written = out.flush();
  if (!written && written.error().code != errc::interrupted) return say_failure(written.error());
  return is_good ? exit_done : exit_degraded;
}

}  // namespace

void add_status(CLI::App& program, int& exit_code) {
  auto* const command = program.add_subcommand("status", "Show how a server is");
  command->footer(status_examples);
  auto const choice = std::make_shared<status_choice>();
  add_server_options(*command, choice->config, choice->data);
  command
      ->add_option(
          "--url", choice->url,
          "Its API instead, http://HOST:PORT, https://HOST:PORT or unix:PATH; $KIZASHI_TOKEN is "
          "shown to it")
      ->type_name("URL");
  command->add_flag("--json", choice->is_json, "The same as a JSON document");
  command->callback([choice, &exit_code] { exit_code = show_status(*choice); });
}

}  // namespace kizashi::app
