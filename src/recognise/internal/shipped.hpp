// The files that the build puts into the program.
#pragma once

#include <span>
#include <string_view>

namespace kizashi::recognise::internal {

struct shipped_file {
  std::string_view name;
  std::string_view text;
};

/// Those of fingerprints/, in the order of their names.
[[nodiscard]] auto shipped_fingerprints() -> std::span<shipped_file const>;
/// scanners/known.toml.
[[nodiscard]] auto shipped_scanners() -> std::span<shipped_file const>;

}  // namespace kizashi::recognise::internal
