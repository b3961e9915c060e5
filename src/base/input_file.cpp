#include "kizashi/base/input_file.hpp"

#include <algorithm>
#include <cerrno>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fmt/format.h>

#include "kizashi/base/file_descriptor.hpp"

namespace kizashi {

auto read_whole_file(std::string const& path, std::string_view verb, std::size_t limit)
    -> result<std::string> {
  file_descriptor const in{::open(path.c_str(), O_RDONLY | O_CLOEXEC)};
  if (!in.is_open()) return system_failure(path, verb, errno);
  constexpr std::size_t chunk = std::size_t{64} << 10;
  std::string text;
  struct stat is {};
  if (::fstat(in.get(), &is) == 0 && is.st_size > 0)
    text.reserve(std::min(static_cast<std::size_t>(is.st_size), limit) + chunk);
  for (;;) {
    auto const before = text.size();
    text.resize(before + chunk);
    auto const count = ::read(in.get(), text.data() + before, chunk);
    if (count < 0 && errno != EINTR) return system_failure(path, verb, errno);
    text.resize(before + static_cast<std::size_t>(std::max<ssize_t>(count, 0)));
    if (count == 0) return text;
    if (text.size() > limit)
      return fail(errc::limit_reached,
                  fmt::format("{}: cannot {}: more than {} bytes", path, verb, limit));
  }
}

}  // namespace kizashi
