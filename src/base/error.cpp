#include "kizashi/base/error.hpp"

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <system_error>

#include <fmt/format.h>

namespace kizashi {

auto system_error_text(int number) -> std::string {
  return std::generic_category().message(number);
}

auto system_error_code(int number) -> errc {
  switch (number) {
    case ENOENT:
    case ENOTDIR:
      return errc::not_found;
    case EACCES:
    case EPERM:
    case EROFS:
      return errc::permission;
    default:
      return errc::io_error;
  }
}

auto system_failure(std::string_view path, std::string_view verb, int number)
    -> tl::unexpected<error> {
  return fail(system_error_code(number),
              fmt::format("{}: cannot {}: {}", path, verb, system_error_text(number)));
}

namespace internal {
void assertion_failed(char const* condition, char const* file, int line) {
  std::fprintf(stderr, "%s:%d: this must hold and does not: %s\n", file, line, condition);
  std::abort();
}
}  // namespace internal

}  // namespace kizashi
