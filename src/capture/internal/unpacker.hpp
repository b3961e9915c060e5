// One door to four libraries that unpack. None of them is asked for more memory than its limit.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>

#include "kizashi/base/error.hpp"

namespace kizashi::capture::internal {

/// The largest zstd window that is unpacked, as a power of two: 128 MiB, what `zstd --ultra -22`
/// makes.
inline constexpr int largest_zstd_window_log = 27;
/// The most memory for unpacking xz: twice what `xz -9` makes.
inline constexpr std::uint64_t largest_xz_memory = std::uint64_t{128} << 20;

/// Where one step of an unpacker has come to.
struct unpacked {
  std::size_t taken = 0;  ///< bytes of the input
  std::size_t given = 0;  ///< bytes of the output
  /// Whether the input may end here: a stream is complete and no other has begun.
  bool is_at_end = false;
  /// Not empty: the input cannot be what it seemed; says why.
  std::string_view damage = {};
};

/// Unpacks streams of one kind that stand one after the other.
class unpacker {
public:
  virtual ~unpacker() = default;
  /// Takes from the front of `in` and writes to the front of `out`, which is not empty. Neither
  /// taking nor giving means that more input is needed. An empty `in` says that there is none.
  [[nodiscard]] virtual auto step(std::span<std::uint8_t const> in, std::span<std::uint8_t> out)
      -> unpacked = 0;
  /// "gzip" and so on.
  [[nodiscard]] virtual auto kind() const noexcept -> std::string_view = 0;
};

/// By the first bytes of a file, of which ten tell; null when they are not those of a packed file.
/// Fails when the library has no memory.
[[nodiscard]] auto make_unpacker(std::span<std::uint8_t const> head)
    -> result<std::unique_ptr<unpacker>>;

}  // namespace kizashi::capture::internal
