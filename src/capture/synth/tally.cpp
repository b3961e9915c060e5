#include "kizashi/capture/synth/tally.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "kizashi/capture/synth/internal/json_text.hpp"

namespace kizashi::capture::synth {

namespace {

constexpr std::size_t heap_before_sorting = std::size_t{1} << 22;

auto protocol_name(int number) -> char const* {
  switch (number) {
    case 1:
      return "icmp";
    case 6:
      return "tcp";
    case 17:
      return "udp";
    case 58:
      return "icmp6";
    default:
      return "other";
  }
}

/// `, "name": [ROW, ...]`, a row per line.
auto json_list(std::string_view name, std::vector<std::string> const& rows) -> std::string {
  return fmt::format(",\n\"{}\": [\n{}]", name, fmt::join(rows, ",\n"));
}

/// A port and an address in one number: protocol, port, address number (34 bits).
auto with_port(int protocol, std::uint16_t port, std::uint64_t address) -> std::uint64_t {
  return (protocol == 6 ? 0 : std::uint64_t{1} << 50) | std::uint64_t{port} << 34 | address;
}

}  // namespace

void different_numbers::add(std::uint64_t number) {
  numbers_.push_back(number);
  if (numbers_.size() >= 2 * sorted_ + heap_before_sorting) compact();
}

auto different_numbers::sorted() -> std::vector<std::uint64_t> const& {
  compact();
  return numbers_;
}

void different_numbers::clear() noexcept {
  numbers_.clear();
  sorted_ = 0;
}

void different_numbers::compact() {
  std::sort(numbers_.begin(), numbers_.end());
  numbers_.erase(std::unique(numbers_.begin(), numbers_.end()), numbers_.end());
  sorted_ = numbers_.size();
}

tally::tally(scenario const& of, duration window)
    : per_actor_(of.actors.size()), window_length_{window.count()} {
  for (auto const& each : of.actors) {
    names_.push_back(each.name);
    kinds_.push_back(each.kind);
  }
  for (auto& each : port_packets_) each.resize(65536);
}

auto tally::number_of(bool is_ipv6, std::uint32_t ipv4, net::ipv6 const& ipv6) -> std::uint64_t {
  if (!is_ipv6) return ipv4;
  auto const next = (std::uint64_t{1} << 33) + ipv6_numbers_.size();
  return ipv6_numbers_.emplace(ipv6, next).first->second;
}

void tally::observe(timestamp time, std::uint16_t actor, packet_plan const& plan,
                    std::uint32_t wire_length) {
  ++total_;
  ++per_actor_[actor];
  ipv6_ += plan.is_ipv6 ? 1 : 0;
  wire_bytes_ += wire_length;
  if (total_ == 1) first_ = time;
  last_ = time;
  ++protocols_[plan.ip_protocol];
  auto const source = number_of(plan.is_ipv6, plan.source, plan.source_ipv6);
  auto const destination = number_of(plan.is_ipv6, plan.destination, plan.destination_ipv6);
  sources_.add(source);
  destinations_.add(destination);
  if (plan.ip_protocol == 6 || plan.ip_protocol == 17) {
    ++port_packets_[plan.ip_protocol == 6 ? 0 : 1][plan.destination_port];
    port_sources_.add(with_port(plan.ip_protocol, plan.destination_port, source));
    port_destinations_.add(with_port(plan.ip_protocol, plan.destination_port, destination));
  } else {
    ++icmp_[{plan.ip_protocol, plan.icmp_type, plan.icmp_code}];
  }
  if (plan.ip_protocol == 6) count_tcp_flags(plan.tcp_flags);
  auto const nanoseconds = time.nanoseconds();
  timestamp const start{nanoseconds - nanoseconds % window_length_};
  if (open_.packets > 0 && start != open_.start) close_window();
  open_.start = start;
  ++open_.packets;
  open_.wire_bytes += wire_length;
  window_sources_.add(source);
  window_destinations_.add(destination);
}

void tally::count_tcp_flags(std::uint8_t flags) {
  auto const has = [=](int mask) { return (flags & mask) != 0; };
  constexpr int fin = 1;
  constexpr int syn = 2;
  constexpr int rst = 4;
  constexpr int psh = 8;
  constexpr int ack = 16;
  constexpr int urg = 32;
  auto const* name = "other";
  if (!has(fin | syn | rst | psh | ack | urg)) {
    name = "null";
  } else if (has(fin) && has(psh) && has(urg) && !has(syn | rst | ack)) {
    name = "xmas";
  } else if (has(syn)) {
    name = has(ack) ? "synack" : "syn";
  } else if (has(rst)) {
    name = "rst";
  } else if (has(fin)) {
    name = "fin";
  } else if (has(ack)) {
    name = "ack";
  }
  ++flags_[name];
}

void tally::close_window() {
  open_.sources = window_sources_.sorted().size();
  open_.destinations = window_destinations_.sorted().size();
  windows_.push_back(open_);
  window_sources_.clear();
  window_destinations_.clear();
  open_ = {};
}

auto tally::ports() -> std::map<std::pair<int, int>, tally_port> {
  std::map<std::pair<int, int>, tally_port> answer;
  for (int protocol : {6, 17})
    for (int port = 0; port < 65536; ++port)
      if (auto const packets = port_packets_[protocol == 6 ? 0 : 1][static_cast<std::size_t>(port)];
          packets > 0)
        answer[{protocol, port}].packets = packets;
  auto const key = [](std::uint64_t number) {
    return std::pair{(number >> 50) == 0 ? 6 : 17, static_cast<int>(number >> 34 & 0xFFFF)};
  };
  for (auto const number : port_sources_.sorted()) ++answer[key(number)].sources;
  for (auto const number : port_destinations_.sorted()) ++answer[key(number)].destinations;
  return answer;
}

auto tally::to_json() -> std::string {
  if (open_.packets > 0) close_window();
  auto text = fmt::format(
      "{{\n\"packets\": {{\"total\": {}, \"ipv4\": {}, \"ipv6\": {}, \"arp\": 0, \"other\": 0, "
      "\"malformed\": 0, "
      "\"truncated\": 0, \"fragments\": 0}},\n\"wire_bytes\": {},\n\"first\": {},\n\"last\": {},\n",
      total_, total_ - ipv6_, ipv6_, wire_bytes_,
      total_ > 0 ? json_text(first_.to_string()) : "null",
      total_ > 0 ? json_text(last_.to_string()) : "null");
  text += fmt::format(
      "\"protocols\": {{\"tcp\": {}, \"udp\": {}, \"icmp\": {}, \"icmp6\": {}, \"other\": "
      "0}},\n\"tcp_flags\": {{",
      protocols_[6], protocols_[17], protocols_[1], protocols_[58]);
  auto const* separator = "";
  for (auto const* name : {"syn", "synack", "ack", "rst", "fin", "null", "xmas", "other"}) {
    text += fmt::format("{}\"{}\": {}", separator, name, flags_[name]);
    separator = ", ";
  }
  text += fmt::format("}},\n\"sources\": {},\n\"destinations\": {}", sources_.sorted().size(),
                      destinations_.sorted().size());
  text += json_list("ports", port_rows()) + json_list("icmp", icmp_rows()) +
          json_list("windows", window_rows()) + json_list("actors", actor_rows());
  return text + "\n}\n";
}

auto tally::port_rows() -> std::vector<std::string> {
  std::vector<std::string> rows;
  for (auto const& [key, row] : ports())
    rows.push_back(fmt::format(
        "{{\"protocol\": \"{}\", \"port\": {}, \"packets\": {}, \"sources\": {}, \"destinations\": "
        "{}}}",
        protocol_name(key.first), key.second, row.packets, row.sources, row.destinations));
  return rows;
}

auto tally::icmp_rows() const -> std::vector<std::string> {
  std::vector<std::string> rows;
  for (auto const& [key, packets] : icmp_)
    rows.push_back(
        fmt::format("{{\"protocol\": \"{}\", \"type\": {}, \"code\": {}, \"packets\": {}}}",
                    protocol_name(std::get<0>(key)), std::get<1>(key), std::get<2>(key), packets));
  return rows;
}

auto tally::window_rows() const -> std::vector<std::string> {
  std::vector<std::string> rows;
  for (auto const& each : windows_)
    rows.push_back(fmt::format(
        "{{\"start\": \"{}\", \"packets\": {}, \"wire_bytes\": {}, \"sources\": {}, "
        "\"destinations\": {}}}",
        each.start.to_string(), each.packets, each.wire_bytes, each.sources, each.destinations));
  return rows;
}

auto tally::actor_rows() const -> std::vector<std::string> {
  std::vector<std::string> rows;
  for (std::size_t i = 0; i < names_.size(); ++i)
    rows.push_back(fmt::format("{{\"id\": {}, \"name\": {}, \"kind\": \"{}\", \"packets\": {}}}", i,
                               json_text(names_[i]), kinds_[i], per_actor_[i]));
  return rows;
}

}  // namespace kizashi::capture::synth
