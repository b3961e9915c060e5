// UDP services looked for as amplifiers, hosts with a wrong setting, and what is left.
#include <array>

#include "kizashi/capture/synth/internal/actor.hpp"
#include "kizashi/capture/synth/internal/tools.hpp"

namespace kizashi::capture::synth {

namespace {

using bytes = std::uint8_t;

// The shortest request that each service is known by; none carries more than the protocol's own
// header and question. DNS (RFC 1035): one question, the root, type ANY, recursion desired.
constexpr auto dns =
    std::to_array<bytes>({0x13, 0x37, 0x01, 0x00, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0, 1});
// NTP (ntpd's mode 7, MON_GETLIST_1; CVE-2013-5211): the eight bytes of the header.
constexpr auto ntp = std::to_array<bytes>({0x17, 0x00, 0x03, 0x2A, 0, 0, 0, 0});
// SSDP (UPnP Device Architecture 1.1, 1.3.2).
constexpr char ssdp_text[] =
    "M-SEARCH * HTTP/1.1\r\nHOST: 239.255.255.250:1900\r\nMAN: \"ssdp:discover\"\r\nMX: 1\r\nST: "
    "ssdp:all\r\n\r\n";
constexpr auto ssdp = [] {
  std::array<bytes, sizeof ssdp_text - 1> answer{};
  for (std::size_t i = 0; i < answer.size(); ++i) answer[i] = static_cast<bytes>(ssdp_text[i]);
  return answer;
}();
// CLDAP (RFC 1798, RFC 4511): search of the root entry, filter (objectClass=*).
constexpr auto cldap = std::to_array<bytes>(
    {0x30, 0x25, 0x02, 0x01, 0x01, 0x63, 0x20, 0x04, 0x00, 0x0A, 0x01, 0x00, 0x0A,
     0x01, 0x00, 0x02, 0x01, 0x00, 0x02, 0x01, 0x00, 0x01, 0x01, 0x00, 0x87, 0x0B,
     'o',  'b',  'j',  'e',  'c',  't',  'C',  'l',  'a',  's',  's',  0x30, 0x00});
// memcached (protocol.txt, UDP): request 1, datagram 0 of 1.
constexpr auto memcached =
    std::to_array<bytes>({0, 1, 0, 0, 0, 1, 0, 0, 's', 't', 'a', 't', 's', '\r', '\n'});
// SNMP v2c (RFC 3416): GetRequest for sysDescr.0, community "public".
constexpr auto snmp = std::to_array<bytes>(
    {0x30, 0x29, 0x02, 0x01, 0x01, 0x04, 0x06, 'p',  'u',  'b',  'l',  'i',  'c',  0xA0, 0x1C,
     0x02, 0x04, 0x00, 0x00, 0x00, 0x01, 0x02, 0x01, 0x00, 0x02, 0x01, 0x00, 0x30, 0x0E, 0x30,
     0x0C, 0x06, 0x08, 0x2B, 0x06, 0x01, 0x02, 0x01, 0x01, 0x01, 0x00, 0x05, 0x00});
// chargen (RFC 864) and quote of the day (RFC 865) answer to anything.
constexpr auto one_byte = std::to_array<bytes>({0x0A});

struct service {
  std::string_view name;
  std::uint16_t port;
  std::span<bytes const> request;
};

constexpr auto services = std::to_array<service>({{"dns", 53, dns},
                                                  {"ntp", 123, ntp},
                                                  {"ssdp", 1900, ssdp},
                                                  {"cldap", 389, cldap},
                                                  {"memcached", 11211, memcached},
                                                  {"snmp", 161, snmp},
                                                  {"chargen", 19, one_byte},
                                                  {"qotd", 17, one_byte}});

class stray : public actor {
public:
  stray(actor_spec const& spec, stage const& on, std::uint64_t seed)
      : dark_{&on.dark}, random_{seed}, sources_{spec, seed} {}

protected:
  [[nodiscard]] auto any_destination() noexcept -> std::uint32_t {
    return dark_->at(random_.below(static_cast<std::uint32_t>(dark_->size())));
  }
  /// Source, IP-ID, TTL and a source port above 1023; answers the source's index.
  auto begin(packet_plan& out, unsigned initial_ttl) noexcept -> std::uint32_t {
    auto const index = sources_.pick(random_);
    auto const draw = random_.next();
    out.source = sources_.address(index);
    out.ip_id = static_cast<std::uint16_t>(draw);
    out.source_port = static_cast<std::uint16_t>(1024 + (draw >> 16 & 0xFFFF) % 64512);
    out.ttl = static_cast<std::uint8_t>(initial_ttl - hops_of(sources_.key(index)));
    return index;
  }

