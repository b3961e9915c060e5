#include "kizashi/capture/synth/actor_manual.hpp"

#include <algorithm>
#include <array>

namespace kizashi::capture::synth {

namespace {

constexpr auto rows = std::to_array<kind_row>({
    {"mirai", "Mirai-like bots: TCP sequence number equal to the destination address",
     "ports tail"},
    {"zmap_old", "ZMap before 4.1.0: IP-ID 54321, window 65535", "ports tail"},
    {"zmap_new", "ZMap since 4.1.0: random IP-ID, window 65535, MSS", "ports tail"},
    {"masscan_old",
     "Masscan without TCP options: window 1024, IP-ID from address, port and sequence",
     "ports tail"},
    {"masscan_new", "Masscan with MSS 1460 and window 1025, the same IP-ID", "ports tail"},
    {"nmap", "Nmap SYN scan: sequence numbers of one run hide a mask, window 1024 to 4096",
     "ports tail"},
    {"unicornscan", "Unicornscan: sequence number from destination, ports and one key per source",
     "ports tail"},
    {"syn", "TCP SYN of no known tool", "ports tail window options relation"},
    {"research", "research scanners from published prefixes",
     "ports tail tool window options relation"},
    {"horizontal", "each source visits the whole dark space on one port after another",
     "ports tool window options relation order protocol"},
    {"vertical", "each source visits all ports of a few destinations",
     "ports tool window options relation order protocol destinations"},
    {"slow", "the sources take turns, so that each is silent for long",
     "ports tail tool window options relation protocol"},
    {"distributed", "the sources share one list of targets and repeat none",
     "ports tool window options relation protocol"},
    {"outbreak", "a worm: the number of infected sources grows like a logistic curve",
     "ports tail tool window options relation growth midpoint"},
    {"botnet", "groups of bots that act in the same time slots",
     "ports tail tool window options relation slot activity participation groups"},
    {"backscatter", "answers of victims of spoofed floods", "ports answers"},
    {"amplification", "probes for UDP services that answer with more than they got", "services"},
    {"misconfigured", "hosts that keep sending to one wrong address",
     "ports protocol destinations"},
    {"ipv6", "IPv6 scans: TCP SYN, UDP and echo requests", "ports tail protocols"},
    {"noise", "the rest: odd flags, stray UDP, echo requests", "ports tail protocols"},
});

}  // namespace

auto actor_manual() -> std::span<kind_row const> {
  return rows;
}

auto find_kind(std::string_view name) -> kind_row const* {
  auto const found =
      std::find_if(rows.begin(), rows.end(), [&](auto const& row) { return row.name == name; });
  return found == rows.end() ? nullptr : &*found;
}

auto common_actor_keys() -> std::string_view {
  return "name kind sources pool zipf rate packets start stop daily_start daily_stop rhythm";
}

auto tool_names() -> std::string_view {
  return "mirai zmap_old zmap_new masscan_old masscan_new nmap unicornscan syn p0f_sendsyn "
         "nmap_probe";
}

auto answer_names() -> std::string_view {
  return "synack rst port_unreachable host_unreachable ttl_exceeded echo_reply";
}

auto service_names() -> std::string_view {
  return "dns ntp ssdp cldap memcached snmp chargen qotd";
}

}  // namespace kizashi::capture::synth
