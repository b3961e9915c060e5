// Names of tools, scanners and sensors: what stands behind them differs from place to place.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "kizashi/base/error.hpp"
#include "kizashi/filter/expression.hpp"
#include "kizashi/recognise/fingerprint.hpp"
#include "kizashi/recognise/place.hpp"
#include "kizashi/recognise/scanner_list.hpp"

namespace kizashi::filter {

/// Numbers from 1 on and what they stand for.
using numbered_names = std::map<std::uint16_t, std::string>;

/// Number i + 1 is entry i; of scanners the number that `tag_columns` has.
[[nodiscard]] auto names_of(recognise::fingerprint_table const& fingerprints) -> numbered_names;
[[nodiscard]] auto names_of(recognise::scanner_list const& scanners) -> numbered_names;

/// What names and places mean to whoever applies a filter. The tables outlive what is made with
/// them.
struct name_context {
  recognise::fingerprint_table const* fingerprints = nullptr;  ///< null: nothing is recognised
  recognise::scanner_list const* scanners = nullptr;           ///< likewise
  recognise::place_table const* places = nullptr;              ///< null: every place is not known
  std::string sensor;                                          ///< whose packets they are
};

/// The numbers of the names in a term, upper and lower case alike, ascending; 0 for none. Fails
/// with the place of a name that nothing has.
[[nodiscard]] auto numbers_of(comparison const& term, numbered_names const& names)
    -> result<std::vector<std::uint16_t>>;

/// What of a set of bits a term is about: number n is bit n - 1.
struct wanted_bits {
  std::uint64_t any = 0;  ///< holds where one of these is set
  bool none = false;      ///< holds where no bit is set
};
[[nodiscard]] auto bits_of(comparison const& term, numbered_names const& names)
    -> result<wanted_bits>;
/// Of a field of kind `word_set`.
[[nodiscard]] auto bits_of(comparison const& term) -> wanted_bits;

}  // namespace kizashi::filter
