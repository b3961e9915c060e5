// IPv6 scans. Nobody can walk a /64: targets are low interface numbers or guesses (RFC 7707,
// section 4.1.1).
#include <array>

#include "kizashi/capture/synth/internal/actor.hpp"
#include "kizashi/capture/synth/internal/tools.hpp"

namespace kizashi::capture::synth {

namespace {

constexpr auto mss_1440 = std::to_array<std::uint8_t>({2, 4, 0x05, 0xA0});

class ipv6_scanner final : public actor {
public:
  ipv6_scanner(actor_spec const& spec, stage const& on, std::uint64_t seed)
      : dark_{&on.dark_ipv6},
        random_{seed},
        sources_{draw_ipv6(spec.pool, spec.sources, mix64(seed ^ 0x66))},
        ports_{spec},
        choice_{mix_choice(spec)} {
    if (spec.zipf > 0) {
      auto const count = static_cast<std::uint32_t>(sources_.size());
      rank_ = weighted_choice{zipf_weights(count, spec.zipf)};
    }
    for (auto const& each : spec.mix)
      protocols_.push_back(each.name == "tcp" ? 6 : each.name == "udp" ? 17 : 58);
  }

  void plan(std::int64_t /*second*/, packet_plan& out) override {
    auto const count = static_cast<std::uint32_t>(sources_.size());
    auto const source = rank_.is_empty() ? random_.below(count) : rank_.pick(random_);
    out.is_ipv6 = true;
    out.source_ipv6 = sources_[source];
    out.destination_ipv6 = any_destination();
    out.ttl = static_cast<std::uint8_t>(64 - hops_of(mix64(source)));
    out.ip_protocol = protocols_[choice_.pick(random_)];
    out.destination_port = ports_.pick(random_);
    auto const draw = random_.next();
    out.source_port = static_cast<std::uint16_t>(32768 + (draw & 0x7FFF));
    if (out.ip_protocol == 6) {
      out.sequence = static_cast<std::uint32_t>(draw >> 32);
      out.window = 64800;
      out.behind = fixed_bytes{mss_1440};
    } else if (out.ip_protocol == 58) {
      out.icmp_type = 128;
      out.icmp_rest = static_cast<std::uint32_t>(draw >> 32);
    }
  }

private:
  [[nodiscard]] auto any_destination() noexcept -> net::ipv6 {
    auto const& inside = (*dark_)[random_.below(static_cast<std::uint32_t>(dark_->size()))];
    auto const draw = random_.next();
    auto const high = random_.next();
    // Half look for ::1 to ::ff in a random network, the others for anything.
    if ((draw >> 63) != 0) return ipv6_inside(inside, high, 1 + (draw & 0xFF) % 255);
    return ipv6_inside(inside, high, draw);
  }

  std::vector<net::prefix> const* dark_;
  random_source random_;
  std::vector<net::ipv6> sources_;
  port_group ports_;
  weighted_choice choice_;
  weighted_choice rank_;
  std::vector<std::uint8_t> protocols_;
};

}  // namespace

auto make_ipv6(actor_spec const& spec, stage const& on, std::uint64_t seed)
    -> std::unique_ptr<actor> {
  return std::make_unique<ipv6_scanner>(spec, on, seed);
}

}  // namespace kizashi::capture::synth
