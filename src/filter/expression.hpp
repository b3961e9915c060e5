// One language for everything that people choose: the API, the pages and the command line.
// docs/filter.md has its grammar.
//
//   KIZASHI_TRY(auto const wanted, filter::parse("port 23 and not src in 192.0.2.0/24"));
//   filter::to_text(wanted);   // "port == 23 and not src in 192.0.2.0/24"
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "kizashi/base/error.hpp"
#include "kizashi/filter/field.hpp"
#include "kizashi/net/address_range.hpp"

namespace kizashi::filter {

/// Limits of what is read, so that no text costs more than a few milliseconds.
inline constexpr std::size_t most_bytes = std::size_t{64} << 10;
inline constexpr std::size_t most_depth = 64;
inline constexpr std::size_t most_terms = 1000;
inline constexpr std::size_t most_values = 10'000;

enum class order : std::uint8_t { equal, less, less_or_equal, greater, greater_or_equal };

/// Both ends included.
struct number_range {
  std::uint64_t low = 0;
  std::uint64_t high = 0;
  friend auto operator<=>(number_range const&, number_range const&) noexcept = default;
};

/// Where something stands in the text, from 1; columns count characters.
struct position {
  std::uint32_t line = 1;
  std::uint32_t column = 1;
};

/// One field and what is asked of it. It holds when the field is there and one of the values fits;
/// `is_negated` turns that round. A field that is two (`port`, `ip`) fits when either does.
struct comparison {
  field of = field::port;
  order how = order::equal;
  bool is_negated = false;
  /// One of the three, by the kind of the field; ascending, none twice. Of order other than `equal`
  /// one number; of kind `yes` 1.
  std::vector<number_range> numbers;
  std::vector<net::address_range> addresses;  ///< IPv4 before IPv6
  std::vector<std::string> texts;             ///< the empty one is written none
  position at;                                ///< of the field

  /// Numbers with which it holds, `is_negated` left aside: none, one or several ranges.
  [[nodiscard]] auto ranges() const -> std::vector<number_range>;
  /// All but where it stands.
  friend auto operator==(comparison const& a, comparison const& b) -> bool {
    return a.of == b.of && a.how == b.how && a.is_negated == b.is_negated &&
           a.numbers == b.numbers && a.addresses == b.addresses && a.texts == b.texts;
  }
};

struct expression {
  enum class form : std::uint8_t { term, all, any, negation };
  form is = form::term;
  comparison term;                   ///< of form `term`
  std::vector<expression> children;  ///< two or more, none of the same form; of a negation one
  friend auto operator==(expression const& a, expression const& b) -> bool {
    return a.is == b.is && a.term == b.term && a.children == b.children;
  }
};

/// Fails with "filter:LINE:COLUMN: what came, what was expected"; `limit_reached` where the text is
/// longer, deeper or has more terms than the limits say.
[[nodiscard]] auto parse(std::string_view text) -> result<expression>;

/// The canonical text: `parse` of it gives an equal expression, and equal expressions have equal
/// texts.
[[nodiscard]] auto to_text(expression const& of) -> std::string;
[[nodiscard]] auto to_text(comparison const& of) -> std::string;

/// The fields that are asked about: bit i is `field` i.
[[nodiscard]] auto fields_of(expression const& of) -> std::uint64_t;
[[nodiscard]] constexpr auto bit(field each) noexcept -> std::uint64_t {
  return std::uint64_t{1} << static_cast<unsigned>(each);
}
/// Whether packets have to be recognised before it can be answered.
[[nodiscard]] auto needs_recognition(expression const& of) -> bool;

/// Fails with the place of the first field that `to` does not have.
[[nodiscard]] auto check(expression const& of, target to) -> status;

/// "filter:LINE:COLUMN: what", for who finds later that something in it cannot be.
[[nodiscard]] auto fail_at(position at, errc code, std::string const& what)
    -> tl::unexpected<error>;

/// A filter that holds where all of these do; none: null. For `--sensor` and others beside a
/// filter.
[[nodiscard]] auto all_of(std::vector<expression> parts) -> expression;

}  // namespace kizashi::filter
