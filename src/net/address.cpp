#include "kizashi/net/address.hpp"

#include <arpa/inet.h>
#include <array>

#include <fmt/format.h>

#include "kizashi/base/text.hpp"

namespace kizashi::net {
namespace {

/// The `length` highest bits of 64 set; `length` 0..64.
constexpr auto high_bits(unsigned length) noexcept -> std::uint64_t {
  return length == 0 ? 0 : ~std::uint64_t{0} << (64 - length);
}

struct mask_pair {
  std::uint64_t high;
  std::uint64_t low;
};

/// The network mask of a prefix in the two words of `address`.
constexpr auto mask_of(bool is_ipv6, unsigned length) noexcept -> mask_pair {
  if (!is_ipv6) return {0, high_bits(length) >> 32};
  return {high_bits(length < 64 ? length : 64), high_bits(length < 64 ? 0 : length - 64)};
}

constexpr auto words_of(address a) noexcept -> mask_pair {
  if (a.is_ipv6()) return {a.as_ipv6().high(), a.as_ipv6().low()};
  return {0, a.as_ipv4().value()};
}

auto address_of(bool is_ipv6, mask_pair words) noexcept -> address {
  if (is_ipv6) return ipv6{words.high, words.low};
  return ipv4{static_cast<std::uint32_t>(words.low)};
}

}  // namespace

auto ipv4::parse(std::string_view text) -> result<ipv4> {
  auto const parts = split(text, '.');
  auto const bad = [&] {
    return fail(errc::parse_error, fmt::format("\"{}\" is not an IPv4 address", text));
  };
  if (parts.size() != 4) return bad();
  std::uint32_t value = 0;
  for (auto const part : parts) {
    auto const number = parse_unsigned(part, 255);
    if (!number || (part.size() > 1 && part.front() == '0')) return bad();
    value = value << 8 | static_cast<std::uint32_t>(*number);
  }
  return ipv4{value};
}

auto ipv4::to_string() const -> std::string {
  return fmt::format("{}.{}.{}.{}", value_ >> 24, value_ >> 16 & 255, value_ >> 8 & 255,
                     value_ & 255);
}

auto ipv6::parse(std::string_view text) -> result<ipv6> {
  std::array<unsigned char, 16> bytes{};
  // inet_pton would stop at a zero byte and not see what follows.
  if (text.find('\0') != std::string_view::npos ||
      inet_pton(AF_INET6, std::string{text}.c_str(), bytes.data()) != 1)
    return fail(errc::parse_error, fmt::format("\"{}\" is not an IPv6 address", text));
  std::uint64_t words[2]{};
  for (std::size_t i = 0; i < 16; ++i) words[i / 8] = words[i / 8] << 8 | bytes[i];
  return ipv6{words[0], words[1]};
}

auto ipv6::to_string() const -> std::string {
  std::array<unsigned char, 16> bytes{};
  for (std::size_t i = 0; i < 16; ++i)
    bytes[i] = static_cast<unsigned char>((i < 8 ? high_ : low_) >> (56 - 8 * (i % 8)));
  std::array<char, INET6_ADDRSTRLEN> text{};
  inet_ntop(AF_INET6, bytes.data(), text.data(), text.size());
  return text.data();
}

auto address::parse(std::string_view text) -> result<address> {
  if (text.find(':') != std::string_view::npos) {
    KIZASHI_TRY(auto const six, ipv6::parse(text));
    return address{six};
  }
  auto const four = ipv4::parse(text);
  if (!four) return fail(errc::parse_error, fmt::format("\"{}\" is not an address", text));
  return address{*four};
}

auto address::to_string() const -> std::string {
  return is_ipv6_ ? as_ipv6().to_string() : as_ipv4().to_string();
}

prefix::prefix(address first, unsigned length) noexcept
    : length_{static_cast<std::uint8_t>(length)} {
  auto const mask = mask_of(first.is_ipv6(), length);
  auto const words = words_of(first);
  first_ = address_of(first.is_ipv6(), {words.high & mask.high, words.low & mask.low});
}

auto prefix::parse(std::string_view text) -> result<prefix> {
  auto const slash = text.find('/');
  auto const parsed = address::parse(text.substr(0, slash));
  auto const bad = [&](std::string_view why) {
    return fail(errc::parse_error,
                fmt::format("\"{}\" is not a prefix such as 192.0.2.0/24: {}", text, why));
  };
  if (!parsed) return bad("the address cannot be read");
  auto const widest = parsed->is_ipv6() ? 128U : 32U;
  if (slash == std::string_view::npos) return prefix{*parsed, widest};
  auto const length = parse_unsigned(text.substr(slash + 1), widest);
  if (!length) return bad(fmt::format("the length after / must be 0 to {}", widest));
  auto const answer = prefix{*parsed, static_cast<unsigned>(*length)};
  if (answer.first() != *parsed)
    return bad(fmt::format("bits below the length are set; {} was meant?", answer.to_string()));
  return answer;
}

auto prefix::last() const noexcept -> address {
  auto const mask = mask_of(first_.is_ipv6(), length_);
  auto const words = words_of(first_);
  auto const width = first_.is_ipv6() ? ~std::uint64_t{0} : std::uint64_t{0xFFFFFFFF};
  return address_of(first_.is_ipv6(), {words.high | ~mask.high, words.low | (~mask.low & width)});
}

auto prefix::contains(address a) const noexcept -> bool {
  return a.is_ipv6() == first_.is_ipv6() && first_ <= a && a <= last();
}

auto prefix::to_string() const -> std::string {
  return fmt::format("{}/{}", first_.to_string(), length_);
}

}  // namespace kizashi::net
