// From TOML to a scenario. Every mistake in a file is reported at once, each with its place.
#include <algorithm>
#include <set>
#include <sstream>

#include <fmt/format.h>

#include "kizashi/capture/synth/actor_manual.hpp"
#include "kizashi/capture/synth/internal/address_space.hpp"
#include "kizashi/capture/synth/internal/planted_relation.hpp"
#include "kizashi/capture/synth/internal/scenario_table.hpp"
#include "kizashi/capture/synth/scenario.hpp"

namespace kizashi::capture::synth {

namespace {

using std::chrono::hours;

constexpr duration longest = hours{24 * 366};
constexpr duration day = hours{24};

auto to_json(toml::table const& table) -> std::string {
  std::ostringstream out;
  out << toml::json_formatter{table};
  auto text = out.str();
  // Line breaks stand between values only: within texts the formatter escapes them.
  std::string answer;
  for (auto const c : text)
    if (c != '\n' && !(c == ' ' && !answer.empty() && answer.back() == ' ')) answer += c;
  return answer;
}

/// Number of IPv4 addresses in prefixes that do not overlap.
auto ipv4_count(std::vector<net::prefix> const& prefixes) -> std::uint64_t {
  return address_space{prefixes}.size();
}

auto has_ipv6(std::vector<net::prefix> const& prefixes) -> bool {
  return std::any_of(prefixes.begin(), prefixes.end(),
                     [](auto const& each) { return each.first().is_ipv6(); });
}

/// Sorted; whether two overlap.
auto sort_prefixes(std::vector<net::prefix>& prefixes) -> bool {
  std::sort(prefixes.begin(), prefixes.end());
  return std::adjacent_find(prefixes.begin(), prefixes.end(), [](auto const& a, auto const& b) {
           return a.contains(b.first());
         }) != prefixes.end();
}

class actor_reader {
public:
  actor_reader(toml::table const& table, scenario const& whole, toml_mistakes& out)
      : table_{&table}, whole_{&whole}, in_{table, label(table), out} {}

  auto read() -> actor_spec {
    actor_spec spec;
    spec.name = in_.text("name", "");
    if (spec.name.empty() || spec.name.size() > 100)
      in_.complain("name", "a name of 1 to 100 bytes such as \"bots\"");
    std::string kinds;
    for (auto const& row : actor_manual())
      kinds += (kinds.empty() ? "" : " ") + std::string{row.name};
    if (!in_.has("kind")) {
      in_.complain("kind", "what the actor does, such as \"mirai\"");
      return spec;
    }
    spec.kind = in_.word("kind", kinds, "");
    kind_ = find_kind(spec.kind);
    if (kind_ == nullptr) return spec;
    in_.refuse_others(std::string{common_actor_keys()} + " " + std::string{kind_->keys},
                      fmt::format("an actor of kind {}", spec.kind));
    read_sources(spec);
    read_times(spec);
    read_packets(spec);
    read_mix(spec);
    read_crowd(spec);
    spec.parameters = to_json(*table_);
    return spec;
  }

private:
  static auto label(toml::table const& table) -> std::string {
    auto const* name = table.get_as<std::string>("name");
    return name != nullptr && name->get().size() <= 40 ? "actor." + name->get() : "actor";
  }
  [[nodiscard]] auto takes(std::string_view key) const -> bool {
    return is_listed(key, kind_->keys);
  }

  void read_sources(actor_spec& spec) {
    spec.sources = static_cast<std::uint32_t>(in_.integer("sources", 1, most_sources, 1));
    spec.pool = in_.prefixes("pool");
    auto const wants_ipv6 = spec.kind == "ipv6";
    for (auto const& each : spec.pool)
      if (each.first().is_ipv6() != wants_ipv6)
        in_.complain("pool",
                     fmt::format("{} prefixes, as the kind is {}; {} is none",
                                 wants_ipv6 ? "IPv6" : "IPv4", spec.kind, each.to_string()));
    if (sort_prefixes(spec.pool)) in_.complain("pool", "prefixes that do not overlap");
    if (auto const size = ipv4_count(spec.pool); size > 0 && size < spec.sources)
      in_.complain("sources", fmt::format("no more than the {} addresses of its pool", size));
    spec.zipf = in_.number("zipf", 0, 5, 0);
    if (spec.zipf > 0 && is_listed(spec.kind, "slow outbreak botnet"))
      in_.complain("zipf",
                   fmt::format("no such key, as the sources of kind {} send alike", spec.kind));
    if (wants_ipv6 && !has_ipv6(whole_->dark))
      in_.complain("kind", "an IPv6 prefix in dark for an actor of kind ipv6");
    if (!wants_ipv6 && ipv4_count(whole_->dark) == 0)
      in_.complain("kind", "an IPv4 prefix in dark for this kind of actor");
  }

