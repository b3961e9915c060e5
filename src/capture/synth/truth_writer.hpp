// Who sent which packet: the answer that a synthetic capture comes with. README.md in this folder
// describes the file.
#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "kizashi/base/error.hpp"
#include "kizashi/base/output_file.hpp"
#include "kizashi/capture/synth/scenario.hpp"

namespace kizashi::capture::synth {

/// The first line of a truth file, with its line feed: JSON with the scenario and its actors in the
/// order of their numbers.
[[nodiscard]] auto truth_header(scenario const& of) -> std::string;

/// Writes the header, then two bytes per packet, little-endian: the number of its actor.
class truth_writer {
public:
  [[nodiscard]] static auto create(output_file out, scenario const& of) -> result<truth_writer>;
  /// The actors of the next packets of the stream.
  [[nodiscard]] auto write(std::span<std::uint16_t const> actors) -> status;
  [[nodiscard]] auto commit() -> status { return out_.commit(); }

private:
  explicit truth_writer(output_file out) : out_{std::move(out)} {}
  output_file out_;
  std::string piece_;
};

}  // namespace kizashi::capture::synth
