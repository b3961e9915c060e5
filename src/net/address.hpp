// Internet addresses and prefixes as values. Text forms: RFC 4291 and RFC 5952 for IPv6, dotted
// quad for IPv4.
#pragma once

#include <compare>
#include <cstdint>
#include <string>
#include <string_view>

#include "kizashi/base/error.hpp"

namespace kizashi::net {

/// An IPv4 address in host order.
class ipv4 {
public:
  constexpr ipv4() noexcept = default;
  constexpr explicit ipv4(std::uint32_t host_order) noexcept : value_{host_order} {}
  /// Reads exactly four decimal numbers of 0..255 without leading zeros.
  [[nodiscard]] static auto parse(std::string_view text) -> result<ipv4>;
  [[nodiscard]] constexpr auto value() const noexcept -> std::uint32_t { return value_; }
  [[nodiscard]] auto to_string() const -> std::string;
  friend constexpr auto operator<=>(ipv4, ipv4) noexcept = default;

private:
  std::uint32_t value_ = 0;
};

/// An IPv6 address as two halves in host order.
class ipv6 {
public:
  constexpr ipv6() noexcept = default;
  constexpr ipv6(std::uint64_t high, std::uint64_t low) noexcept : high_{high}, low_{low} {}
  [[nodiscard]] static auto parse(std::string_view text) -> result<ipv6>;
  [[nodiscard]] constexpr auto high() const noexcept -> std::uint64_t { return high_; }
  [[nodiscard]] constexpr auto low() const noexcept -> std::uint64_t { return low_; }
  [[nodiscard]] auto to_string() const -> std::string;
  friend constexpr auto operator<=>(ipv6, ipv6) noexcept = default;

private:
  std::uint64_t high_ = 0;
  std::uint64_t low_ = 0;
};

/// An address of either family. IPv4 sorts before IPv6.
class address {
public:
  constexpr address() noexcept = default;
  constexpr address(ipv4 a) noexcept : low_{a.value()} {}  // NOLINT: a wider kind of the same thing
  constexpr address(ipv6 a) noexcept : is_ipv6_{true}, high_{a.high()}, low_{a.low()} {}  // NOLINT
  [[nodiscard]] static auto parse(std::string_view text) -> result<address>;
  [[nodiscard]] constexpr auto is_ipv6() const noexcept -> bool { return is_ipv6_; }
  /// Only when `!is_ipv6()`.
  [[nodiscard]] constexpr auto as_ipv4() const noexcept -> ipv4 {
    return ipv4{static_cast<std::uint32_t>(low_)};
  }
  /// Only when `is_ipv6()`.
  [[nodiscard]] constexpr auto as_ipv6() const noexcept -> ipv6 { return ipv6{high_, low_}; }
  [[nodiscard]] auto to_string() const -> std::string;
  friend constexpr auto operator<=>(address const&, address const&) noexcept = default;

private:
  bool is_ipv6_ = false;
  std::uint64_t high_ = 0;
  std::uint64_t low_ = 0;
};

/// A block of addresses: a first address whose bits below `length` are zero.
class prefix {
public:
  constexpr prefix() noexcept = default;
  /// Clears the bits below `length`; `length` is at most 32 for IPv4 and 128 for IPv6.
  prefix(address first, unsigned length) noexcept;
  /// Reads "192.0.2.0/24", "2001:db8::/32", or a single address. Fails when bits below the length
  /// are set, and says which prefix was probably meant.
  [[nodiscard]] static auto parse(std::string_view text) -> result<prefix>;
  [[nodiscard]] auto first() const noexcept -> address { return first_; }
  [[nodiscard]] auto last() const noexcept -> address;
  [[nodiscard]] auto length() const noexcept -> unsigned { return length_; }
  [[nodiscard]] auto contains(address a) const noexcept -> bool;
  [[nodiscard]] auto to_string() const -> std::string;
  friend auto operator<=>(prefix const&, prefix const&) noexcept = default;

private:
  address first_;
  std::uint8_t length_ = 0;
};

}  // namespace kizashi::net
