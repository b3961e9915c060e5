#include "kizashi/recognise/internal/fingerprint_expression.hpp"

#include <algorithm>
#include <array>
#include <limits>
#include <optional>
#include <span>

#include <fmt/format.h>

#include "kizashi/base/config.hpp"
#include "kizashi/recognise/internal/fingerprint_words.hpp"

namespace kizashi::recognise::internal {
namespace {

struct field_row {
  std::string_view name;
  word belongs;
  unsigned bits;  ///< of its column
};

/// By `field`.
constexpr std::array<field_row, fields> field_rows{{
    {"ip.src", word::ipv4, 32},       {"ip.dst", word::ipv4, 32},
    {"ip.id", word::ip, 16},          {"ip.ttl", word::ip, 8},
    {"ip.len", word::ip, 16},         {"ip.df", word::ip, 32},
    {"ip.proto", word::ip, 8},        {"tcp.seq", word::tcp, 32},
    {"tcp.ack", word::tcp, 32},       {"tcp.window", word::tcp, 16},
    {"tcp.mss", word::tcp, 16},       {"tcp.wscale", word::tcp, 8},
    {"tcp.options", word::tcp, 32},   {"tcp.srcport", word::tcp, 16},
    {"tcp.dstport", word::tcp, 16},   {"tcp.flags", word::tcp, 8},
    {"udp.srcport", word::udp, 16},   {"udp.dstport", word::udp, 16},
    {"icmp.type", word::icmp, 16},    {"icmp.code", word::icmp, 16},
    {"payload.length", word::ip, 16},
}};

/// By `word`.
constexpr auto word_names = std::to_array<std::string_view>(
    {"ip", "ipv4", "tcp", "udp", "icmp", "tcp.syn", "tcp.synack", "tcp.rst"});
static_assert(word_names.size() == words);

/// By the number that stands for them in `packet_batch::tcp_options`; the words of p0f.
constexpr auto option_names = std::to_array<std::string_view>(
    {"", "nop", "mss", "ws", "sok", "sack", "", "", "ts", "", "", "", "", "", "other"});

template <class Names>
auto index_of(Names const& names, std::string_view name) -> std::optional<std::size_t> {
  auto const found = std::ranges::find(names, name);
  if (found == std::end(names) || name.empty()) return std::nullopt;
  return static_cast<std::size_t>(found - std::begin(names));
}

auto find_field(std::string_view name) -> std::optional<field> {
  auto const found = std::ranges::find(field_rows, name, &field_row::name);
  if (found == field_rows.end()) return std::nullopt;
  return static_cast<field>(found - field_rows.begin());
}

/// " did you mean ip.id?", or what there is.
auto hint(std::string_view name) -> std::string {
  std::vector<std::string_view> known{word_names.begin(), word_names.end()};
  for (auto const& each : field_rows) known.push_back(each.name);
  for (auto const* const other : {"payload", "swap16", "swap32", "options"}) known.push_back(other);
  auto const near = closest(name, known);
  if (!near.empty()) return fmt::format("did you mean {}?", near);
  return "expected a field such as tcp.seq, ip.dst or udp.dstport";
}

auto check_size(token const& where, expression const& all) -> status {
  if (all.size() <= most_nodes) return {};
  return fail_at(where.at, fmt::format("more than {} fields, numbers and operators; split the "
                                       "condition",
                                       most_nodes));
}

class parser {
public:
  explicit parser(std::string_view text) : in_{text} {}

  auto whole_condition() -> result<condition> {
    KIZASHI_TRY(in_.begin());
    condition out;
    if (in_.is_name("payload")) {
      KIZASHI_TRY(payload(out));
    } else if (auto const known = in_.head().is == token::sort::name
                                      ? index_of(word_names, in_.head().spelt)
                                      : std::nullopt) {
      out.kind = static_cast<word>(*known);
      KIZASHI_TRY(in_.next());
    } else {
      KIZASHI_TRY(relation(out));
    }
    KIZASHI_TRY(expect_end("nothing behind a condition; several conditions are several texts"));
    return out;
  }

  auto whole_expression() -> result<expression> {
    KIZASHI_TRY(in_.begin());
    auto const start = in_.head();
    expression out;
    KIZASHI_TRY(sum(out, 0));
    KIZASHI_TRY(expect_end("an operator or the end"));
    if (!has_field(out))
      return fail_at(start.at, "no field is named; expected one such as tcp.seq");
    return out;
  }

private:
  static auto has_field(expression const& all) -> bool {
    return std::ranges::any_of(all, [](auto const& each) { return each.does == operation::field; });
  }

