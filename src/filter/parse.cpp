// From a filter's text to its expression, by recursive descent; docs/filter.md has the grammar.
#include <algorithm>
#include <array>
#include <utility>

#include <fmt/format.h>

#include "kizashi/filter/expression.hpp"
#include "kizashi/filter/internal/lexer.hpp"
#include "kizashi/filter/internal/values.hpp"

namespace kizashi::filter {
namespace {

using internal::token;
using internal::token_kind;
using form = expression::form;

template <class Values>
void sort_unique(Values& values) {
  std::ranges::sort(values);
  values.erase(std::unique(values.begin(), values.end()), values.end());
}

auto order_of(token_kind is) -> order {
  switch (is) {
    case token_kind::less:
      return order::less;
    case token_kind::less_or_equal:
      return order::less_or_equal;
    case token_kind::greater:
      return order::greater;
    case token_kind::greater_or_equal:
      return order::greater_or_equal;
    default:
      return order::equal;
  }
}

class parser {
public:
  explicit parser(std::vector<token> tokens) : tokens_{std::move(tokens)} {}

  auto run() -> result<expression> {
    if (here().is == token_kind::end)
      return fail_here("the filter is empty; expected a comparison such as port == 23");
    KIZASHI_TRY(auto out, any());
    if (here().is == token_kind::close) return fail_here("this ) closes nothing");
    if (here().is != token_kind::end)
      return fail_here(
          fmt::format("{} is not expected here; expected and, or, or the end", describe(here())));
    return out;
  }

private:
  [[nodiscard]] auto here() const -> token const& { return tokens_[at_]; }
  [[nodiscard]] auto ahead() const -> token const& {
    return tokens_[std::min(at_ + 1, tokens_.size() - 1)];
  }
  void step() { at_ += here().is == token_kind::end ? 0 : 1; }
  [[nodiscard]] static auto is_word(token const& each, std::string_view word) -> bool {
    return each.is == token_kind::word && is_same_word(each.text, word);
  }
  [[nodiscard]] static auto is_value(token const& each) -> bool {
    return each.is == token_kind::word || each.is == token_kind::quoted;
  }
  [[nodiscard]] static auto is_reserved(token const& each) -> bool {
    return is_word(each, "and") || is_word(each, "or") || is_word(each, "not") ||
           is_word(each, "in");
  }
  [[nodiscard]] auto fail_here(std::string const& what) const -> tl::unexpected<error> {
    return fail_at(here().at, errc::parse_error, what);
  }
  [[nodiscard]] static auto limit(position at, std::string const& what) -> tl::unexpected<error> {
    return fail_at(at, errc::limit_reached, what);
  }

  auto any() -> result<expression> {
    return chain(
        form::any, [this] { return all(); },
        [this] { return here().is == token_kind::any || is_word(here(), "or"); });
  }
  auto all() -> result<expression> {
    return chain(
        form::all, [this] { return one(); },
        [this] { return here().is == token_kind::all || is_word(here(), "and"); });
  }

  template <class Part, class IsNext>
  auto chain(form is, Part part, IsNext is_next) -> result<expression> {
    KIZASHI_TRY(auto first, part());
    if (!is_next()) return first;
    expression out;
    out.is = is;
    add(out, std::move(first));
    while (is_next()) {
      step();
      KIZASHI_TRY(auto more, part());
      add(out, std::move(more));
    }
    return out;
  }
  /// Brackets that change nothing leave no trace.
  static void add(expression& to, expression each) {
    if (each.is != to.is) {
      to.children.push_back(std::move(each));
      return;
    }
    for (auto& inner : each.children) to.children.push_back(std::move(inner));
  }

