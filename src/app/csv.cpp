#include "kizashi/app/csv.hpp"

#include <system_error>

namespace kizashi::app {

auto csv_time(timestamp time) -> std::string {
  return time.is_known() ? time.to_string() : std::string{};
}

auto csv_country(recognise::country_code code) -> std::string {
  return code == recognise::country_code{} ? std::string{} : std::string{code.text()};
}

auto csv_system(recognise::asn number) -> std::string {
  return number.number() == 0 ? std::string{} : fmt::format("{}", number.number());
}

auto make_folder(std::filesystem::path const& folder) -> status {
  std::error_code code;
  std::filesystem::create_directories(folder, code);
  if (code) return system_failure(folder.string(), "make the folder", code.value());
  return {};
}

}  // namespace kizashi::app