  auto expect_end(std::string_view expected) -> status {
    if (in_.head().is == token::sort::end) return {};
    return fail_at(in_.head().at,
                   fmt::format("{} is not expected; expected {}", shown(in_.head()), expected));
  }

  auto payload(condition& out) -> status {
    KIZASHI_TRY(in_.next());
    if (in_.is_name("starts")) {
      out.is = condition::form::starts;
    } else if (in_.is_name("contains")) {
      out.is = condition::form::contains;
    } else if (in_.is_name("at")) {
      out.is = condition::form::at;
      KIZASHI_TRY(in_.next());
      if (in_.head().is != token::sort::number || in_.head().number > 1500)
        return fail_at(in_.head().at, fmt::format("{} is not expected; expected the number of a "
                                                  "byte, 0 to 1500",
                                                  shown(in_.head())));
      out.offset = in_.head().number;
    } else {
      return fail_at(in_.head().at, fmt::format("{} is not expected; expected starts, contains or "
                                                "at, as in payload starts \"GET \"",
                                                shown(in_.head())));
    }
    KIZASHI_TRY(in_.next());
    auto const& text = in_.head();
    if (text.is != token::sort::text || text.bytes.empty() || text.bytes.size() > 64)
      return fail_at(text.at, fmt::format("{} is not expected; expected 1 to 64 bytes in double "
                                          "quotes",
                                          shown(text)));
    out.bytes = text.bytes;
    return in_.next();
  }

  auto relation(condition& out) -> status {
    auto const start = in_.head();
    KIZASHI_TRY(sum(out.left, 0));
    if (in_.is_name("in")) {
      KIZASHI_TRY(in_.next());
      KIZASHI_TRY(set(out));
    } else {
      KIZASHI_TRY(compare(out));
    }
    if (has_field(out.left) || has_field(out.right)) return {};
    return fail_at(start.at, "no field is named; expected one such as tcp.seq");
  }

  auto compare(condition& out) -> status {
    constexpr auto signs = std::to_array<std::string_view>({"==", "!=", "<", "<=", ">", ">="});
    auto const sign = in_.head();
    auto const known =
        sign.is == token::sort::sign ? index_of(signs, sign.spelt) : std::optional<std::size_t>{};
    if (!known)
      return fail_at(sign.at, fmt::format("{} is not expected; expected ==, !=, <, <=, >, >= or in",
                                          shown(sign)));
    KIZASHI_TRY(in_.next());
    KIZASHI_TRY(sum(out.right, 0));
    out.is = condition::form::compare;
    out.how = static_cast<comparison>(*known < 4 ? *known : *known - 2);
    if (*known >= 4) std::swap(out.left, out.right);
    return {};
  }

  auto set(condition& out) -> status {
    out.is = condition::form::ranges;
    KIZASHI_TRY(in_.expect_sign("{"));
    while (true) {
      auto const first = in_.head();
      KIZASHI_TRY(auto const low, constant());
      auto high = low;
      if (in_.is_sign("..")) {
        KIZASHI_TRY(in_.next());
        KIZASHI_TRY(auto const last, constant());
        high = last;
      }
      if (high < low)
        return fail_at(first.at, fmt::format("the range {}..{} is reversed", low, high));
      out.ranges.push_back({low, high});
      if (out.ranges.size() > most_ranges)
        return fail_at(first.at, fmt::format("more than {} numbers in a set", most_ranges));
      if (in_.is_sign("}")) return in_.next();
      KIZASHI_TRY(in_.expect_sign(","));
    }
  }

  /// A number or `options(...)`.
  auto constant() -> result<std::uint32_t> {
    auto const head = in_.head();
    if (in_.is_name("options")) {
      KIZASHI_TRY(in_.next());
      return options();
    }
    if (head.is != token::sort::number)
      return fail_at(head.at, fmt::format("{} is not expected; expected a number", shown(head)));
    KIZASHI_TRY(in_.next());
    return head.number;
  }

  /// Behind "options": what `tcp.options` is for these options in this order.
  auto options() -> result<std::uint32_t> {
    KIZASHI_TRY(in_.expect_sign("("));
    std::uint32_t packed = 0;
    for (unsigned i = 0; !in_.is_sign(")"); ++i) {
      if (i > 0) KIZASHI_TRY(in_.expect_sign(","));
      auto const known = index_of(option_names, in_.head().spelt);
      if (!known)
        return fail_at(in_.head().at, fmt::format("{} is no TCP option; expected nop, mss, ws, "
                                                  "sok, sack, ts or other",
                                                  shown(in_.head())));
      if (i == 8) return fail_at(in_.head().at, "more than 8 options; only the first 8 are kept");
      packed |= static_cast<std::uint32_t>(*known) << (4 * i);
      KIZASHI_TRY(in_.next());
    }
    KIZASHI_TRY(in_.next());
    return packed;
  }