  auto one() -> result<expression> {
    bool const is_negation = here().is == token_kind::negation || is_word(here(), "not");
    if (!is_negation && here().is != token_kind::open) return term();
    if (++depth_ > most_depth)
      return limit(here().at, fmt::format("brackets and nots are {} deep here; expected {} at most",
                                          depth_, most_depth));
    auto const opened = here().at;
    step();
    expression out;
    if (is_negation) {
      KIZASHI_TRY(auto inner, one());
      out.is = form::negation;
      out.children.push_back(std::move(inner));
    } else {
      KIZASHI_TRY(out, any());
      if (here().is != token_kind::close)
        return fail_here(fmt::format("{} is not expected here; expected ) for the ( at {}:{}",
                                     describe(here()), opened.line, opened.column));
      step();
    }
    --depth_;
    return out;
  }

  auto term() -> result<expression> {
    auto const begin = here();
    if (++terms_ > most_terms)
      return limit(begin.at, fmt::format("more than {} comparisons; many values go into one set, "
                                         "as in port in {{22, 23}}",
                                         most_terms));
    if (!is_value(begin) || is_reserved(begin))
      return fail_here(
          fmt::format("{} is not expected here; expected a comparison such as port == "
                      "23",
                      describe(begin)));
    expression out;
    out.term.at = begin.at;
    auto const* const info = begin.is == token_kind::word ? find_field(begin.text) : nullptr;
    if (info == nullptr) {
      KIZASHI_TRY(bare_address(out.term));
      return out;
    }
    step();
    out.term.of = info->id;
    KIZASHI_TRY(compare(*info, out.term));
    return out;
  }

  /// An address or prefix alone means ip == it.
  auto bare_address(comparison& to) -> status {
    auto const& text = here().text;
    if (here().is == token_kind::word && text.find_first_of(".:") != std::string::npos)
      if (auto const where = internal::parse_addresses(text)) {
        to.of = field::ip;
        to.addresses.push_back(*where);
        step();
        return {};
      }
    constexpr std::size_t longest = 64;  // no field that is longer is near to one of ours
    auto const near = text.size() > longest ? std::string_view{} : nearest_field(text);
    return fail_here(fmt::format("there is no field \"{}\"; {}", internal::shortened(text),
                                 near.empty() ? "expected one such as src, port, country or tool"
                                              : fmt::format("did you mean {}?", near)));
  }

  auto compare(field_info const& info, comparison& to) -> status {
    if (info.kind == value_kind::yes) {
      to.numbers.push_back({1, 1});
      if (here().is >= token_kind::equal && here().is <= token_kind::greater_or_equal)
        return fail_here(
            fmt::format("{} stands alone: expected {} or not {}", info.name, info.name, info.name));
      return {};
    }
    auto const sign = here();
    KIZASHI_TRY(read_operator(info, to));
    bool const is_set = here().is == token_kind::open_set;
    if (to.how != order::equal) {
      if (is_set)
        return fail_here(
            fmt::format("a set stands behind in, == or !=, not behind {}", describe(sign)));
      return value(info, to);
    }
    if (!is_set) return value(info, to);
    return set(info, to);
  }

  auto read_operator(field_info const& info, comparison& to) -> status {
    auto const sign = here();
    if (is_word(sign, "not") && is_word(ahead(), "in")) {
      to.is_negated = true;
      step();
      step();
    } else if (is_word(sign, "in") ||
               (sign.is >= token_kind::equal && sign.is <= token_kind::greater_or_equal)) {
      to.is_negated = sign.is == token_kind::unequal;
      to.how = order_of(sign.is);
      if (to.how != order::equal && !is_ordered(info.kind))
        return fail_here(
            fmt::format("{} is not expected here: {} has no order; expected ==, != or "
                        "in",
                        describe(sign), info.name));
      step();
    } else if (!is_value(sign) || is_reserved(sign)) {
      return fail_here(
          fmt::format("{} is not expected here; expected an operator such as == and a "
                      "value of {}",
                      describe(sign), info.name));
    }
    return {};
  }

