#include "kizashi/answer/names.hpp"

#include <algorithm>
#include <array>

namespace kizashi::answer {
namespace {

struct service {
  std::uint16_t port;
  char kind;  // t: TCP, u: UDP, b: both
  std::string_view name;
};

// Ascending port.
constexpr std::array services{
    service{7, 'b', "echo"},
    service{17, 'b', "qotd"},
    service{19, 'b', "chargen"},
    service{20, 't', "ftp-data"},
    service{21, 't', "ftp"},
    service{22, 't', "ssh"},
    service{23, 't', "telnet"},
    service{25, 't', "smtp"},
    service{37, 'b', "time"},
    service{53, 'b', "dns"},
    service{67, 'u', "dhcp"},
    service{68, 'u', "dhcp"},
    service{69, 'u', "tftp"},
    service{79, 't', "finger"},
    service{80, 't', "http"},
    service{81, 't', "http"},
    service{88, 'b', "kerberos"},
    service{102, 't', "s7comm"},
    service{110, 't', "pop3"},
    service{111, 'b', "portmap"},
    service{113, 't', "ident"},
    service{123, 'u', "ntp"},
    service{135, 't', "msrpc"},
    service{137, 'u', "netbios-ns"},
    service{138, 'u', "netbios-dgm"},
    service{139, 't', "netbios-ssn"},
    service{143, 't', "imap"},
    service{161, 'u', "snmp"},
    service{162, 'u', "snmp-trap"},
    service{179, 't', "bgp"},
    service{389, 't', "ldap"},
    service{389, 'u', "cldap"},
    service{427, 'b', "slp"},
    service{443, 't', "https"},
    service{443, 'u', "quic"},
    service{445, 't', "smb"},
    service{465, 't', "smtps"},
    service{500, 'u', "ike"},
    service{502, 't', "modbus"},
    service{513, 't', "rlogin"},
    service{514, 't', "rsh"},
    service{514, 'u', "syslog"},
    service{520, 'u', "rip"},
    service{523, 'u', "db2"},
    service{546, 'u', "dhcpv6"},
    service{547, 'u', "dhcpv6"},
    service{548, 't', "afp"},
    service{554, 't', "rtsp"},
    service{587, 't', "submission"},
    service{623, 'u', "ipmi"},
    service{631, 'b', "ipp"},
    service{636, 't', "ldaps"},
    service{853, 't', "dns-tls"},
    service{873, 't', "rsync"},
    service{902, 't', "vmware"},
    service{993, 't', "imaps"},
    service{995, 't', "pop3s"},
    service{1023, 't', "telnet"},
    service{1080, 't', "socks"},
    service{1194, 'b', "openvpn"},
    service{1433, 't', "mssql"},
    service{1434, 'u', "mssql"},
    service{1521, 't', "oracle"},
    service{1604, 'u', "citrix"},
    service{1701, 'u', "l2tp"},
    service{1723, 't', "pptp"},
    service{1883, 't', "mqtt"},
    service{1900, 'u', "ssdp"},
    service{1911, 't', "niagara-fox"},
    service{2000, 't', "cisco-sccp"},
    service{2049, 'b', "nfs"},
    service{2082, 't', "cpanel"},
    service{2083, 't', "cpanel"},
    service{2181, 't', "zookeeper"},
    service{2222, 't', "ssh"},
    service{2323, 't', "telnet"},
    service{2375, 't', "docker"},
    service{2376, 't', "docker"},
    service{2404, 't', "iec-104"},
    service{3128, 't', "http-proxy"},
    service{3283, 'u', "ard"},
    service{3306, 't', "mysql"},
    service{3389, 'b', "rdp"},
    service{3478, 'u', "stun"},
    service{3702, 'u', "ws-discovery"},
    service{4500, 'u', "ike-nat"},
    service{4786, 't', "smart-install"},
    service{5000, 't', "upnp"},
    service{5060, 'b', "sip"},
    service{5061, 't', "sips"},
    service{5093, 'u', "sentinel"},
    service{5353, 'u', "mdns"},
    service{5358, 't', "telnet"},
    service{5432, 't', "postgresql"},
    service{5555, 't', "adb"},
    service{5601, 't', "kibana"},
    service{5683, 'u', "coap"},
    service{5900, 't', "vnc"},
    service{5901, 't', "vnc"},
    service{5984, 't', "couchdb"},
    service{5985, 't', "winrm"},
    service{5986, 't', "winrm"},
    service{6379, 't', "redis"},
    service{6443, 't', "kubernetes"},
    service{6667, 't', "irc"},
    service{6881, 'b', "bittorrent"},
    service{7001, 't', "weblogic"},
    service{7547, 't', "tr-069"},
    service{8000, 't', "http"},
    service{8008, 't', "http"},
    service{8080, 't', "http"},
    service{8081, 't', "http"},
    service{8088, 't', "http"},
    service{8089, 't', "splunk"},
    service{8291, 't', "winbox"},
    service{8443, 't', "https"},
    service{8545, 't', "ethereum"},
    service{8728, 't', "mikrotik"},
    service{8888, 't', "http"},
    service{9000, 't', "http"},
    service{9042, 't', "cassandra"},
    service{9090, 't', "http"},
    service{9092, 't', "kafka"},
    service{9100, 't', "jetdirect"},
    service{9200, 't', "elasticsearch"},
    service{9530, 't', "dvr"},
    service{10001, 'u', "ubiquiti"},
    service{10250, 't', "kubelet"},
    service{11211, 'b', "memcached"},
    service{17185, 'u', "vxworks"},
    service{20000, 't', "dnp3"},
    service{23023, 't', "telnet"},
    service{25565, 't', "minecraft"},
    service{27015, 'u', "source-engine"},
    service{27017, 't', "mongodb"},
    service{37215, 't', "huawei-hg532"},
    service{37810, 'u', "dahua"},
    service{44818, 'b', "ethernet-ip"},
    service{47808, 'u', "bacnet"},
    service{49152, 't', "upnp"},
    service{50050, 't', "cobalt-strike"},
    service{51820, 'u', "wireguard"},
    service{52869, 't', "upnp"},
    service{53413, 'u', "netis"},
    service{60001, 't', "jaws"},
};
static_assert(std::ranges::is_sorted(services, {}, &service::port));

struct message {
  std::uint8_t type;
  int code;  // -1: any
  std::string_view name;
};

// The first that fits holds.
constexpr std::array icmp_messages{
    message{0, -1, "echo reply"},
    message{3, 0, "net unreachable"},
    message{3, 1, "host unreachable"},
    message{3, 2, "protocol unreachable"},
    message{3, 3, "port unreachable"},
    message{3, 4, "fragmentation needed"},
    message{3, 9, "net prohibited"},
    message{3, 10, "host prohibited"},
    message{3, 13, "administratively prohibited"},
    message{3, -1, "unreachable"},
    message{4, -1, "source quench"},
    message{5, -1, "redirect"},
    message{8, -1, "echo request"},
    message{9, -1, "router advertisement"},
    message{10, -1, "router solicitation"},
    message{11, 0, "time to live exceeded"},
    message{11, 1, "reassembly time exceeded"},
    message{12, -1, "parameter problem"},
    message{13, -1, "timestamp request"},
    message{14, -1, "timestamp reply"},
    message{17, -1, "address mask request"},
    message{18, -1, "address mask reply"},
};
constexpr std::array icmp6_messages{
    message{1, 0, "no route"},
    message{1, 1, "administratively prohibited"},
    message{1, 3, "address unreachable"},
    message{1, 4, "port unreachable"},
    message{1, -1, "unreachable"},
    message{2, -1, "packet too big"},
    message{3, 0, "hop limit exceeded"},
    message{3, 1, "reassembly time exceeded"},
    message{4, -1, "parameter problem"},
    message{128, -1, "echo request"},
    message{129, -1, "echo reply"},
    message{130, -1, "listener query"},
    message{131, -1, "listener report"},
    message{132, -1, "listener done"},
    message{133, -1, "router solicitation"},
    message{134, -1, "router advertisement"},
    message{135, -1, "neighbour solicitation"},
    message{136, -1, "neighbour advertisement"},
    message{137, -1, "redirect"},
    message{143, -1, "listener report v2"},
};

template <std::size_t Count>
auto listed_name(std::array<message, Count> const& all, std::uint8_t type, std::uint8_t code)
    -> std::string_view {
  auto const found = std::ranges::find_if(all, [&](message const& each) {
    return each.type == type && (each.code < 0 || each.code == code);
  });
  return found == all.end() ? std::string_view{} : found->name;
}

}  // namespace

auto service_name(std::uint8_t ip_protocol, std::uint16_t port) -> std::string_view {
  auto const kind = ip_protocol == 6 ? 't' : 'u';
  for (auto at = std::ranges::lower_bound(services, port, {}, &service::port);
       at != services.end() && at->port == port; ++at)
    if (at->kind == kind || at->kind == 'b') return at->name;
  return {};
}

auto icmp_name(std::uint8_t ip_protocol, std::uint8_t type, std::uint8_t code) -> std::string_view {
  return ip_protocol == 58 ? listed_name(icmp6_messages, type, code)
                           : listed_name(icmp_messages, type, code);
}

}  // namespace kizashi::answer
