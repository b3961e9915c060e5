#include "kizashi/app/fingerprint_files.hpp"

#include <fmt/format.h>

#include "kizashi/base/input_file.hpp"
#include "kizashi/recognise/fingerprint_check.hpp"

namespace kizashi::app {
namespace {

constexpr std::size_t longest_file = std::size_t{1} << 20;
constexpr std::uint64_t check_seed = 1;

}  // namespace

auto read_fingerprint_file(std::string const& path) -> result<recognise::fingerprint_table> {
  KIZASHI_TRY(auto const text, read_whole_file(path, "read the fingerprints", longest_file));
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
