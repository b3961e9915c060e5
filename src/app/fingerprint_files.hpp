// Users' own files of fingerprints.
#pragma once

#include <string>
#include <vector>

#include "kizashi/base/error.hpp"
#include "kizashi/recognise/fingerprint.hpp"

namespace kizashi::app {

struct fingerprint_choice {
  recognise::fingerprint_table table;
  /// What deserves a look but forbids nothing: entries that ordinary packets pass.
  std::vector<std::string> warnings;
};

/// Reads one file. Fails with every mistake in it.
[[nodiscard]] auto read_fingerprint_file(std::string const& path)
    -> result<recognise::fingerprint_table>;

/// The shipped fingerprints and those of `files`, which come before them where names are equal.
[[nodiscard]] auto load_fingerprints(std::vector<std::string> const& files)
    -> result<fingerprint_choice>;

}  // namespace kizashi::app
