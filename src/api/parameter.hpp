// Parameters of requests as data: what the table says of each is what the parser does, what the
// description of the API says, and what a failure expects.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "kizashi/api/http/message.hpp"
#include "kizashi/api/problem.hpp"
#include "kizashi/base/error.hpp"
#include "kizashi/base/time.hpp"
#include "kizashi/net/address.hpp"

namespace kizashi::api {

enum class parameter_kind : std::uint8_t {
  text,     ///< `least` .. `most` bytes
  number,   ///< whole, `least` .. `most`
  choice,   ///< one of `choices`
  flag,     ///< true or false
  minute,   ///< a time in whole minutes
  instant,  ///< a time
  network,  ///< an address or a prefix
};
enum class parameter_place : std::uint8_t { path, query };

struct parameter {
  std::string_view name = {};
  parameter_kind kind = parameter_kind::text;
  std::string_view help = {};
  parameter_place place = parameter_place::query;
  bool is_required = false;  ///< those of a path always are
  bool is_repeated = false;  ///< may come several times; only texts, numbers and choices, up
                             ///< to 64; choices may also be joined by commas
  std::uint64_t least = 0;
  std::uint64_t most = UINT64_MAX;
  std::string_view standard = {};  ///< when it does not come, as text; empty: nothing
  std::vector<std::string_view> choices = {};
  std::string_view example = {};
};

/// "a whole number from 1 to 1000", "one of port, source".
[[nodiscard]] auto expectation_of(parameter const& of) -> std::string;

using argument = std::variant<std::monostate, std::string, std::uint64_t, bool, timestamp,
                              net::prefix, std::vector<std::string>, std::vector<std::uint64_t>>;

/// The parameters of one request, read.
class arguments {
public:
  /// Whether the table has it.
  [[nodiscard]] auto knows(std::string_view name) const -> bool;
  /// Whether it came or has a standard.
  [[nodiscard]] auto has(std::string_view name) const -> bool;
  /// `T` as the table's kind has it: std::string for texts and choices, std::uint64_t, bool,
  /// timestamp for both kinds of times, net::prefix; of repeated ones a vector. Only when `has`,
  /// but repeated ones, which are empty then.
  template <class T>
  [[nodiscard]] auto get(std::string_view name) const -> T const& {
    return std::get<T>(of(name));
  }
  template <class T>
  [[nodiscard]] auto get_or(std::string_view name, T otherwise) const -> T {
    return has(name) ? get<T>(name) : otherwise;
  }
  /// `timestamp::unknown` when it did not come.
  [[nodiscard]] auto time(std::string_view name) const -> timestamp {
    return get_or(name, timestamp::unknown());
  }

private:
  friend class argument_reader;
  [[nodiscard]] auto of(std::string_view name) const -> argument const&;
  std::vector<std::pair<std::string_view, argument>> all_;
};

/// A value for a parameter of a path.
struct path_value {
  std::string_view name;
  std::string_view value;
};

/// Reads what came by the table, or says all that is wrong with it: unknown names (with the one
/// that was probably meant), values that are not as expected, those that came twice or not at all.
[[nodiscard]] auto read_arguments(std::span<parameter const> table,
                                  std::span<path_value const> path,
                                  std::span<http::query_item const> query,
                                  std::vector<mistake>& mistakes) -> arguments;

}  // namespace kizashi::api