  void read_times(actor_spec& spec) {
    auto const length = whole_->length;
    spec.start = in_.length("start", std::chrono::seconds{0}, length, std::chrono::seconds{0});
    if (in_.has("stop"))
      spec.stop = in_.length("stop", std::chrono::seconds{1}, length, std::chrono::seconds{0});
    if (spec.stop != duration{} && spec.stop <= spec.start)
      in_.complain("stop", fmt::format("a time after its start, {}", to_string(spec.start)));
    spec.daily_start =
        in_.length("daily_start", std::chrono::seconds{0}, day, std::chrono::seconds{0});
    spec.daily_stop =
        in_.length("daily_stop", std::chrono::seconds{0}, day, std::chrono::seconds{0});
    if (in_.has("daily_start") != in_.has("daily_stop"))
      in_.complain("daily_start", "daily_start and daily_stop together, or none of them");
    spec.rhythm = in_.boolean("rhythm", true);
  }

  void read_packets(actor_spec& spec) {
    spec.rate = in_.number("rate", 0, highest_rate, 0);
    spec.packets = in_.integer("packets", 0, most_packets, 0);
    if (in_.has("rate") == in_.has("packets"))
      in_.complain("rate", in_.has("rate") ? "rate or packets, not both"
                                           : "packets per second, or packets in all");
    if (takes("ports")) spec.ports = in_.ports("ports");
    if (spec.ports.empty() && spec.kind == "mirai") spec.ports = {{23, 9}, {2323, 1}};
    if (takes("tail")) spec.tail = in_.number("tail", 0, 1, 0);
    spec.tool = find_tool(spec.kind);
    if (takes("tool")) spec.tool = in_.word("tool", tool_names(), spec.tool);
    if (takes("protocol")) spec.protocol = in_.word("protocol", "tcp udp", "tcp");
    if (takes("order")) spec.order = in_.word("order", "random sequential", "random");
    if (takes("destinations"))
      spec.destinations = static_cast<std::uint32_t>(in_.integer("destinations", 1, 65536, 1));
    if (!takes("window")) return;
    spec.window = static_cast<std::uint32_t>(in_.integer("window", 0, 65535, 0));
    spec.options = in_.word("options", "none mss linux windows", "linux");
    spec.relation = in_.text("relation", "");
    if (in_.has("relation"))
      if (auto const good = planted_relation::parse(spec.relation); !good)
        in_.complain("relation", good.error().message);
    if (spec.tool != "syn")
      for (auto const* key : {"window", "options", "relation"})
        if (in_.has(key))
          in_.complain(key,
                       fmt::format("no such key, as the tool is {}, which sets it", spec.tool));
  }

  static auto find_tool(std::string const& kind) -> std::string {
    if (is_listed(kind, tool_names())) return kind;
    return kind == "research" ? "zmap_new" : "syn";
  }

  void read_mix(actor_spec& spec) {
    struct mix_key {
      std::string_view key;
      std::string_view names;
      std::string_view fallback;
    };
    mix_key const keys[] = {{"answers", answer_names(), "synack rst"},
                            {"services", service_names(), service_names()},
                            {"protocols", spec.kind == "ipv6" ? "tcp udp icmp6" : "tcp udp icmp",
                             spec.kind == "ipv6" ? "tcp udp icmp6" : "tcp udp icmp"}};
    for (auto const& [key, names, fallback] : keys) {
      if (!takes(key)) continue;
      if (in_.has(key)) {
        spec.mix = in_.weights(key, names);
        std::erase_if(spec.mix, [](auto const& each) { return each.weight == 0; });
      } else {
        std::istringstream words{std::string{fallback}};
        for (std::string word; words >> word;) spec.mix.push_back({word, 1});
      }
    }
  }

