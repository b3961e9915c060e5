#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "kizashi/base/error.hpp"

namespace kizashi::capture::internal {

/// Packs bytes as one gzip stream (RFC 1952), without a name or a time in it: the same bytes give
/// the same stream.
class gzip_packer {
public:
  /// Fails when the library has no memory.
  [[nodiscard]] static auto create() -> result<gzip_packer>;
  gzip_packer(gzip_packer&&) noexcept;
  auto operator=(gzip_packer&&) noexcept -> gzip_packer&;
  ~gzip_packer();

  /// Takes `bytes` and gives what is ready; at the end all that is left. The view holds until the
  /// next call.
  [[nodiscard]] auto pack(std::string_view bytes, bool is_end) -> std::string_view;

private:
  struct state;
  explicit gzip_packer(std::unique_ptr<state> made);
  std::unique_ptr<state> state_;
};

}  // namespace kizashi::capture::internal
