// A Tucker decomposition that goes on: each minute the oldest slice leaves the window and a new one
// comes, and the rows of the factors that either slice touches are solved again, exactly, with the
// rest as it is. (SliceNStitch, by Jang, Lee, Lee and Shin, ICDE 2021, does so with CP.)
//
// The core stays as the last full run left it, and so do its columns: one full run per window is
// advised. For a pattern that nobody has seen before there is one column more than the rank (where
// `most_rank` leaves room): it begins at the port of the new slice at which the most sources are
// explained by half or less, and is given up for another such port when that has more of them than
// its own pattern had, less a tenth for each minute since. From there on it is solved like the
// others.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>

#include "kizashi/base/state.hpp"
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
  /// Goes on from a decomposition of `window`, which has one minute or more.
  tucker_stream(tensor const& window, tucker const& start);
  ~tucker_stream();
  tucker_stream(tucker_stream&&) noexcept;
  auto operator=(tucker_stream&&) noexcept -> tucker_stream&;

  /// The oldest minute leaves, this one comes. Numbers of sources and ports may go beyond those
  /// before: the factors grow. Each pair of them at most once. Cost: less than two thirds of one
  /// sweep over the window.
  void push(std::span<slice_entry const> slice);

  /// The model of the window as it is, without its fit. The rows of `factors[minutes]` are slots of
  /// a ring: `newest` is the one that came last.
  [[nodiscard]] auto current() const -> tucker;
  /// 1 - squared error / squared counts, 0..1; the window is gone through once.
  [[nodiscard]] auto fit() const -> double;
  [[nodiscard]] auto newest() const noexcept -> std::size_t;
  /// The entries of the window, with slots as minutes.
  [[nodiscard]] auto window() const -> tensor;
  /// Those of one slot, by source.
  [[nodiscard]] auto slot(std::size_t number) const -> std::span<entry const>;
  /// Sources and ports that have a row in the factors.
  [[nodiscard]] auto length(way which) const noexcept -> std::size_t;

  void save(state_writer& out) const;
  /// What `save` wrote of a stream of `minutes` slots; what is wrong `in` says.
  [[nodiscard]] static auto restore(state_reader& in, std::size_t slots) -> tucker_stream;

private:
  struct state;
  explicit tucker_stream(std::unique_ptr<state> own);
  std::unique_ptr<state> state_;
};

}  // namespace kizashi::engine::ntd
