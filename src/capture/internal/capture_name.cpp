#include "kizashi/capture/internal/capture_name.hpp"

#include <span>

namespace kizashi::capture::internal {
namespace {

auto without_ending(std::string_view name, std::span<std::string_view const> any_of)
    -> std::string_view {
  for (auto const ending : any_of) {
    if (name.ends_with(ending)) return name.substr(0, name.size() - ending.size());
  }
  return name;
}

}  // namespace

auto is_capture_name(std::string_view name) -> bool {
  name = unpacked_name(name);
  auto const last = name.find_last_not_of("0123456789");
  if (last == std::string_view::npos) return false;
  return without_ending(name.substr(0, last + 1), capture_endings).size() != last + 1;
}

auto unpacked_name(std::string_view name) -> std::string_view {
  return without_ending(name, packed_endings);
}

}  // namespace kizashi::capture::internal
