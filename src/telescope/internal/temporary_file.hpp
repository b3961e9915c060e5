#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "kizashi/base/error.hpp"
#include "kizashi/base/file_descriptor.hpp"

namespace kizashi::telescope::internal {

/// A temporary file without a name, in $TMPDIR or /tmp; gone with its owner, however the program
/// ends.
class temporary_file {
public:
  [[nodiscard]] static auto create() -> result<temporary_file>;
  /// Appends; fails with the system's reason and the number of bytes that the file has, when the
  /// disk is full.
  [[nodiscard]] auto append(std::span<std::byte const> bytes) -> status;
  /// Reads at most `into.size()` bytes at `offset`; fewer only at the end.
  [[nodiscard]] auto read(std::uint64_t offset, std::span<std::byte> into) const
      -> result<std::size_t>;

private:
  file_descriptor file_;
  std::uint64_t size_ = 0;
};

}  // namespace kizashi::telescope::internal
