// Failures that are expected are values. A function that can fail returns `result<T>`; the caller
// hands the failure on with KIZASHI_TRY or answers it:
//
//   auto read_port(std::string_view text) -> result<port> {
//     KIZASHI_TRY(auto const number, parse_unsigned(text, 65535));
//     return port{static_cast<std::uint16_t>(number)};
//   }
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include <tl/expected.hpp>

namespace kizashi {

/// What kind of failure it was. The exit code and, later, the HTTP status follow from it.
enum class errc : std::uint8_t {
  parse_error,    ///< Text or bytes that do not have the expected form.
  out_of_range,   ///< Well formed, but outside of what is permitted.
  not_found,      ///< A file, key or name that is not there.
  permission,     ///< The system refused.
  io_error,       ///< Reading or writing failed.
  unsupported,    ///< Well formed, but of a kind that Kizashi does not know.
  interrupted,    ///< A person asked to stop.
  limit_reached,  ///< More than a stated bound.
};

/// A failure. The message says what was wrong, where, what came, what was expected, and what to do
/// next.
struct error {
  errc code;
  std::string message;
};

template <class T>
using result = tl::expected<T, error>;
using status = result<void>;

[[nodiscard]] inline auto fail(errc code, std::string message) -> tl::unexpected<error> {
  return tl::unexpected<error>{error{code, std::move(message)}};
}

/// The system's words for `number` (an errno), and the code that belongs to it.
[[nodiscard]] auto system_error_text(int number) -> std::string;
[[nodiscard]] auto system_error_code(int number) -> errc;
/// "PATH: cannot VERB: reason" from errno's value.
[[nodiscard]] auto system_failure(std::string_view path, std::string_view verb, int number)
    -> tl::unexpected<error>;

namespace internal {
[[noreturn]] void assertion_failed(char const* condition, char const* file, int line);
}

}  // namespace kizashi

#define KIZASHI_CONCAT_(a, b) a##b
#define KIZASHI_CONCAT(a, b) KIZASHI_CONCAT_(a, b)
#define KIZASHI_TRY_2(outcome, declaration, expression)                                \
  auto outcome = (expression);                                                         \
  if (!outcome) return ::tl::unexpected<::kizashi::error>(std::move(outcome).error()); \
  declaration = std::move(*outcome)
#define KIZASHI_TRY_1(outcome, expression)   \
  if (auto outcome = (expression); !outcome) \
  return ::tl::unexpected<::kizashi::error>(std::move(outcome).error())
#define KIZASHI_TRY_PICK(_1, _2, NAME, ...) NAME
/// KIZASHI_TRY(declaration, expression) or KIZASHI_TRY(expression): leaves the function with the
/// failure, if any.
#define KIZASHI_TRY(...)                                              \
  KIZASHI_TRY_PICK(__VA_ARGS__, KIZASHI_TRY_2, KIZASHI_TRY_1, unused) \
  (KIZASHI_CONCAT(outcome_, __LINE__), __VA_ARGS__)

/// A broken promise of the program itself, not of its input. On in release.
#define KIZASHI_ASSERT(condition)     \
  (__builtin_expect(!!(condition), 1) \
       ? void(0)                      \
       : ::kizashi::internal::assertion_failed(#condition, __FILE__, __LINE__))
