// schema/store.sql inside the program.
#pragma once

#include <span>
#include <string_view>

namespace kizashi::store::internal {

struct schema_file {
  std::string_view name;
  std::string_view text;
};
[[nodiscard]] auto embedded_schema() -> std::span<schema_file const>;

}  // namespace kizashi::store::internal
