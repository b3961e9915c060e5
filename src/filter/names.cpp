#include "kizashi/filter/names.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "kizashi/base/config.hpp"
#include "kizashi/filter/internal/lexer.hpp"

namespace kizashi::filter {
namespace {

auto unknown(comparison const& term, std::string const& name, numbered_names const& names)
    -> tl::unexpected<error> {
  std::vector<std::string> lower;
  for (auto const& each : names) lower.push_back(to_lower(each.second));
  std::vector<std::string_view> const views{lower.begin(), lower.end()};
  constexpr std::size_t longest = 64;
  auto const near = name.size() > longest ? std::string_view{} : closest(to_lower(name), views);
  auto const what = info_of(term.of).name;
  std::string hint = names.empty() ? fmt::format("there is none at all") : std::string{};
  for (auto const& each : names)
    if (!near.empty() && is_same_word(each.second, near))
      hint = fmt::format("did you mean \"{}\"?", each.second);
  return fail_at(term.at, errc::not_found,
                 fmt::format("there is no {} \"{}\"{}{}", what, internal::shortened(name),
                             hint.empty() ? "" : "; ", hint));
}

}  // namespace

auto names_of(recognise::fingerprint_table const& fingerprints) -> numbered_names {
  numbered_names out;
  std::uint16_t number = 0;
  for (auto const& each : fingerprints.entries()) out.emplace(++number, each.name);
  return out;
}

auto names_of(recognise::scanner_list const& scanners) -> numbered_names {
  numbered_names out;
  for (std::size_t i = 1; i <= scanners.organisations(); ++i) {
    auto const number = static_cast<std::uint16_t>(i);
    out.emplace(number, scanners.organisation(number));
  }
  return out;
}

auto numbers_of(comparison const& term, numbered_names const& names)
    -> result<std::vector<std::uint16_t>> {
  std::vector<std::uint16_t> out;
  for (auto const& wanted : term.texts) {
    if (wanted.empty()) out.push_back(0);
    bool is_found = wanted.empty();
    for (auto const& [number, name] : names) {
      if (!is_same_word(name, wanted)) continue;
      out.push_back(number);
      is_found = true;
    }
    if (!is_found) return unknown(term, wanted, names);
  }
  std::ranges::sort(out);
  out.erase(std::unique(out.begin(), out.end()), out.end());
  return out;
}

auto bits_of(comparison const& term, numbered_names const& names) -> result<wanted_bits> {
  KIZASHI_TRY(auto const numbers, numbers_of(term, names));
  wanted_bits out;
  for (auto const number : numbers) {
    if (number == 0)
      out.none = true;
    else if (number <= 64)
      out.any |= std::uint64_t{1} << (number - 1);
  }
  return out;
}

auto bits_of(comparison const& term) -> wanted_bits {
  wanted_bits out;
  for (auto const& each : term.numbers) {
    out.any |= each.low;
    out.none = out.none || each.low == 0;
  }
  return out;
}

}  // namespace kizashi::filter