  struct level {
    std::string_view sign;
    operation does;
  };

  /// Binary operators of level `at` (0 binds least) and all that bind tighter.
  auto sum(expression& out, std::size_t at) -> status {
    static constexpr std::array<std::array<level, 2>, 5> levels{
        {{{{"|", operation::bit_or}, {"|", operation::bit_or}}},
         {{{"^", operation::bit_xor}, {"^", operation::bit_xor}}},
         {{{"&", operation::bit_and}, {"&", operation::bit_and}}},
         {{{"<<", operation::shift_left}, {">>", operation::shift_right}}},
         {{{"+", operation::add}, {"-", operation::subtract}}}}};
    if (at == levels.size()) return primary(out);
    KIZASHI_TRY(sum(out, at + 1));
    while (true) {
      auto const found = std::ranges::find_if(
          levels[at], [&](auto const& each) { return in_.is_sign(each.sign); });
      if (found == levels[at].end()) return {};
      auto const left = static_cast<std::uint16_t>(out.size() - 1);
      KIZASHI_TRY(in_.next());
      KIZASHI_TRY(sum(out, at + 1));
      out.push_back({found->does, 0, left, static_cast<std::uint16_t>(out.size() - 1)});
      KIZASHI_TRY(check_size(in_.head(), out));
    }
  }

  auto primary(expression& out) -> status {
    auto const head = in_.head();
    if (in_.is_sign("(")) return nested(out);
    if (in_.is_name("swap16") || in_.is_name("swap32")) {
      KIZASHI_TRY(in_.next());
      if (!in_.is_sign("(")) return in_.expect_sign("(");
      KIZASHI_TRY(nested(out));
      out.push_back({head.spelt == "swap16" ? operation::swap16 : operation::swap32, 0,
                     static_cast<std::uint16_t>(out.size() - 1), 0});
      return check_size(head, out);
    }
    if (head.is == token::sort::number || in_.is_name("options")) {
      KIZASHI_TRY(auto const number, constant());
      out.push_back({operation::number, number, 0, 0});
      return check_size(head, out);
    }
    if (head.is != token::sort::name)
      return fail_at(
          head.at, fmt::format("{} is not expected; expected a field, a number or (", shown(head)));
    auto const known = find_field(head.spelt);
    if (!known)
      return fail_at(head.at, fmt::format("{} is no field; {}", head.spelt, hint(head.spelt)));
    out.push_back({operation::field, static_cast<std::uint32_t>(*known), 0, 0});
    KIZASHI_TRY(check_size(head, out));
    return in_.next();
  }

  /// What stands in parentheses, the head being the opening one.
  auto nested(expression& out) -> status {
    if (++depth_ > deepest_condition)
      return fail_at(in_.head().at,
                     fmt::format("more than {} parentheses in each other", deepest_condition));
    KIZASHI_TRY(in_.next());
    KIZASHI_TRY(sum(out, 0));
    KIZASHI_TRY(in_.expect_sign(")"));
    --depth_;
    return {};
  }

  token_stream in_;
  std::size_t depth_ = 0;
};

auto check_length(std::string_view text) -> status {
  if (text.size() <= longest_condition) return {};
  return fail_at(longest_condition + 1,
                 fmt::format("{} bytes; expected at most {}", text.size(), longest_condition));
}

}  // namespace

auto name_of(field each) noexcept -> std::string_view {
  return field_rows[static_cast<std::size_t>(each)].name;
}

auto word_of(field each) noexcept -> word {
  return field_rows[static_cast<std::size_t>(each)].belongs;
}

auto largest_of(field each) noexcept -> std::uint32_t {
  return 0xFFFFFFFFU >> (32 - field_rows[static_cast<std::size_t>(each)].bits);
}

auto parse_condition(std::string_view text) -> result<condition> {
  KIZASHI_TRY(check_length(text));
  return parser{text}.whole_condition();
}

auto parse_expression(std::string_view text) -> result<expression> {
  KIZASHI_TRY(check_length(text));
  return parser{text}.whole_expression();
}

}  // namespace kizashi::recognise::internal
