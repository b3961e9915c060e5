// A Tucker decomposition that goes on: each minute the oldest slice leaves the window and a new one
// comes, and the rows of the factors that either slice touches are solved again, exactly, with the
// rest as it is. (SliceNStitch, by Jang, Lee, Lee and Shin, ICDE 2021, does so with CP.)
//
// The core stays as the last full run left it, so a pattern that nobody has seen before gets a
// column only by the next one: one full run per window is advised. Sources and ports that are new
// find their place in the columns that are there.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>

#include "kizashi/engine/ntd/tucker.hpp"

namespace kizashi::engine::ntd {

/// What one source did at one port in one minute.
struct slice_entry {
  std::uint32_t source = 0;
  std::uint32_t port = 0;
  float count = 0;  ///< above 0, finite
};

class tucker_stream {
public:
  /// Goes on from a decomposition of `window`.
  tucker_stream(tensor const& window, tucker const& start);
  ~tucker_stream();
  tucker_stream(tucker_stream&&) noexcept;
  auto operator=(tucker_stream&&) noexcept -> tucker_stream&;

  /// The oldest minute leaves, this one comes. Numbers of sources and ports may go beyond those
  /// before: the factors grow. Cost: less than two thirds of one sweep over the window.
  void push(std::span<slice_entry const> slice);

  /// The model of the window as it is, and its fit, for which the window is gone through once. The
  /// rows of `factors[minutes]` are slots of a ring: `newest` is the one that came last.
  [[nodiscard]] auto current() const -> tucker;
  [[nodiscard]] auto newest() const noexcept -> std::size_t;
  /// The entries of the window, with slots as minutes.
  [[nodiscard]] auto window() const -> tensor;

private:
  struct state;
  std::unique_ptr<state> state_;
};

}  // namespace kizashi::engine::ntd
