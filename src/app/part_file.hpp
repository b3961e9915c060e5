#pragma once

#include <filesystem>
#include <utility>

#include "kizashi/base/error.hpp"

namespace kizashi::app {

/// A file beside the one that is wanted, which takes its name or goes; for who writes by name what
/// an `output_file` would write.
class part_file {
public:
  /// Fails when the folder is not there or nothing may be written in it.
  [[nodiscard]] static auto create(std::filesystem::path const& wanted) -> result<part_file>;
  part_file(part_file&& other) noexcept
      : wanted_{std::move(other.wanted_)}, path_{std::exchange(other.path_, {})} {}
  auto operator=(part_file&&) -> part_file& = delete;
  ~part_file();

  [[nodiscard]] auto path() const -> std::filesystem::path const& { return path_; }
  [[nodiscard]] auto commit() -> status;

private:
  explicit part_file(std::filesystem::path const& wanted);

  std::filesystem::path wanted_;
  std::filesystem::path path_;  // empty: nothing to take away
};

}  // namespace kizashi::app
