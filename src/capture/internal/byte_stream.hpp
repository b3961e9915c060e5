// The bytes of a capture as its writer wrote them: a file that is packed is unpacked on the way.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>

#include "kizashi/base/error.hpp"
#include "kizashi/capture/internal/byte_source.hpp"

namespace kizashi::capture::internal {

/// Unpacked bytes in their order, once. Memory does not depend on the length of the stream.
class byte_stream {
public:
  virtual ~byte_stream() = default;
  /// Writes the next bytes to the front of `into`, which is not empty, and answers how many; none
  /// are the end. Where the packed bytes are damaged or cut the bytes before the damage come first;
  /// the next call fails, naming the file and the offset in the packed bytes.
  [[nodiscard]] virtual auto read(std::span<std::uint8_t> into) -> result<std::size_t> = 0;
  /// Whether the bytes differ from those on the disk.
  [[nodiscard]] virtual auto is_packed() const noexcept -> bool = 0;
  /// What lies below.
  [[nodiscard]] virtual auto source() const noexcept -> byte_source const& = 0;
};

/// Chooses by the first bytes, not by the name: gzip (RFC 1952), zstd (RFC 8878), bzip2, xz, or
/// none of them. Each may be several streams one after the other. Fails when not even the first
/// bytes can be read.
[[nodiscard]] auto open_stream(std::unique_ptr<byte_source> source)
    -> result<std::unique_ptr<byte_stream>>;

}  // namespace kizashi::capture::internal
