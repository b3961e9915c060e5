#include "kizashi/app/fingerprint_files.hpp"

#include <cerrno>
#include <filesystem>
#include <fstream>
#include <iterator>

#include <fmt/format.h>

#include "kizashi/recognise/fingerprint_check.hpp"

namespace kizashi::app {
namespace {

constexpr std::uintmax_t longest_file = 1 << 20;
constexpr std::uint64_t check_seed = 1;

}  // namespace

auto read_fingerprint_file(std::string const& path) -> result<recognise::fingerprint_table> {
  std::error_code code;
  auto const size = std::filesystem::file_size(path, code);
  if (code) return system_failure(path, "read the fingerprints", code.value());
  if (size > longest_file)
    return fail(errc::limit_reached,
                fmt::format("{}: {} bytes; expected at most {}", path, size, longest_file));
  std::ifstream in{path, std::ios::binary};
  if (!in) return system_failure(path, "read the fingerprints", errno);
  std::string const text{std::istreambuf_iterator<char>{in}, {}};
  return recognise::fingerprint_table::parse(text, path);
}

auto load_fingerprints(std::vector<std::string> const& files) -> result<fingerprint_choice> {
  fingerprint_choice answer{recognise::fingerprint_table::shipped(), {}};
  for (auto const& path : files) {
    KIZASHI_TRY(auto const more, read_fingerprint_file(path));
    for (auto const& each : recognise::check_ordinary(more, check_seed))
      answer.warnings.push_back(fmt::format("{}: {}", path, each));
    auto both = answer.table.with(more);
    if (!both)
      return fail(both.error().code,
                  fmt::format("{} and the fingerprints before it: {}", path, both.error().message));
    answer.table = std::move(*both);
  }
  return answer;
}

}  // namespace kizashi::app
