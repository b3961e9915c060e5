#include "kizashi/api/route.hpp"

#include "kizashi/base/text.hpp"

namespace kizashi::api {

auto parts_of(std::string_view pattern) -> std::vector<std::string_view> {
  return split(pattern.substr(1), '/');
}

auto match_path(std::string_view pattern, std::vector<std::string> const& segments)
    -> std::optional<std::vector<path_value>> {
  auto const parts = parts_of(pattern);
  if (parts.size() != segments.size()) return std::nullopt;
  std::vector<path_value> values;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    if (parts[i].starts_with('{'))
      values.push_back({parts[i].substr(1, parts[i].size() - 2), segments[i]});
    else if (parts[i] != segments[i])
      return std::nullopt;
  }
  return values;
}

}  // namespace kizashi::api
