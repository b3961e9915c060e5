// The files of `words/`, which the build puts into the program.
#pragma once

#include <span>
#include <string_view>

namespace kizashi::paper::internal {

struct text_file {
  std::string_view name;  ///< "en"
  std::string_view text;
};
[[nodiscard]] auto embedded_texts() -> std::span<text_file const>;
/// The text of that name; the program is wrong without it.
[[nodiscard]] auto embedded_text(std::string_view name) -> std::string_view;

}  // namespace kizashi::paper::internal
