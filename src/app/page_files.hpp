// The pages of a server: files of a folder, read once at the start, so that nothing of a request
// ever names a file.
#pragma once

#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "kizashi/api/router.hpp"
#include "kizashi/base/error.hpp"

namespace kizashi::app {

class page_files {
public:
  page_files() = default;
  /// Reads the folder and those in it. Names with a leading dot, links and files of kinds that
  /// pages do not have are left out; what lies in assets/ has a name that changes with its bytes.
  /// Fails when there is no index.html, and when there is more than 64 MiB.
  [[nodiscard]] static auto read(std::filesystem::path const& folder) -> result<page_files>;

  /// They point into this object.
  [[nodiscard]] auto assets() const noexcept -> std::span<api::asset const> { return assets_; }

private:
  struct file {
    std::string path;
    std::string bytes;
    std::string packed;
  };
  std::vector<file> files_;
  std::vector<api::asset> assets_;
};

/// The pages of the folder `named`; when it is empty those of share/kizashi/pages beside the
/// program's folder, or of pages there, where ./dev web puts them; none when there are none.
[[nodiscard]] auto open_pages(std::string const& named) -> result<page_files>;

}  // namespace kizashi::app
