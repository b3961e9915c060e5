#pragma once

#include <string_view>

namespace kizashi::recognise::internal {

/// scanners/known.toml as it was when the program was built.
[[nodiscard]] auto shipped_scanners() noexcept -> std::string_view;

}  // namespace kizashi::recognise::internal
