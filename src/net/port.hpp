#pragma once

#include <compare>
#include <cstdint>
#include <string_view>

#include "kizashi/base/error.hpp"
#include "kizashi/base/text.hpp"

namespace kizashi::net {

/// A transport port in host order. It cannot be mixed with a count, a length or a protocol number.
class port {
public:
  constexpr port() noexcept = default;
  constexpr explicit port(std::uint16_t host_order) noexcept : value_{host_order} {}
  /// Reads "0".."65535". Fails with `parse_error` on anything else, spaces included.
  [[nodiscard]] static auto parse(std::string_view text) -> result<port> {
    KIZASHI_TRY(auto const number, parse_unsigned(text, 65535));
    return port{static_cast<std::uint16_t>(number)};
  }
  [[nodiscard]] constexpr auto value() const noexcept -> std::uint16_t { return value_; }
  friend constexpr auto operator<=>(port, port) noexcept = default;

private:
  std::uint16_t value_ = 0;
};

}  // namespace kizashi::net
