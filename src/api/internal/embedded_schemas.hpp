// The schemas of answers, as the build puts them into the program.
#pragma once

#include <span>
#include <string_view>

namespace kizashi::api::internal {

struct schema_file {
  std::string_view name;
  std::string_view text;
};

/// schemas.json alone.
[[nodiscard]] auto embedded_schemas() -> std::span<schema_file const>;

}  // namespace kizashi::api::internal
