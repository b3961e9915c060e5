// Those who look for open ports: each kind is a way to choose the next target; a tool dresses the
// packet.
#include "kizashi/capture/synth/internal/actor.hpp"
#include "kizashi/capture/synth/internal/permutation.hpp"
#include "kizashi/capture/synth/internal/tools.hpp"

namespace kizashi::capture::synth {

namespace {

class scanner : public actor {
public:
  scanner(actor_spec const& spec, stage const& on, std::uint64_t seed)
      : dark_{&on.dark},
        seed_{seed},
        random_{seed},
        sources_{spec, seed},
        ports_{spec},
        tool_{spec},
        is_udp_{spec.protocol == "udp"} {}

  void plan(std::int64_t /*second*/, packet_plan& out) final {
    auto const source = aim(out);
    out.source = sources_.address(source);
    auto const key = sources_.key(source);
    if (!is_udp_) return tool_.dress(out, key, random_);
    out.ip_protocol = 17;
    out.source_port = static_cast<std::uint16_t>(32768 + random_.below(28232));
    out.ip_id = static_cast<std::uint16_t>(random_.next32());
    out.ttl = static_cast<std::uint8_t>(64 - hops_of(key));
  }

protected:
  /// Sets destination and destination port and answers the source's index.
  virtual auto aim(packet_plan& out) -> std::uint32_t = 0;

  [[nodiscard]] auto any_destination() noexcept -> std::uint32_t {
    return dark_->at(random_.below(static_cast<std::uint32_t>(dark_->size())));
  }
  /// How many ports a systematic scan visits, and which comes at a number.
  [[nodiscard]] auto port_count() const noexcept -> std::uint64_t {
    return ports_.is_any() ? 65535 : ports_.list().size();
  }
  [[nodiscard]] auto port_at(std::uint64_t index) const noexcept -> std::uint16_t {
    return ports_.is_any() ? static_cast<std::uint16_t>(index + 1) : ports_.list()[index];
  }

  address_space const* dark_;
  std::uint64_t seed_;
  random_source random_;
  source_group sources_;
  port_group ports_;

private:
  syn_tool tool_;
  bool is_udp_;
};

/// Any target at any time: what stateless scanners and bots look like from a small telescope.
class random_scanner final : public scanner {
public:
  using scanner::scanner;

private:
  auto aim(packet_plan& out) -> std::uint32_t override {
    out.destination = any_destination();
    out.destination_port = ports_.pick(random_);
    return sources_.pick(random_);
  }
};

/// The sources take turns.
class slow_scanner final : public scanner {
public:
  using scanner::scanner;

private:
  auto aim(packet_plan& out) -> std::uint32_t override {
    out.destination = any_destination();
    out.destination_port = ports_.pick(random_);
    auto const source = turn_;
    turn_ = turn_ + 1 == sources_.size() ? 0 : turn_ + 1;
    return source;
  }
  std::uint32_t turn_ = 0;
};

/// Each source walks the whole space, one port after another.
class horizontal_scanner final : public scanner {
public:
  horizontal_scanner(actor_spec const& spec, stage const& on, std::uint64_t seed)
      : scanner{spec, on, seed}, is_random_{spec.order != "sequential"}, steps_(sources_.size()) {}

private:
  auto aim(packet_plan& out) -> std::uint32_t override {
    auto const source = sources_.pick(random_);
    auto const step = steps_[source]++;
    auto const size = dark_->size();
    auto const pass = step / size;
    auto const key = mix64(sources_.key(source) + pass);
    auto const place = is_random_ ? permutation{size, key}(step % size) : step % size;
    out.destination = dark_->at(place);
    // A source begins anywhere in the list of ports and takes the next with each pass.
    out.destination_port = port_at((sources_.key(source) % port_count() + pass) % port_count());
    return source;
  }
  bool is_random_;
  std::vector<std::uint64_t> steps_;
};

/// Each source walks all ports of a few hosts, one host after another.
class vertical_scanner final : public scanner {
public:
  vertical_scanner(actor_spec const& spec, stage const& on, std::uint64_t seed)
      : scanner{spec, on, seed},
        is_random_{spec.order != "sequential"},
        hosts_{spec.destinations},
        steps_(sources_.size()) {}

private:
  auto aim(packet_plan& out) -> std::uint32_t override {
    auto const source = sources_.pick(random_);
    auto const step = steps_[source]++;
    auto const ports = port_count();
    auto const host = step / ports % hosts_;
    auto const key = mix64(sources_.key(source) ^ 0x77 * (host + 1));
    out.destination = dark_->at(key % dark_->size());
    out.destination_port =
        port_at(is_random_ ? permutation{ports, key}(step % ports) : step % ports);
    return source;
  }
  bool is_random_;
  std::uint64_t hosts_;
  std::vector<std::uint64_t> steps_;
};

/// One list of targets for all sources.
class distributed_scanner final : public scanner {
public:
  distributed_scanner(actor_spec const& spec, stage const& on, std::uint64_t seed)
      : scanner{spec, on, seed}, order_{dark_->size() * port_count(), mix64(seed)} {}

private:
  auto aim(packet_plan& out) -> std::uint32_t override {
    auto const target = order_(step_);
    step_ = step_ + 1 == order_.size() ? 0 : step_ + 1;
    out.destination = dark_->at(target / port_count());
    out.destination_port = port_at(target % port_count());
    return sources_.pick(random_);
  }
  permutation order_;
  std::uint64_t step_ = 0;
};

}  // namespace

auto make_scanner(actor_spec const& spec, stage const& on, std::uint64_t seed)
    -> std::unique_ptr<actor> {
  if (spec.kind == "horizontal") return std::make_unique<horizontal_scanner>(spec, on, seed);
  if (spec.kind == "vertical") return std::make_unique<vertical_scanner>(spec, on, seed);
  if (spec.kind == "slow") return std::make_unique<slow_scanner>(spec, on, seed);
  if (spec.kind == "distributed") return std::make_unique<distributed_scanner>(spec, on, seed);
  return std::make_unique<random_scanner>(spec, on, seed);
}

}  // namespace kizashi::capture::synth