  auto set(field_info const& info, comparison& to) -> status {
    step();
    for (;;) {
      KIZASHI_TRY(value(info, to));
      bool const is_more = here().is == token_kind::comma;
      if (!is_more && here().is != token_kind::close_set)
        return fail_here(
            fmt::format("{} is not expected here; expected , or }}", describe(here())));
      step();
      if (!is_more) break;
    }
    sort_unique(to.numbers);
    sort_unique(to.addresses);
    sort_unique(to.texts);
    return {};
  }

  auto value(field_info const& info, comparison& to) -> status {
    auto const first = here();
    if (++values_ > most_values)
      return limit(first.at, fmt::format("more than {} values; longer lists go into a file: "
                                         "kizashi match --list",
                                         most_values));
    KIZASHI_TRY(expect_value(info));
    step();
    bool const is_range = here().is == token_kind::range;
    if (!is_range) return add_value(info, first, nullptr, to);
    if (to.how != order::equal || (!is_ordered(info.kind) && info.kind != value_kind::address))
      return fail_here(fmt::format("a range is not expected here; {}",
                                   to.how != order::equal
                                       ? "expected one value behind <, <=, > and >="
                                       : fmt::format("{} has no order", info.name)));
    step();
    auto const last = here();
    KIZASHI_TRY(expect_value(info));
    step();
    return add_value(info, first, &last, to);
  }

  auto expect_value(field_info const& info) const -> status {
    if (is_value(here())) return {};
    return fail_here(fmt::format("{} is not expected here; expected a value of {}",
                                 describe(here()), info.name));
  }

  static auto placed(position at, error const& what) -> tl::unexpected<error> {
    return fail_at(at, what.code, what.message);
  }

  /// `last`: where there is a range.
  static auto add_value(field_info const& info, token const& first, token const* last,
                        comparison& to) -> status {
    if (info.kind == value_kind::text || info.kind == value_kind::text_set)
      return add_text(info, first, to);
    if (info.kind == value_kind::address) return add_addresses(first, last, to);
    auto const low = internal::parse_number(info, first.text);
    if (!low) return placed(first.at, low.error());
    auto const high = last == nullptr ? low : internal::parse_number(info, last->text);
    if (!high) return placed(last->at, high.error());
    if (*high < *low) return reversed(first, *last);
    to.numbers.push_back({*low, *high});
    return {};
  }

  static auto reversed(token const& first, token const& last) -> tl::unexpected<error> {
    return fail_at(first.at, errc::out_of_range,
                   fmt::format("the range {}..{} is reversed; expected the smaller value first",
                               internal::shortened(first.text), internal::shortened(last.text)));
  }

  static auto add_text(field_info const& info, token const& first, comparison& to) -> status {
    bool const is_none = first.is == token_kind::word && is_same_word(first.text, "none");
    if (first.text.empty())
      return fail_at(first.at, errc::parse_error,
                     fmt::format("{} is empty; expected a name, or none", info.name));
    to.texts.push_back(is_none ? std::string{} : first.text);
    return {};
  }

  static auto add_addresses(token const& first, token const* last, comparison& to) -> status {
    auto const low = internal::parse_addresses(first.text);
    if (!low) return placed(first.at, low.error());
    if (last == nullptr) {
      to.addresses.push_back(*low);
      return {};
    }
    auto const high = internal::parse_addresses(last->text);
    if (!high) return placed(last->at, high.error());
    if (low->first != low->last || high->first != high->last ||
        low->first.is_ipv6() != high->first.is_ipv6())
      return fail_at(first.at, errc::parse_error,
                     "a range of addresses has two addresses of one family, such as "
                     "192.0.2.8..192.0.2.11");
    if (high->first < low->first) return reversed(first, *last);
    to.addresses.push_back({low->first, high->first});
    return {};
  }

  std::vector<token> tokens_;
  std::size_t at_ = 0;
  std::size_t depth_ = 0;
  std::size_t terms_ = 0;
  std::size_t values_ = 0;
};

}  // namespace

auto parse(std::string_view text) -> result<expression> {
  KIZASHI_TRY(auto tokens, internal::tokens_of(text));
  return parser{std::move(tokens)}.run();
}

}  // namespace kizashi::filter
