// Victims of floods with forged sources answer to the addresses that were forged: uniformly over
// the dark space (Moore et al.: "Inferring Internet denial-of-service activity", ACM TOCS 2006).
#include <array>

#include "kizashi/capture/synth/internal/actor.hpp"
#include "kizashi/capture/synth/internal/tools.hpp"

namespace kizashi::capture::synth {

namespace {

constexpr auto mss_1460 = std::to_array<std::uint8_t>({2, 4, 0x05, 0xB4});

class backscatter final : public actor {
public:
  backscatter(actor_spec const& spec, stage const& on, std::uint64_t seed)
      : dark_{&on.dark}, random_{seed}, victims_{spec, seed} {
    port_group const ports{spec};
    random_source choice{mix64(seed ^ 0xB5)};
    attacked_.reserve(victims_.size());
    // The answers are dealt out by their weights over the victims, so that few victims show them
    // all.
    std::uint64_t sum = 0;
    for (auto const& each : spec.mix) sum += each.weight;
    for (std::uint32_t i = 0; i < victims_.size(); ++i) {
      auto place = (2 * std::uint64_t{i} + 1) * sum / (2 * std::uint64_t{victims_.size()});
      std::size_t answer = 0;
      while (place >= spec.mix[answer].weight) place -= spec.mix[answer++].weight;
      attacked_.push_back({ports.pick(choice), to_kind(spec.mix[answer].name)});
    }
  }

  void plan(std::int64_t /*second*/, packet_plan& out) override {
    auto const index = victims_.pick(random_);
    auto const& [port, answer] = attacked_[index];
    auto const draw = random_.next();
    out.source = victims_.address(index);
    out.destination = dark_->at(random_.below(static_cast<std::uint32_t>(dark_->size())));
    out.source_port = port;
    out.destination_port = static_cast<std::uint16_t>(1024 + (draw & 0xFFFF) % 64512);
    out.ip_id = static_cast<std::uint16_t>(draw >> 16);
    auto const key = victims_.key(index);
    out.ttl = static_cast<std::uint8_t>((key & 1 ? 128 : 64) - hops_of(key));
    out.acknowledgement = static_cast<std::uint32_t>(draw >> 32);
    if (answer == kind::synack || answer == kind::rst)
      plan_tcp(answer, out);
    else
      plan_icmp(answer, out);
  }

private:
  enum class kind : std::uint8_t {
    synack,
    rst,
    port_unreachable,
    host_unreachable,
    ttl_exceeded,
    echo_reply
  };
  struct attack {
    std::uint16_t port;
    kind answer;
  };

  [[nodiscard]] static auto to_kind(std::string_view name) noexcept -> kind {
    if (name == "rst") return kind::rst;
    if (name == "port_unreachable") return kind::port_unreachable;
    if (name == "host_unreachable") return kind::host_unreachable;
    if (name == "ttl_exceeded") return kind::ttl_exceeded;
    if (name == "echo_reply") return kind::echo_reply;
    return kind::synack;
  }

  void plan_tcp(kind answer, packet_plan& out) noexcept {
    out.ip_protocol = 6;
    out.dont_fragment = true;
    if (answer == kind::synack) {
      out.tcp_flags = 0x12;
      out.sequence = random_.next32();
      out.window = 29200;
      out.behind = fixed_bytes{mss_1460};
    } else {
      out.tcp_flags = 0x14;  // RST and ACK, as for a SYN to a closed port (RFC 9293, 3.10.7.1)
    }
  }

  /// An ICMP error quotes what was sent to the victim under the dark address's name.
  void plan_icmp(kind answer, packet_plan& out) noexcept {
    out.ip_protocol = 1;
    if (answer == kind::echo_reply) {
      out.icmp_type = 0;
      out.icmp_code = 0;
      out.icmp_rest = out.acknowledgement;
      return;
    }
    out.icmp_type = answer == kind::ttl_exceeded ? 11 : 3;
    out.icmp_code = answer == kind::port_unreachable ? 3 : answer == kind::host_unreachable ? 1 : 0;
    out.has_quote = true;
    auto& quote = out.quote;
    quote.source = out.destination;
    quote.destination = out.source;
    quote.source_port = out.destination_port;
    quote.destination_port = out.source_port;
    quote.ip_protocol = answer == kind::port_unreachable ? 17 : 6;
    quote.sequence = out.acknowledgement;
    quote.ip_id = out.ip_id;
    quote.ttl = answer == kind::ttl_exceeded ? 1 : 48;
  }

  address_space const* dark_;
  random_source random_;
  source_group victims_;
  std::vector<attack> attacked_;
};

}  // namespace

auto make_backscatter(actor_spec const& spec, stage const& on, std::uint64_t seed)
    -> std::unique_ptr<actor> {
  return std::make_unique<backscatter>(spec, on, seed);
}

}  // namespace kizashi::capture::synth