  void read_crowd(actor_spec& spec) {
    if (takes("growth")) {
      spec.growth = in_.length("growth", std::chrono::seconds{1}, longest, std::chrono::minutes{5});
      spec.midpoint = in_.length("midpoint", std::chrono::seconds{0}, longest,
                                 std::chrono::seconds{whole_->length.count() / 2'000'000'000});
    }
    if (!takes("slot")) return;
    spec.slot = in_.length("slot", std::chrono::seconds{1}, longest, std::chrono::minutes{1});
    spec.activity = in_.number("activity", 0.001, 1, 0.3);
    spec.participation = in_.number("participation", 0.001, 1, 0.9);
    spec.groups = static_cast<std::uint32_t>(in_.integer("groups", 1, 64, 1));
    if (spec.groups > spec.sources)
      in_.complain("groups", fmt::format("no more groups than sources, {}", spec.sources));
  }

  toml::table const* table_;
  scenario const* whole_;
  scenario_table in_;
  kind_row const* kind_ = nullptr;
};

void read_dark(scenario_table& in, scenario& out) {
  out.dark = in.prefixes("dark");
  if (out.dark.empty())
    in.complain("dark", "the prefixes of the telescope, such as [\"203.0.113.0/24\"]");
  if (sort_prefixes(out.dark)) in.complain("dark", "prefixes that do not overlap");
  if (ipv4_count(out.dark) > most_dark)
    in.complain("dark", fmt::format("at most {} IPv4 addresses in all", most_dark));
}

void read_rhythm(scenario_table& in, scenario& out, toml_mistakes& mistakes) {
  auto const* table = in.table("rhythm");
  if (table == nullptr) return;
  scenario_table rhythm{*table, "rhythm", mistakes};
  rhythm.refuse_others("amplitude peak", "rhythm");
  out.rhythm_amplitude = rhythm.number("amplitude", 0, 1, 0);
  out.rhythm_peak = rhythm.length("peak", std::chrono::seconds{0}, day, std::chrono::seconds{0});
}

void read_gaps(scenario_table& in, scenario& out, toml_mistakes& mistakes) {
  for (auto const* table : in.tables("gap")) {
    scenario_table gap{*table, "gap", mistakes};
    gap.refuse_others("from to", "a gap");
    gap_spec spec;
    spec.from = gap.length("from", std::chrono::seconds{0}, longest, std::chrono::seconds{0});
    spec.to = gap.length("to", std::chrono::seconds{1}, longest, std::chrono::seconds{0});
    if (spec.to <= spec.from)
      gap.complain("to", fmt::format("a time after its from, {}", to_string(spec.from)));
    out.gaps.push_back(spec);
  }
}

auto stem(std::string_view file) -> std::string {
  auto const slash = file.rfind('/');
  if (slash != std::string_view::npos) file.remove_prefix(slash + 1);
  if (file.ends_with(".toml")) file.remove_suffix(5);
  return std::string{file};
}

auto read_root(toml::table const& root, std::string_view file, toml_mistakes& mistakes)
    -> scenario {
  scenario_table in{root, "", mistakes};
  in.refuse_others("description seed start duration dark rhythm actor gap", "a scenario");
  scenario out;
  out.name = stem(file);
  out.description = in.text("description", "");
  out.seed = in.integer("seed", 0, 9'223'372'036'854'775'807, 1);
  out.start = in.time("start", timestamp::from_parts(1'768'435'200, 0));  // 2026-01-15
  if (out.start.nanoseconds() / 1'000'000'000 > 4'000'000'000)
    in.complain("start", "a time before 2096, as the time in a pcap file ends in 2106");
  if (!in.has("duration"))
    in.complain("duration", "how long the telescope watches, such as \"1h\"");
  out.length = in.length("duration", std::chrono::seconds{1}, longest, hours{1});
  read_dark(in, out);
  read_rhythm(in, out, mistakes);
  std::set<std::string> names;
  auto const tables = in.tables("actor");
  if (tables.empty()) in.complain("actor", "at least one table that begins with [[actor]]");
  if (tables.size() > most_actors)
    in.complain("actor", fmt::format("at most {} actors", most_actors));
  for (auto const* table : tables) {
    if (out.actors.size() == most_actors) break;
    out.actors.push_back(actor_reader{*table, out, mistakes}.read());
    if (!names.insert(out.actors.back().name).second)
      scenario_table{*table, "actor", mistakes}.complain("name", "a name that no other actor has");
  }
  read_gaps(in, out, mistakes);
  return out;
}

}  // namespace

auto parse_scenario(std::string_view text, std::string_view file) -> result<scenario> {
  return read_toml(text, file, [file](toml::table const& root, toml_mistakes& mistakes) {
    return read_root(root, file, mistakes);
  });
}

}  // namespace kizashi::capture::synth
