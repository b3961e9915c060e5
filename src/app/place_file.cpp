#include "kizashi/app/place_file.hpp"

#include <system_error>

namespace kizashi::app {

auto usual_place_files() -> std::vector<std::filesystem::path> {
  std::error_code code;
  auto const program = std::filesystem::read_symlink("/proc/self/exe", code);
  if (code) return {};
  auto const folder = program.parent_path();
  return {folder / "place.table", folder.parent_path() / "share" / "kizashi" / "place.table"};
}

auto open_places(std::string const& named, std::string& hint) -> result<recognise::place_table> {
  if (!named.empty()) return recognise::place_table::open(named);
  for (auto const& each : usual_place_files()) {
    std::error_code code;
    if (std::filesystem::exists(each, code)) return recognise::place_table::open(each);
  }
  hint =
      "Countries and ASes are unknown: there is no place table; ./dev build makes one, --place "
      "FILE "
      "names one";
  return recognise::place_table{};
}

}  // namespace kizashi::app
