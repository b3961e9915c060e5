#include "kizashi/paper/words.hpp"

#include <cmath>
#include <map>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "kizashi/base/text.hpp"
#include "kizashi/paper/internal/embedded_texts.hpp"

namespace kizashi::paper {
namespace {

using dictionary = std::map<std::string, std::string, std::less<>>;

auto dictionary_of(language each) -> dictionary const& {
  static std::array const all = [] {
    std::array<dictionary, languages.size()> out;
    for (auto const of : languages)
      out[static_cast<std::size_t>(of)] =
          nlohmann::json::parse(internal::embedded_text(code_of(of))).get<dictionary>();
    return out;
  }();
  return all[static_cast<std::size_t>(each)];
}

/// Code, English name, Japanese name: a line each, with tabs between.
auto countries_in(language each) -> dictionary const& {
  static std::array const all = [] {
    std::array<dictionary, languages.size()> out;
    for (auto const line : split(internal::embedded_text("countries"), '\n')) {
      auto const cells = split(line, '\t');
      if (cells.size() != languages.size() + 1) continue;
      for (std::size_t i = 0; i < out.size(); ++i) out[i].emplace(cells[0], cells[i + 1]);
    }
    return out;
  }();
  return all[static_cast<std::size_t>(each)];
}

/// 1234567 as "123万".
auto by_ten_thousands(double number) -> std::string {
  struct {
    double size;
    char const* name;
  } const units[] = {{1e12, "兆"}, {1e8, "億"}, {1e4, "万"}};
  for (auto const& unit : units) {
    if (number < unit.size * 0.9995) continue;
    auto const part = number / unit.size;
    return fmt::format("{:.{}f}{}", part, part < 9.995 ? 2 : part < 99.95 ? 1 : 0, unit.name);
  }
  if (number == std::floor(number)) return with_thousands(static_cast<std::uint64_t>(number));
  return number < 999.5 ? fmt::format("{:.3g}", number)
                        : with_thousands(static_cast<std::uint64_t>(std::llround(number)));
}

}  // namespace

auto internal::embedded_text(std::string_view name) -> std::string_view {
  for (auto const& each : embedded_texts())
    if (each.name == name) return each.text;
  KIZASHI_ASSERT(false && "a text that the build put into the program");
  return {};
}

auto code_of(language each) noexcept -> std::string_view {
  return each == language::english ? "en" : "ja";
}

auto parse_language(std::string_view code) -> result<language> {
  for (auto const each : languages)
    if (code_of(each) == code) return each;
  return fail(errc::parse_error,
              fmt::format("\"{}\" is no language of reports; expected en or ja", code));
}

words::words(language of) : of_{of} {}

auto words::has(std::string_view key) const -> bool {
  return dictionary_of(of_).contains(key);
}

auto words::say(std::string_view key, std::span<value const> values) const -> std::string {
  auto const& all = dictionary_of(of_);
  auto const found = all.find(key);
  KIZASHI_ASSERT(found != all.end());
  std::string out;
  // What a value has in it is never taken for a place.
  for (std::string_view rest = found->second; !rest.empty();) {
    auto const open = rest.find('{');
    auto const close = rest.find('}', open == std::string_view::npos ? 0 : open);
    if (open == std::string_view::npos || close == std::string_view::npos) return out.append(rest);
    out += rest.substr(0, open);
    auto const name = rest.substr(open + 1, close - open - 1);
    for (auto const& each : values)
      if (each.first == name) out += each.second;
    rest.remove_prefix(close + 1);
  }
  return out;
}

auto words::country(std::string_view code) const -> std::string {
  if (code.empty()) return say("country.none");
  auto const& all = countries_in(of_);
  auto const found = all.find(code);
  return found == all.end() ? std::string{code} : found->second;
}

auto words::count(double number) const -> std::string {
  return of_ == language::japanese ? by_ten_thousands(number) : short_number(number);
}

auto words::sources(std::uint64_t number) const -> std::string {
  constexpr std::uint64_t most_exact = 1000;
  if (number <= most_exact) return with_thousands(number);
  return fmt::format("≈ {}", count(static_cast<double>(number)));
}

auto percent(double part) -> std::string {
  if (part == 0) return "0 %";
  if (std::abs(part) < 0.0005) return "<0.1 %";
  return fmt::format("{:.{}f} %", part * 100, std::abs(part) >= 0.0995 ? 0 : 1);
}

auto times(double factor) -> std::string {
  return fmt::format("{:.{}f}", factor, factor < 99.95 ? 1 : 0);
}

}  // namespace kizashi::paper