  address_space const* dark_;
  random_source random_;
  source_group sources_;
};

class amplification final : public stray {
public:
  amplification(actor_spec const& spec, stage const& on, std::uint64_t seed)
      : stray{spec, on, seed}, choice_{mix_choice(spec)} {
    for (auto const& each : spec.mix)
      for (auto const& known : services)
        if (known.name == each.name) probes_.push_back({known.port, fixed_bytes{known.request}});
  }

  void plan(std::int64_t /*second*/, packet_plan& out) override {
    begin(out, 255);
    auto const& [port, request] = probes_[choice_.pick(random_)];
    out.destination = any_destination();
    out.ip_protocol = 17;
    out.destination_port = port;
    out.behind = request;
  }

private:
  struct probe {
    std::uint16_t port;
    fixed_bytes request;
  };
  weighted_choice choice_;
  std::vector<probe> probes_;
};

/// Each source has one destination, port and, for UDP, source port, and never learns.
class misconfigured final : public stray {
public:
  misconfigured(actor_spec const& spec, stage const& on, std::uint64_t seed)
      : stray{spec, on, seed}, destinations_{spec.destinations}, is_udp_{spec.protocol == "udp"} {
    port_group const ports{spec};
    random_source choice{mix64(seed ^ 0x3C)};
    for (std::uint32_t i = 0; i < sources_.size(); ++i) ports_.push_back(ports.pick(choice));
    for (std::uint32_t i = 0; i < destinations_; ++i)
      places_.push_back(on.dark.at(choice.below(static_cast<std::uint32_t>(on.dark.size()))));
  }

  void plan(std::int64_t /*second*/, packet_plan& out) override {
    auto const index = begin(out, 64);
    out.destination = places_[index % destinations_];
    out.destination_port = ports_[index];
    out.dont_fragment = true;
    if (is_udp_) {
      out.ip_protocol = 17;
      out.source_port = static_cast<std::uint16_t>(1024 + sources_.key(index) % 64512);
    } else {
      out.ip_protocol = 6;
      out.sequence = random_.next32();
      out.window = 29200;
    }
  }

private:
  std::uint32_t destinations_;
  bool is_udp_;
  std::vector<std::uint16_t> ports_;
  std::vector<std::uint32_t> places_;
};

class noise final : public stray {
public:
  noise(actor_spec const& spec, stage const& on, std::uint64_t seed)
      : stray{spec, on, seed}, ports_{spec}, choice_{mix_choice(spec)} {
    for (auto const& each : spec.mix)
      protocols_.push_back(each.name == "tcp" ? 6 : each.name == "udp" ? 17 : 1);
  }

  void plan(std::int64_t /*second*/, packet_plan& out) override {
    begin(out, random_.next32() & 1 ? 128 : 64);
    out.destination = any_destination();
    out.ip_protocol = protocols_[choice_.pick(random_)];
    out.destination_port = ports_.pick(random_);
    if (out.ip_protocol == 6) return plan_tcp(out);
    if (out.ip_protocol == 1) return plan_icmp(out);
    out.behind = fixed_bytes{std::span{memory}.first(random_.below(memory.size() + 1))};
  }

private:
  static constexpr std::array<bytes, 64> memory{};

  void plan_tcp(packet_plan& out) noexcept {
    // One of each flag set that decoders tell apart, most of them SYN.
    static constexpr auto flags =
        std::to_array<bytes>({2,    2,    2,    2,    2,    2,    2,    2,    0x10, 0x18,
                              0x11, 0x01, 0x00, 0x29, 0x04, 0x14, 0x12, 0xC2, 0x20, 0x08});
    out.tcp_flags = flags[random_.below(flags.size())];
    auto const draw = random_.next();
    out.sequence = static_cast<std::uint32_t>(draw);
    out.window = static_cast<std::uint16_t>(draw >> 32);
    if ((out.tcp_flags & 0x10) != 0) out.acknowledgement = random_.next32();
  }
  void plan_icmp(packet_plan& out) noexcept {
    // Echo, mostly; timestamp and address mask requests (RFC 792, RFC 950).
    auto const draw = random_.below(16);
    out.icmp_type = draw < 14 ? 8 : draw == 14 ? 13 : 17;
    out.icmp_rest = random_.next32();
    auto const length = out.icmp_type == 8 ? 32U : out.icmp_type == 13 ? 12U : 4U;
    out.behind = fixed_bytes{std::span{memory}.first(length)};
  }

  port_group ports_;
  weighted_choice choice_;
  std::vector<std::uint8_t> protocols_;
};

}  // namespace

auto make_stray(actor_spec const& spec, stage const& on, std::uint64_t seed)
    -> std::unique_ptr<actor> {
  if (spec.kind == "amplification") return std::make_unique<amplification>(spec, on, seed);
  if (spec.kind == "misconfigured") return std::make_unique<misconfigured>(spec, on, seed);
  return std::make_unique<noise>(spec, on, seed);
}

}  // namespace kizashi::capture::synth
