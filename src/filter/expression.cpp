#include "kizashi/filter/expression.hpp"

#include <limits>
#include <utility>

#include <fmt/format.h>

namespace kizashi::filter {
namespace {

template <class Use>
void for_each_term(expression const& of, Use&& use) {
  if (of.is == expression::form::term) use(of.term);
  for (auto const& each : of.children) for_each_term(each, use);
}

}  // namespace

auto comparison::ranges() const -> std::vector<number_range> {
  constexpr auto most = std::numeric_limits<std::uint64_t>::max();
  if (how == order::equal) return numbers;
  auto const value = numbers.front().low;
  switch (how) {
    case order::less:
      return value == 0 ? std::vector<number_range>{} : std::vector{number_range{0, value - 1}};
    case order::less_or_equal:
      return {{0, value}};
    case order::greater:
      return value == most ? std::vector<number_range>{}
                           : std::vector{number_range{value + 1, most}};
    default:
      return {{value, most}};
  }
}

auto fields_of(expression const& of) -> std::uint64_t {
  std::uint64_t all = 0;
  for_each_term(of, [&](comparison const& term) { all |= bit(term.of); });
  return all;
}

auto needs_recognition(expression const& of) -> bool {
  bool needs = false;
  for_each_term(of, [&](comparison const& term) { needs = needs || is_recognised(term.of); });
  return needs;
}

auto fail_at(position at, errc code, std::string const& what) -> tl::unexpected<error> {
  return fail(code, fmt::format("filter:{}:{}: {}", at.line, at.column, what));
}

auto check(expression const& of, target to) -> status {
  status good;
  for_each_term(of, [&](comparison const& term) {
    auto const& info = info_of(term.of);
    if (!good || has(info, to)) return;
    std::string others;
    for (std::size_t i = 0; i < targets; ++i)
      if (auto const each = static_cast<target>(i); has(info, each))
        others += fmt::format("{}{}", others.empty() ? "" : " and ", name_of(each));
    good =
        fail_at(term.at, errc::unsupported,
                fmt::format("{} have no {}; it is a field of {}", name_of(to), info.name, others));
  });
  return good;
}

auto all_of(std::vector<expression> parts) -> expression {
  KIZASHI_ASSERT(!parts.empty());
  if (parts.size() == 1) return std::move(parts.front());
  expression out;
  out.is = expression::form::all;
  for (auto& each : parts) {
    if (each.is != expression::form::all) {
      out.children.push_back(std::move(each));
      continue;
    }
    for (auto& inner : each.children) out.children.push_back(std::move(inner));
  }
  return out;
}

}  // namespace kizashi::filter
