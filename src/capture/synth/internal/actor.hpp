// An actor in play: its sources, its state, and what its next packet says.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "kizashi/base/random.hpp"
#include "kizashi/capture/synth/internal/address_space.hpp"
#include "kizashi/capture/synth/internal/weighted_choice.hpp"
#include "kizashi/capture/synth/packet_plan.hpp"
#include "kizashi/capture/synth/scenario.hpp"

namespace kizashi::capture::synth {

/// What all actors of a scenario see.
struct stage {
  address_space dark;
  std::vector<net::prefix> dark_ipv6;
};

class actor {
public:
  virtual ~actor() = default;
  /// The factor on the actor's rate in a second since the scenario's start, 0 or more. Does not
  /// change the actor.
  [[nodiscard]] virtual auto intensity(std::int64_t /*second*/) const -> double { return 1; }
  /// Says what the packet at a second is. Called in the order of time. `out` is a fresh plan.
  virtual void plan(std::int64_t second, packet_plan& out) = 0;
};

/// `spec` and `on` outlive the actor. `seed` is the actor's own.
[[nodiscard]] auto make_actor(actor_spec const& spec, stage const& on, std::uint64_t seed)
    -> std::unique_ptr<actor>;

/// The IPv4 sources of an actor and how often each is seen.
class source_group {
public:
  source_group(actor_spec const& spec, std::uint64_t seed);
  [[nodiscard]] auto size() const noexcept -> std::uint32_t {
    return static_cast<std::uint32_t>(addresses_.size());
  }
  [[nodiscard]] auto pick(random_source& random) const noexcept -> std::uint32_t {
    return choice_.is_empty() ? random.below(size()) : choice_.pick(random);
  }
  [[nodiscard]] auto address(std::uint32_t index) const noexcept -> std::uint32_t {
    return addresses_[index];
  }
  /// A random number that belongs to the source.
  [[nodiscard]] auto key(std::uint32_t index) const noexcept -> std::uint64_t {
    return mix64(seed_ + index);
  }

private:
  std::uint64_t seed_;
  std::vector<std::uint32_t> addresses_;
  weighted_choice choice_;
};

/// Destination ports by weight, with a share of random ones.
class port_group {
public:
  explicit port_group(actor_spec const& spec);
  [[nodiscard]] auto pick(random_source& random) const noexcept -> std::uint16_t {
    if (ports_.empty() || (tail_ != 0 && random.next32() < tail_)) return any(random);
    return ports_.size() == 1 ? ports_[0] : ports_[choice_.pick(random)];
  }
  [[nodiscard]] auto is_any() const noexcept -> bool { return ports_.empty(); }
  [[nodiscard]] auto list() const noexcept -> std::span<std::uint16_t const> { return ports_; }
  /// 1..65535.
  [[nodiscard]] static auto any(random_source& random) noexcept -> std::uint16_t {
    return static_cast<std::uint16_t>(1 + random.below(65535));
  }

private:
  std::vector<std::uint16_t> ports_;
  weighted_choice choice_;
  std::uint32_t tail_ = 0;  // of 2^32
};

/// The names of a mix by weight; an index into `spec.mix`.
[[nodiscard]] auto mix_choice(actor_spec const& spec) -> weighted_choice;

/// The makers of actors, by family.
[[nodiscard]] auto make_scanner(actor_spec const& spec, stage const& on, std::uint64_t seed)
    -> std::unique_ptr<actor>;
[[nodiscard]] auto make_crowd(actor_spec const& spec, stage const& on, std::uint64_t seed)
    -> std::unique_ptr<actor>;
[[nodiscard]] auto make_backscatter(actor_spec const& spec, stage const& on, std::uint64_t seed)
    -> std::unique_ptr<actor>;
[[nodiscard]] auto make_stray(actor_spec const& spec, stage const& on, std::uint64_t seed)
    -> std::unique_ptr<actor>;
[[nodiscard]] auto make_ipv6(actor_spec const& spec, stage const& on, std::uint64_t seed)
    -> std::unique_ptr<actor>;

}  // namespace kizashi::capture::synth
