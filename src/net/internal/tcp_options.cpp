#include "kizashi/net/internal/tcp_options.hpp"

#include "kizashi/net/byte_reader.hpp"

namespace kizashi::net::internal {
namespace {

constexpr std::uint32_t other_kind = 14;
constexpr std::uint32_t malformed_kind = 15;

constexpr auto code_of(std::uint8_t kind) noexcept -> std::uint32_t {
  return (kind >= 1 && kind <= 5) || kind == 8 ? kind : other_kind;
}

}  // namespace

auto read_tcp_options(std::span<std::uint8_t const> bytes) -> tcp_options {
  tcp_options answer;
  byte_reader in{bytes};
  unsigned shift = 0;
  auto const note = [&](std::uint32_t code) {
    if (shift < 32) answer.order |= code << shift;
    shift += 4;
  };
  while (in.left() > 0) {
    auto const kind = in.u8();
    if (kind == 0) break;
    if (kind == 1) {
      note(1);
      continue;
    }
    auto const length = in.u8();
    if (length < 2 || length - 2U > in.left() || in.is_exhausted()) {
      note(malformed_kind);
      answer.is_malformed = true;
      break;
    }
    byte_reader value{in.bytes(length - 2U)};
    if (kind == 2 && length == 4) answer.mss = value.big16();
    if (kind == 3 && length == 3) answer.window_scale = value.u8();
    note(code_of(kind));
  }
  return answer;
}

}  // namespace kizashi::net::internal
