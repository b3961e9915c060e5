#include "kizashi/capture/inputs.hpp"

#include <utility>

#include "kizashi/capture/internal/capture_file.hpp"
#include "kizashi/capture/internal/merged_captures.hpp"

namespace kizashi::capture {

auto open_captures(std::vector<std::string> paths) -> result<std::unique_ptr<frame_source>> {
  if (paths.size() != 1) return internal::merged_captures::open(paths);
  KIZASHI_TRY(auto source, internal::open_file(paths.front()));
  return internal::capture_file::open(std::move(source));
}

}  // namespace kizashi::capture
