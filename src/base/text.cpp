#include "kizashi/base/text.hpp"

#include <array>
#include <charconv>

#include <fmt/format.h>

namespace kizashi {
namespace {

auto scaled(double number, double step, std::string_view const* units, std::size_t count)
    -> std::string {
  std::size_t unit = 0;
  while (number >= step * 0.9995 && unit + 1 < count) {
    number /= step;
    ++unit;
  }
  if (unit == 0) return fmt::format("{:.0f}{}", number, units[0]);
  auto const decimals = number < 9.995 ? 2 : number < 99.95 ? 1 : 0;
  return fmt::format("{:.{}f}{}", number, decimals, units[unit]);
}

}  // namespace

auto parse_unsigned(std::string_view text, std::uint64_t maximum) -> result<std::uint64_t> {
  std::uint64_t number = 0;
  auto const* const end = text.data() + text.size();
  auto const [stop, code] = std::from_chars(text.data(), end, number);
  if (code == std::errc::invalid_argument || stop != end)
    return fail(errc::parse_error, fmt::format("\"{}\" is not a whole number", text));
  if (code == std::errc::result_out_of_range || number > maximum)
    return fail(errc::out_of_range, fmt::format("{} is above {}", text, maximum));
  return number;
}

auto trim(std::string_view text) -> std::string_view {
  auto const first = text.find_first_not_of(" \t\r\n");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t\r\n") - first + 1);
}

auto split(std::string_view text, char separator) -> std::vector<std::string_view> {
  std::vector<std::string_view> parts;
  while (true) {
    auto const at = text.find(separator);
    parts.push_back(text.substr(0, at));
    if (at == std::string_view::npos) return parts;
    text.remove_prefix(at + 1);
  }
}

auto with_thousands(std::uint64_t number) -> std::string {
  auto text = fmt::format("{}", number);
  for (auto at = static_cast<std::ptrdiff_t>(text.size()) - 3; at > 0; at -= 3)
    text.insert(static_cast<std::size_t>(at), 1, ',');
  return text;
}

auto short_number(double number) -> std::string {
  static constexpr std::array<std::string_view, 5> units{"", " k", " M", " G", " T"};
  return scaled(number, 1000, units.data(), units.size());
}

auto short_bytes(std::uint64_t bytes) -> std::string {
  static constexpr std::array<std::string_view, 5> units{" B", " KiB", " MiB", " GiB", " TiB"};
  return scaled(static_cast<double>(bytes), 1024, units.data(), units.size());
}

}  // namespace kizashi
