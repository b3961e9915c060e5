// Those whose number changes: a worm that spreads, and bots that act when they are told to.
#include <algorithm>

#include "kizashi/capture/synth/internal/actor.hpp"
#include "kizashi/capture/synth/internal/exact_math.hpp"
#include "kizashi/capture/synth/internal/schedule.hpp"
#include "kizashi/capture/synth/internal/tools.hpp"

namespace kizashi::capture::synth {

namespace {

class crowd : public actor {
public:
  crowd(actor_spec const& spec, stage const& on, std::uint64_t seed)
      : seed_{seed},
        dark_{&on.dark},
        random_{seed},
        sources_{spec, seed},
        ports_{spec},
        tool_{spec} {}

  void plan(std::int64_t second, packet_plan& out) final {
    auto const source = choose(second);
    out.source = sources_.address(source);
    out.destination = dark_->at(random_.below(static_cast<std::uint32_t>(dark_->size())));
    out.destination_port = ports_.pick(random_);
    tool_.dress(out, sources_.key(source), random_);
  }

protected:
  [[nodiscard]] virtual auto choose(std::int64_t second) -> std::uint32_t = 0;

  std::uint64_t seed_;
  address_space const* dark_;
  random_source random_;
  source_group sources_;

private:
  port_group ports_;
  syn_tool tool_;
};

/// The infected grow like the logistic curve of a random-scanning worm: n(t) = N / (1 + e^-((t -
/// midpoint) / growth)) (Staniford, Paxson, Weaver: "How to 0wn the Internet in your spare time",
/// USENIX Security 2002, section 2.2). All infected send alike, so the rate follows n.
class outbreak final : public crowd {
public:
  outbreak(actor_spec const& spec, stage const& on, std::uint64_t seed)
      : crowd{spec, on, seed},
        growth_{static_cast<double>(whole_seconds(spec.growth))},
        midpoint_{static_cast<double>(whole_seconds(spec.midpoint))} {}

  [[nodiscard]] auto intensity(std::int64_t second) const -> double override {
    return 1 / (1 + exact_exp((midpoint_ - static_cast<double>(second)) / growth_));
  }

private:
  [[nodiscard]] auto choose(std::int64_t second) -> std::uint32_t override {
    auto const infected = intensity(second) * sources_.size();
    return random_.below(std::max(1U, static_cast<std::uint32_t>(infected)));
  }
  double growth_;
  double midpoint_;
};

/// In a slot some groups act, and in each of them some of its bots. Who acts is a function of the
/// slot alone.
class botnet final : public crowd {
public:
  botnet(actor_spec const& spec, stage const& on, std::uint64_t seed)
      : crowd{spec, on, seed},
        slot_{std::max<std::int64_t>(1, whole_seconds(spec.slot))},
        groups_{std::min(spec.groups, sources_.size())},
        activity_{spec.activity},
        participation_{spec.participation} {}

  [[nodiscard]] auto intensity(std::int64_t second) const -> double override {
    std::uint32_t acting = 0;
    for (std::uint32_t group = 0; group < groups_; ++group) acting += acts(group, second / slot_);
    return static_cast<double>(acting) / groups_;
  }

private:
  [[nodiscard]] static auto is_below(std::uint64_t draw, double share) noexcept -> bool {
    return static_cast<double>(draw >> 11) * 0x1.0p-53 < share;
  }
  [[nodiscard]] auto acts(std::uint32_t group, std::int64_t slot) const noexcept -> bool {
    auto const key = mix64(seed_ ^ 0x6273) + static_cast<std::uint64_t>(slot);
    return is_below(mix64(mix64(key) + group), activity_);
  }
  [[nodiscard]] auto takes_part(std::uint32_t bot, std::int64_t slot) const noexcept -> bool {
    return is_below(mix64(sources_.key(bot) + static_cast<std::uint64_t>(slot)), participation_);
  }
  /// Once per slot: who acts.
  void assemble(std::int64_t slot) {
    slot_now_ = slot;
    acting_.clear();
    for (std::uint32_t bot = 0; bot < sources_.size(); ++bot)
      if (acts(bot % groups_, slot) && takes_part(bot, slot)) acting_.push_back(bot);
    if (!acting_.empty()) return;
    // A group that acts has at least one bot that does.
    for (std::uint32_t group = 0; group < groups_; ++group)
      if (acts(group, slot)) acting_.push_back(group);
    if (acting_.empty()) acting_.push_back(0);
  }
  [[nodiscard]] auto choose(std::int64_t second) -> std::uint32_t override {
    if (second / slot_ != slot_now_) assemble(second / slot_);
    return acting_[random_.below(static_cast<std::uint32_t>(acting_.size()))];
  }

  std::int64_t slot_;
  std::uint32_t groups_;
  double activity_;
  double participation_;
  std::int64_t slot_now_ = -1;
  std::vector<std::uint32_t> acting_;
};

}  // namespace

auto make_crowd(actor_spec const& spec, stage const& on, std::uint64_t seed)
    -> std::unique_ptr<actor> {
  if (spec.kind == "outbreak") return std::make_unique<outbreak>(spec, on, seed);
  return std::make_unique<botnet>(spec, on, seed);
}

}  // namespace kizashi::capture::synth
