// Keeping sketches: making those that are missing, checking them against the packets, and taking
// away what no day needs.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "kizashi/base/error.hpp"
#include "kizashi/store/engine.hpp"
#include "kizashi/store/sketch/sketch_index.hpp"

namespace kizashi::store {

/// What keeping house is at: "sketch of 2026-06-01".
using sketch_listener = std::function<void(std::string const&)>;

/// Makes the index when there is none, forgets days of which no packets are left, makes sketches of
/// days that have none or a damaged one from their packets, puts runs together, and removes files
/// that the index does not name; what was put aside as damaged stays. Nobody may write packets
/// meanwhile. May be interrupted: what the index says is right at each step. Returns how many
/// sketches were made. Memory: the different addresses of a day.
[[nodiscard]] auto keep_sketches(engine& in, std::filesystem::path const& folder,
                                 sketch_listener const& at, std::function<bool()> const& wants_stop)
    -> result<std::uint64_t>;

/// What is wrong with a day's sketch.
struct sketch_defect {
  std::string day;   ///< empty: the index
  std::string name;  ///< of the file, in DIR/sketch
  std::string why;
};

/// Reads every sketch to its end and holds it against the packets of its day: it must have all of
/// their addresses. Changes nothing.
[[nodiscard]] auto check_sketches(engine& in, std::filesystem::path const& folder,
                                  sketch_listener const& at,
                                  std::function<bool()> const& wants_stop)
    -> result<std::vector<sketch_defect>>;

/// Takes a sketch that is not right out of use: it gets the ending .damaged, and its day has none.
/// Returns where it is.
[[nodiscard]] auto isolate_sketch(std::filesystem::path const& folder, sketch_defect const& what)
    -> result<std::filesystem::path>;

}  // namespace kizashi::store
