// Bytes as they lie on the disk, come through a pipe or are held in memory: what stands before any
// unpacking.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>

#include "kizashi/base/error.hpp"

namespace kizashi::capture::internal {

/// Bytes in their order, once.
class byte_source {
public:
  virtual ~byte_source() = default;
  /// Writes the next bytes to the front of `into`, which is not empty, and answers how many; fewer
  /// than there is room for are no sign of the end, none are. Fails when the system does.
  [[nodiscard]] virtual auto read(std::span<std::uint8_t> into) -> result<std::size_t> = 0;
  /// Bytes read so far.
  [[nodiscard]] virtual auto position() const noexcept -> std::uint64_t = 0;
  /// Bytes there are in all; 0: not known.
  [[nodiscard]] virtual auto total() const noexcept -> std::uint64_t = 0;
  /// What messages call it.
  [[nodiscard]] virtual auto name() const noexcept -> std::string const& = 0;
  /// Whether opening it a second time gives the same bytes again.
  [[nodiscard]] virtual auto is_repeatable() const noexcept -> bool = 0;
};

/// A file, a pipe or a device; "-" is standard input. Fails when it cannot be opened or is a
/// folder.
[[nodiscard]] auto open_file(std::string const& path) -> result<std::unique_ptr<byte_source>>;

/// Borrowed bytes, which must live as long as the source; at most `step` of them at a time.
[[nodiscard]] auto open_bytes(std::span<std::uint8_t const> bytes, std::string name,
                              std::size_t step = SIZE_MAX) -> std::unique_ptr<byte_source>;

}  // namespace kizashi::capture::internal
