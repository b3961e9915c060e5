// The windows in full, as tables: each line is written when its window closes, so that memory does
// not follow the length of a capture.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "kizashi/base/output_file.hpp"
#include "kizashi/telescope/window.hpp"

namespace kizashi::app {

/// window_ports.csv, a row for each window and destination port; and, when it is wanted,
/// window_sources.csv, a row for each window and source address. Rows ascend: by time, then by
/// (protocol, port) or by address. Without `commit` neither file appears.
class window_tables final : public telescope::window_sink {
public:
  /// `folder` is made when it is not there.
  [[nodiscard]] static auto create(std::filesystem::path const& folder, bool has_sources)
      -> result<window_tables>;

  [[nodiscard]] auto observe(telescope::window const& closed) -> status override;
  /// Whether `observe` has failed: then rows are missing.
  [[nodiscard]] auto has_failed() const noexcept -> bool { return has_failed_; }
  [[nodiscard]] auto commit() -> status;

private:
  window_tables(output_file ports, std::optional<output_file> sources)
      : ports_{std::move(ports)}, sources_{std::move(sources)} {}

  [[nodiscard]] auto write(telescope::window const& closed) -> status;

  output_file ports_;
  std::optional<output_file> sources_;
  std::string line_;  // kept for its memory
  bool has_failed_ = false;
};

}  // namespace kizashi::app
