// The files of fingerprints/, which the build puts into the program.
#pragma once

#include <span>
#include <string_view>

namespace kizashi::recognise::internal {

struct shipped_file {
  std::string_view name;
  std::string_view text;
};

/// In the order of their names.
[[nodiscard]] auto shipped_files() -> std::span<shipped_file const>;

}  // namespace kizashi::recognise::internal
