// A Tucker model while it is fitted. Every row of a factor is eight floats, those behind the rank
// zero.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "kizashi/base/random.hpp"
#include "kizashi/engine/ntd/tucker.hpp"

namespace kizashi::engine::ntd::internal {

// The alignment would else depend on what the processor is taken for.
using lane = float
    __attribute__((vector_size(most_rank * sizeof(float)), aligned(most_rank * sizeof(float))));
struct alignas(most_rank * sizeof(float)) lane_cell {
  lane value{};
};

using square = std::array<lane_cell, most_rank>;  // rank x rank
using cube = std::array<square, most_rank>;       // [minute][source][port]

struct model {
  std::size_t rank = 0;
  std::array<std::vector<lane_cell>, 3> factors;
  cube core{};
};

/// Products of the counts with two factors and the core, one row for each source or port.
/// `wanted`: not zero for rows that are; null: all. `into` is added to.
void multiply_sources(std::span<entry const> entries, model const& of, std::uint8_t const* wanted,
                      std::span<lane_cell> into);
void multiply_ports(std::span<entry const> entries, model const& of, std::uint8_t const* wanted,
                    std::span<lane_cell> into);
/// sum of count * source row * port row', for each minute.
void multiply_minutes(std::span<entry const> entries, model const& of, std::span<square> into);

/// sum over a of core[a] * the minute's row [a]: what is left of the core in one minute,
/// [source][port].
[[nodiscard]] auto minute_part(model const& of, std::size_t minute) -> square;

/// F' F of a factor.
[[nodiscard]] auto gram_of(std::span<lane_cell const> factor) -> square;
/// What the core and the grams of the other two ways make of a way: the matrix of its row problems.
[[nodiscard]] auto way_gram(model const& of, std::array<square, 3> const& grams, way which)
    -> square;
/// One row of a factor: minimise x' gram x / 2 - x' target, x >= 0, from the x that is there.
void solve_row(square const& gram, std::size_t rank, lane const& target, lane& x,
               int passes) noexcept;
/// sum over b, c of core[a][b][c] * products[b][c], for each a.
[[nodiscard]] auto minute_target(model const& of, square const& products) -> lane_cell;

/// The core from its products with the counts. Returns the squared error, less the squared counts.
auto solve_core(model& of, std::array<square, 3> const& grams, cube const& products, int passes)
    -> double;

/// Scales the columns of a factor to a largest value of 1, and the core against it.
void scale_columns(model& of, way which);

/// The start by blocks (see tucker.hpp).
[[nodiscard]] auto start_by_blocks(tensor const& of, std::size_t rank, random_source& random)
    -> model;

}  // namespace kizashi::engine::ntd::internal
