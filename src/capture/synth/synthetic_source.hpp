// A telescope that does not exist: a scenario played as a stream of frames. Nothing is ever sent.
//
//   KIZASHI_TRY(auto const scene, synth::load_scenario("mixed"));
//   KIZASHI_TRY(auto const source, synth::synthetic_source::create(scene));
//   auto const outcome = pipeline::travel(*source, options);
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "kizashi/capture/frame_source.hpp"
#include "kizashi/capture/synth/packet_plan.hpp"
#include "kizashi/capture/synth/scenario.hpp"

namespace kizashi::capture::synth {

/// Who wants to know what was planned, packet by packet, in the order of the stream.
class plan_observer {
public:
  virtual ~plan_observer() = default;
  /// `wire_length` is the length of the Ethernet frame that the plan became.
  virtual void observe(timestamp time, std::uint16_t actor, packet_plan const& plan,
                       std::uint32_t wire_length) = 0;
};

/// Ethernet frames in the order of time, times in whole microseconds. The stream is a function of
/// the scenario alone. Memory: 12 bytes per source, the actors' state and one slice of about 16,000
/// packets, however long the scenario is.
class synthetic_source final : public frame_source {
public:
  /// Fails when the scenario's rates are too high to be played.
  [[nodiscard]] static auto create(scenario of) -> result<std::unique_ptr<synthetic_source>>;
  ~synthetic_source() override;

  [[nodiscard]] auto next(net::frame_block& out) -> status override;
  /// Event time in milliseconds: how far the telescope has come.
  [[nodiscard]] auto position() const -> progress override;

  /// The actor of each frame of the last block: an index into `played().actors`.
  [[nodiscard]] auto actors_of_block() const noexcept -> std::span<std::uint16_t const>;
  [[nodiscard]] auto played() const noexcept -> scenario const&;
  /// Packets that the scenario makes on average, those in gaps included: for a progress bar.
  [[nodiscard]] auto expected_packets() const noexcept -> double;
  /// `observer` outlives the source; null: nobody.
  void set_observer(plan_observer* observer) noexcept;

private:
  class state;
  explicit synthetic_source(std::unique_ptr<state> play);
  std::unique_ptr<state> state_;
};

}  // namespace kizashi::capture::synth
