#include "kizashi/store/engine.hpp"

#include <charconv>

#include <fmt/format.h>

namespace kizashi::store {
namespace {

struct since {
  unsigned major;
  unsigned minor;
};

auto is_at_least(engine_capabilities const& has, since version) -> bool {
  return has.major > version.major || (has.major == version.major && has.minor >= version.minor);
}

auto take_number(std::string_view& text, unsigned& number) -> bool {
  auto const [end, wrong] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (wrong != std::errc{}) return false;
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  return true;
}

}  // namespace

// The versions are those from which on a feature needs no experimental setting (ClickHouse's
// changelog). Between 18.16 and 26.7, the two that are tested, a doubt is decided for the later
// one.
auto engine_capabilities::of_version(std::string_view version) -> result<engine_capabilities> {
  engine_capabilities has;
  has.version = version;
  auto text = version;
  auto is_read = take_number(text, has.major);
  is_read = is_read && text.starts_with('.');
  if (is_read) text.remove_prefix(1);
  if (!is_read || !take_number(text, has.minor))
    return fail(errc::parse_error,
                fmt::format("the engine says its version is \"{}\"; expected a number such as "
                            "26.7.2.1",
                            version));
  has.has_codecs = has.has_ttl = has.has_skip_indexes = is_at_least(has, {20, 1});
  has.has_low_cardinality = has.has_ip_types = is_at_least(has, {20, 1});
  has.has_datetime64 = has.has_parquet = is_at_least(has, {20, 8});
  has.has_fsync = has.has_mutation_wait = is_at_least(has, {20, 10});
  has.has_insert_tokens = is_at_least(has, {22, 8});
  return has;
}

auto engine::at_rest(std::function<status()> const&) -> status {
  return fail(errc::unsupported, "the files of this engine are not here");
}

auto ask_whole(engine& of, question const& asked, std::size_t most) -> result<std::string> {
  std::string whole;
  KIZASHI_TRY(of.ask(asked, [&](std::span<std::uint8_t const> piece) -> status {
    if (piece.size() > most - whole.size())
      return fail(errc::limit_reached,
                  fmt::format("the answer has more than {} bytes; ask for less", most));
    whole.append(reinterpret_cast<char const*>(piece.data()), piece.size());
    return {};
  }));
  return whole;
}

auto sql_text(std::string_view text) -> std::string {
  std::string literal{'\''};
  for (auto const letter : text) {
    if (letter == '\'' || letter == '\\') literal += '\\';
    if (letter == '\0')
      literal += "\\0";
    else
      literal += letter;
  }
  literal += '\'';
  return literal;
}

auto is_plain_name(std::string_view text) noexcept -> bool {
  auto dots = 0;
  auto is_first = true;
  for (auto const letter : text) {
    auto const is_letter =
        (letter >= 'a' && letter <= 'z') || (letter >= 'A' && letter <= 'Z') || letter == '_';
    auto const is_digit = letter >= '0' && letter <= '9';
    if (letter == '.' ? is_first || ++dots > 1 : !is_letter && (is_first || !is_digit))
      return false;
    is_first = letter == '.';
  }
  return !is_first;
}

}  // namespace kizashi::store
