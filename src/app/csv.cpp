#include "kizashi/app/csv.hpp"

namespace kizashi::app {

auto csv_text(std::string_view text) -> std::string {
  std::string out = "\"";
  if (!text.empty() && std::string_view{"=+-@"}.find(text.front()) != std::string_view::npos)
    out += '\'';
  for (auto const each : text) {
    if (each == '"') out += '"';
    out += each;
  }
  return out + "\"";
}

}  // namespace kizashi::app
