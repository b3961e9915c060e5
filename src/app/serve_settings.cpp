#include "kizashi/app/serve_settings.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "kizashi/app/engine_settings.hpp"
#include "kizashi/app/keep_rules.hpp"
#include "kizashi/app/settings.hpp"
#include "kizashi/base/text.hpp"

namespace kizashi::app {
namespace {

using namespace std::chrono_literals;
using text_list = std::vector<std::string>;

/// "127.0.0.1:8080", "[::1]:8080" or "unix:/run/kizashi.sock".
auto parse_listen(std::string_view text) -> result<api::http::listen_at> {
  constexpr std::string_view local = "unix:";
  api::http::listen_at out;
  if (text.starts_with("unix:/")) {
    out.unix_path = text.substr(local.size());
    return out;
  }
  auto const colon = text.rfind(':');
  auto host = text.substr(0, colon);
  if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
  auto const port = colon == std::string_view::npos
                        ? result<std::uint64_t>{fail(errc::parse_error, "")}
                        : parse_unsigned(text.substr(colon + 1), 65535);
  if (!net::address::parse(host) || !port)
    return fail(errc::parse_error,
                fmt::format("\"{}\" is no place to listen at; expected an address and a port such "
                            "as 127.0.0.1:8080 or [::1]:8080, or unix:/run/kizashi.sock",
                            text));
  out.address = host;
  out.port = static_cast<std::uint16_t>(*port);
  return out;
}

auto check_listen(std::string const& text) -> status {
  KIZASHI_TRY(parse_listen(text));
  return {};
}

auto check_prefix_text(std::string const& text) -> status {
  KIZASHI_TRY(net::prefix::parse(text));
  return {};
}

auto check_memory_text(std::string const& text) -> status {
  KIZASHI_TRY(parse_memory(text));
  return {};
}

auto check_role(std::string const& text) -> status {
  if (text == "nothing" || text == "overviews" || text == "everything") return {};
  return fail(errc::parse_error, fmt::format("\"{}\" is not known; expected nothing, overviews or "
                                             "everything",
                                             text));
}

auto check_level(std::string const& text) -> status {
  KIZASHI_TRY(parse_log_level(text));
  return {};
}

auto check_format(std::string const& text) -> status {
  KIZASHI_TRY(parse_log_format(text));
  return {};
}

auto check_times(std::string const& text) -> status {
  if (text == "own" || text == "now") return {};
  return fail(errc::parse_error, fmt::format("\"{}\" is not known; expected own or now", text));
}

}  // namespace

// Long on purpose: a table of keys.
auto serve_keys() -> std::span<config_key const> {
  static config_key const keys[] = {
      {"serve.data",
       std::string{},
       {},
       {},
       "The folder of a server: its store, its accounts, and what its sensors keep. Made at the "
       "first start. Option --data.",
       R"("/var/lib/kizashi")",
       nullptr},
      {"serve.listen",
       text_list{"127.0.0.1:8080"},
       {},
       {},
       "Where the API listens: addresses with ports, or unix:PATH.",
       R"(["127.0.0.1:8080", "[::1]:8080"])",
       check_listen},
      {"serve.certificate",
       std::string{},
       {},
       {},
       "A file with the certificate and its chain (PEM): with it and serve.key all that is "
       "listened "
       "at, but for unix:, speaks TLS. A reload reads both files again, for later connections.",
       R"("/etc/kizashi/certificate.pem")",
       nullptr},
      {"serve.key",
       std::string{},
       {},
       {},
       "The certificate's private key (PEM).",
       R"("/etc/kizashi/key.pem")",
       nullptr},
      {"serve.without_account",
       std::string{"nothing"},
       {},
       {},
       "What those may see who have not logged in: nothing, overviews, or everything; the last "
       "only where all that is listened at is of this machine.",
       R"("nothing")",
       check_role},
      {"serve.pages",
       std::string{},
       {},
       {},
       "The folder with the pages, made by './dev web'; read at the start. When it is not set: "
       "share/kizashi/pages of the program's installation, or pages beside the program's folder; "
       "where there is none, the server has its API alone.",
       R"("/usr/share/kizashi/pages")",
       nullptr},
      {"serve.user",
       std::string{},
       {},
       {},
       "Whom a process that was started by root becomes once interfaces are open. When it is not "
       "set, it stays root without its capabilities.",
       R"("kizashi")",
       nullptr},
      {"serve.flush",
       duration{60s},
       duration{200ms},
       duration{5min},
       "After how long at most what was received is in the store; by the clock, so 1min is at "
       "whole minutes. Shorter is fresher and takes more of the processor.",
       {},
       nullptr},
      {"serve.checkpoint",
       duration{5min},
       duration{1s},
       duration{1h},
       "How often the state is saved: less often where that takes more than a hundredth of the "
       "time. What came since then is read again after a crash.",
       {},
       nullptr},
      {"serve.stop",
       duration{20s},
       duration{0s},
       duration{1h},
       "How long a stop goes on storing what was received. What is left then stays in the journal, "
       "and the next start goes on there.",
       {},
       nullptr},
      {"serve.journal",
       std::string{"8GiB"},
       {},
       {},
       "How much of a sensor's packets may wait on the disk while the store takes nothing, 1MiB to "
       "1024GiB. What is more is dropped, and counted.",
       R"("8GiB")",
       check_memory_text},
      {"serve.query_memory",
       std::string{"1GiB"},
       {},
       {},
       "How much memory one question may take, 1MiB to 1024GiB; larger sorts go to the disk.",
       R"("1GiB")",
       check_memory_text},
      {"log.level",
       std::string{"info"},
       {},
       {},
       "What a server says on standard error: error, warning (and errors), info (and both), or "
       "debug (everything).",
       R"("info")",
       check_level,
       {},
       on_reload::live},
      {"log.format",
       std::string{"text"},
       {},
       {},
       "How: text, or json, one object a line with time, level, part and message.",
       R"("json")",
       check_format,
       {},
       on_reload::live},
      {"access.session_idle",
       duration{8h},
       duration{5min},
       duration{24h * 30},
       "After how long without a request a session ends.",
       {},
       nullptr,
       {},
       on_reload::live},
      {"access.session_life",
       duration{24h * 7},
       duration{1h},
       duration{24h * 365},
       "How long after the log-in a session ends at the latest; of those that begin from then on.",
       {},
       nullptr,
       {},
       on_reload::live},
      {"access.log_ins",
       std::uint64_t{10},
       std::uint64_t{1},
       std::uint64_t{10'000},
       "How many log-ins may fail in five minutes, from one address and for one name.",
       {},
       nullptr,
       {},
       on_reload::live},
      {"access.requests",
       std::uint64_t{600},
       std::uint64_t{10},
       std::uint64_t{1'000'000},
       "How many requests one address may send in a minute (of IPv6: one /64); those that cost the "
       "store much count as several.",
       {},
       nullptr,
       {},
       on_reload::live},
      {"access.audit_keep", duration{0}, duration{24h}, duration{24h * 36500},
       "How long rows of the audit log are kept; older ones go when the server keeps house "
       "(store.vacuum_at), and the log says so. When it is not set, all are kept.",
       R"("365d")", nullptr, "all are kept", on_reload::live},
      {"sensor.*.interface",
       std::string{},
       {},
       {},
       "A network interface to listen to. A sensor has one of interface, folder, input, replay and "
       "scenario.",
       R"("eth0")",
       nullptr},
      {"sensor.*.bpf",
       std::string{},
       {},
       {},
       "Which of an interface's packets are taken, as for tcpdump (man pcap-filter).",
       R"("not port 22")",
       nullptr},
      {"sensor.*.ring",
       std::string{"64MiB"},
       {},
       {},
       "Memory shared with the system for packets that wait, 1MiB to 4GiB; of each ring.",
       R"("64MiB")",
       check_memory_text},
      {"sensor.*.rings",
       std::uint64_t{1},
       std::uint64_t{1},
       std::uint64_t{64},
       "How many rings share an interface, by source address, each with a thread that reads it. "
       "More than one only where one thread cannot empty the ring.",
       {},
       nullptr},
      {"sensor.*.folder",
       std::string{},
       {},
       {},
       "A folder into which captures are written: those that are there, and those that come.",
       R"("/var/spool/telescope")",
       nullptr},
      {"sensor.*.input",
       std::string{},
       {},
       {},
       "\"-\" for standard input, or a named pipe, with a capture.",
       R"("-")",
       nullptr},
      {"sensor.*.replay",
       text_list{},
       {},
       {},
       "Captures to be played once.",
       R"(["night.pcap.gz"])",
       nullptr},
      {"sensor.*.scenario",
       std::string{},
       {},
       {},
       "A telescope that does not exist: a name ('kizashi synth --help' has them) or a file.",
       R"("outbreak")",
       nullptr},
      {"sensor.*.speed",
       std::uint64_t{1},
       std::uint64_t{0},
       std::uint64_t{1'000'000},
       "How many times as fast as its packets a replay or scenario is; 0: as fast as possible.",
       {},
       nullptr},
      {"sensor.*.times",
       std::string{"own"},
       {},
       {},
       "Whether the packets of a replay or scenario keep their own times, or the first one is now.",
       R"("now")",
       check_times},
      {"sensor.*.darknet",
       text_list{},
       {},
       {},
       "The sensor's unused addresses; without them those of darknet.prefixes.",
       R"(["192.0.2.0/24"])",
       check_prefix_text},
  };
  return keys;
}

namespace {

/// The settings of one sensor.
auto sensor_of(config const& from, std::string const& name) -> sensor_settings {
  auto const key = [&](char const* word) { return fmt::format("sensor.{}.{}", name, word); };
  sensor_settings out;
  out.name = name;
  out.interface = from.get<std::string>(key("interface"));
  out.folder = from.get<std::string>(key("folder"));
  out.input = from.get<std::string>(key("input"));
  out.replay = from.get<text_list>(key("replay"));
  out.scenario = from.get<std::string>(key("scenario"));
  out.bpf = from.get<std::string>(key("bpf"));
  out.ring = parse_memory(from.get<std::string>(key("ring"))).value_or(std::size_t{64} << 20);
  out.rings = static_cast<unsigned>(from.get<std::uint64_t>(key("rings")));
  out.speed = static_cast<double>(from.get<std::uint64_t>(key("speed")));
  out.is_shifted_to_now = from.get<std::string>(key("times")) == "now";
  std::vector<net::prefix> prefixes;
  for (auto const& each : from.get<text_list>(key("darknet")))
    if (auto const parsed = net::prefix::parse(each)) prefixes.push_back(*parsed);
  out.darknet = net::prefix_set{prefixes};
  return out;
}

/// How many sources a sensor has; one is right.
auto count_sources(sensor_settings const& of) -> int {
  return !of.interface.empty() + !of.folder.empty() + !of.input.empty() + !of.replay.empty() +
         !of.scenario.empty();
}

auto is_of_this_machine(api::http::listen_at const& at) -> bool {
  return !at.unix_path.empty() || at.address.starts_with("127.") || at.address == "::1";
}

}  // namespace

auto serve_contradictions(config const& from, std::vector<config_mistake> const& known)
    -> std::vector<config_mistake> {
  std::vector<config_mistake> out;
  auto const is_wrong = [&](std::string_view name) {
    return std::ranges::any_of(known, [&](config_mistake const& each) {
      return each.key == name || each.key.starts_with(std::string{name} + ".");
    });
  };
  bool const has_certificate = from.is_set("serve.certificate");
  if (has_certificate != from.is_set("serve.key") && !is_wrong("serve.certificate") &&
      !is_wrong("serve.key")) {
    auto const* const given = has_certificate ? "serve.certificate" : "serve.key";
    out.push_back({given, from.origin_of(given),
                   "serve.certificate and serve.key belong together; one of them is not set"});
  }
  auto const is_local = [](std::string const& text) {
    auto const at = parse_listen(text);
    return at && is_of_this_machine(*at);
  };
  constexpr auto without = "serve.without_account";
  if (from.get<std::string>(without) == "everything" && !is_wrong("serve.listen") &&
      !std::ranges::all_of(from.get<text_list>("serve.listen"), is_local))
    out.push_back({without, from.origin_of(without),
                   "serve.without_account is everything, and serve.listen has an address that "
                   "others reach; expected 127.0.0.1, [::1] or unix:PATH alone"});
  for (auto const& name : from.names_in("sensor")) {
    auto const section = fmt::format("sensor.{}", name);
    auto const sources = count_sources(sensor_of(from, name));
    if (sources == 1 || is_wrong(section)) continue;
    out.push_back({section, from.origin_of_section(section),
                   fmt::format("{}: {} given; expected one of interface, folder, input, replay and "
                               "scenario",
                               section, sources == 0 ? "no source is" : "several sources are")});
  }
  return out;
}

auto live_settings_of(config const& from) -> result<live_settings> {
  live_settings out;
  KIZASHI_TRY(out.level, parse_log_level(from.get<std::string>("log.level")));
  KIZASHI_TRY(out.format, parse_log_format(from.get<std::string>("log.format")));
  out.lifetimes = {from.get<duration>("access.session_idle"),
                   from.get<duration>("access.session_life")};
  auto const rate_of = [&](std::string_view key, duration period) {
    return access::rate{static_cast<std::uint32_t>(from.get<std::uint64_t>(key)), period};
  };
  out.log_ins = rate_of("access.log_ins", 5min);
  out.requests = rate_of("access.requests", 1min);
  out.house.audit_keep = from.get<duration>("access.audit_keep");
  for (auto const& text : from.get<text_list>("store.keep")) {
    KIZASHI_TRY(auto const rule, parse_keep_rule(text));
    out.house.keep.push_back(rule);
  }
  KIZASHI_TRY(out.house.at, parse_time_of_day(from.get<std::string>("store.vacuum_at")));
  return out;
}

auto serve_settings_of(config const& from) -> result<serve_settings> {
  auto const wrong = serve_contradictions(from, {});
  if (!wrong.empty()) return fail(errc::out_of_range, to_text(wrong));
  serve_settings out;
  out.data = from.get<std::string>("serve.data");
  auto const certificate = from.get<std::string>("serve.certificate");
  auto const private_key = from.get<std::string>("serve.key");
  for (auto const& each : from.get<text_list>("serve.listen")) {
    KIZASHI_TRY(auto at, parse_listen(each));
    if (at.unix_path.empty()) {
      at.certificate_chain = certificate;
      at.private_key = private_key;
    }
    out.listen.push_back(std::move(at));
  }
  out.pages = from.get<std::string>("serve.pages");
  out.user = from.get<std::string>("serve.user");
  out.flush = from.get<duration>("serve.flush");
  out.checkpoint = from.get<duration>("serve.checkpoint");
  out.stop = from.get<duration>("serve.stop");
  KIZASHI_TRY(out.journal, parse_memory(from.get<std::string>("serve.journal")));
  KIZASHI_TRY(out.query_memory, parse_memory(from.get<std::string>("serve.query_memory")));
  auto const& open_to = from.get<std::string>("serve.without_account");
  if (open_to == "overviews") out.without_account = api::role::guest;
  if (open_to == "everything") out.without_account = api::role::analyst;
  for (auto const& name : from.names_in("sensor")) out.sensors.push_back(sensor_of(from, name));
  KIZASHI_TRY(out.engines, engines_of(from));
  KIZASHI_TRY(out.reports, report_rules_of(from, out.data));
  KIZASHI_TRY(out.live, live_settings_of(from));
  return out;
}

auto serve_settings::hosts() const -> std::vector<std::string> {
  if (without_account == api::role::anyone || !std::ranges::all_of(listen, is_of_this_machine))
    return {};
  std::vector<std::string> out{"localhost", "127.0.0.1", "[::1]"};
  for (auto const& each : listen)
    if (each.unix_path.empty() && each.address.find(':') == std::string::npos &&
        std::ranges::find(out, each.address) == out.end())
      out.push_back(each.address);
  return out;
}

}  // namespace kizashi::app
