// From TOML to fingerprints. Every mistake in a file is reported at once, each with its place.
#pragma once

#include <string_view>
#include <vector>

#include "kizashi/recognise/fingerprint.hpp"
#include "kizashi/recognise/internal/fingerprint_program.hpp"

namespace kizashi::recognise::internal {

struct read_fingerprint {
  fingerprint entry;
  fingerprint_test test;
};

/// See `fingerprint_table::parse`.
[[nodiscard]] auto read_fingerprints(std::string_view text, std::string_view file)
    -> result<std::vector<read_fingerprint>>;

}  // namespace kizashi::recognise::internal
