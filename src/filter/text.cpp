// An expression back to text.
#include <fmt/format.h>

#include "kizashi/filter/expression.hpp"
#include "kizashi/filter/internal/values.hpp"

namespace kizashi::filter {
namespace {

/// The values, and whether they are one that an == can stand before: no prefix, no range.
struct value_texts {
  std::vector<std::string> all;
  bool is_single = false;
};

auto texts_of(comparison const& of) -> value_texts {
  auto const& info = info_of(of.of);
  value_texts out;
  bool is_range = false;
  for (auto const& each : of.numbers) {
    auto text = internal::number_text(info, each.low);
    is_range = each.low != each.high;
    if (is_range) text += fmt::format("..{}", internal::number_text(info, each.high));
    out.all.push_back(std::move(text));
  }
  for (auto const& each : of.addresses) {
    is_range = each.first != each.last;
    out.all.push_back(internal::address_text(each));
  }
  for (auto const& each : of.texts) out.all.push_back(internal::quoted_text(each));
  out.is_single = out.all.size() == 1 && !is_range;
  return out;
}

auto sign_of(order how) -> std::string_view {
  switch (how) {
    case order::less:
      return "<";
    case order::less_or_equal:
      return "<=";
    case order::greater:
      return ">";
    case order::greater_or_equal:
      return ">=";
    default:
      return "==";
  }
}

void append(std::string& to, expression const& of) {
  if (of.is == expression::form::term) {
    to += to_text(of.term);
    return;
  }
  bool const is_negation = of.is == expression::form::negation;
  if (is_negation) to += "not ";
  bool is_first = true;
  for (auto const& each : of.children) {
    if (!is_first) to += of.is == expression::form::all ? " and " : " or ";
    is_first = false;
    bool const is_looser = each.is == expression::form::any || each.is == expression::form::all;
    bool const has_brackets = is_looser && (is_negation || (of.is == expression::form::all));
    if (has_brackets) to += '(';
    append(to, each);
    if (has_brackets) to += ')';
  }
}

}  // namespace

auto to_text(comparison const& of) -> std::string {
  auto const& info = info_of(of.of);
  if (info.kind == value_kind::yes) return std::string{info.name};
  auto const values = texts_of(of);
  if (of.how != order::equal)
    return fmt::format("{} {} {}", info.name, sign_of(of.how), values.all.front());
  if (values.is_single)
    return fmt::format("{} {} {}", info.name, of.is_negated ? "!=" : "==", values.all.front());
  auto const word = of.is_negated ? "not in" : "in";
  if (values.all.size() == 1) return fmt::format("{} {} {}", info.name, word, values.all.front());
  return fmt::format("{} {} {{{}}}", info.name, word, fmt::join(values.all, ", "));
}

auto to_text(expression const& of) -> std::string {
  std::string text;
  append(text, of);
  return text;
}

}  // namespace kizashi::filter
