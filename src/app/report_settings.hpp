// What a person can set for reports that a server writes: the section [report] of the configuration
// file.
#pragma once

#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "kizashi/base/config.hpp"
#include "kizashi/paper/files.hpp"

namespace kizashi::app {

/// The keys; part of `setting_keys`.
[[nodiscard]] auto report_keys() -> std::span<config_key const>;

struct report_rules {
  std::vector<std::string> kinds;  ///< of `paper::period_names`; none: nothing is written
  std::filesystem::path folder;
  paper::file_set files;
  std::string browser;  ///< empty: the first that is installed
  duration delay{};     ///< between the end of a period and its report
};
/// `data`: the folder of the server.
[[nodiscard]] auto report_rules_of(config const& from, std::filesystem::path const& data)
    -> result<report_rules>;

}  // namespace kizashi::app
