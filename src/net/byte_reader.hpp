// The one way to touch bytes that strangers wrote. Every access is checked against the end; what
// lies behind it reads as zero and marks the reader as exhausted, so that a parser asks once, at
// the end of a header:
//
//   byte_reader in{bytes};
//   auto const kind = in.big16();
//   auto const length = in.big16();
//   if (in.is_exhausted()) return truncated;
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>

namespace kizashi::net {

/// A cursor over borrowed bytes. Nothing is copied but the numbers read.
class byte_reader {
public:
  constexpr byte_reader() noexcept = default;
  constexpr explicit byte_reader(std::span<std::uint8_t const> bytes) noexcept : bytes_{bytes} {}

  [[nodiscard]] constexpr auto left() const noexcept -> std::size_t { return bytes_.size() - at_; }
  [[nodiscard]] constexpr auto offset() const noexcept -> std::size_t { return at_; }
  /// Whether anything was asked for that was not there.
  [[nodiscard]] constexpr auto is_exhausted() const noexcept -> bool { return exhausted_; }

  constexpr auto u8() noexcept -> std::uint8_t {
    return take(1) ? bytes_[at_ - 1] : std::uint8_t{0};
  }
  constexpr auto big16() noexcept -> std::uint16_t { return static_cast<std::uint16_t>(big(2)); }
  constexpr auto big32() noexcept -> std::uint32_t { return static_cast<std::uint32_t>(big(4)); }
  constexpr auto big64() noexcept -> std::uint64_t { return big(8); }
  constexpr auto little16() noexcept -> std::uint16_t {
    return static_cast<std::uint16_t>(little(2));
  }
  constexpr auto little32() noexcept -> std::uint32_t {
    return static_cast<std::uint32_t>(little(4));
  }
  constexpr auto little64() noexcept -> std::uint64_t { return little(8); }
  constexpr void skip(std::size_t count) noexcept { take(count); }
  /// The next `count` bytes, or fewer, and exhausted, when they are not there.
  constexpr auto bytes(std::size_t count) noexcept -> std::span<std::uint8_t const> {
    auto const start = at_;
    take(count);
    return bytes_.subspan(start, at_ - start);
  }
  /// The bytes from the cursor to the end; the cursor stays.
  [[nodiscard]] constexpr auto rest() const noexcept -> std::span<std::uint8_t const> {
    return bytes_.subspan(at_);
  }

private:
  constexpr auto take(std::size_t count) noexcept -> bool {
    if (count > left()) {
      at_ = bytes_.size();
      exhausted_ = true;
      return false;
    }
    at_ += count;
    return true;
  }
  constexpr auto big(std::size_t count) noexcept -> std::uint64_t {
    if (!take(count)) return 0;
    std::uint64_t number = 0;
    for (std::size_t i = at_ - count; i < at_; ++i) number = number << 8 | bytes_[i];
    return number;
  }
  constexpr auto little(std::size_t count) noexcept -> std::uint64_t {
    if (!take(count)) return 0;
    std::uint64_t number = 0;
    for (std::size_t i = at_; i > at_ - count; --i) number = number << 8 | bytes_[i - 1];
    return number;
  }

  std::span<std::uint8_t const> bytes_;
  std::size_t at_ = 0;
  bool exhausted_ = false;
};

}  // namespace kizashi::net
