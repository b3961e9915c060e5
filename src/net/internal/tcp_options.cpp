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

auto read_tcp_options(std::span<std::uint8_t const> bytes, std::size_t length) -> tcp_options {
  tcp_options answer;
  auto const missing = length - bytes.size();
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
    if (in.left() == 0 && missing > 0) break;
    auto const size = in.u8();
    if (size < 2 || size - 2U > in.left() + missing) {
      note(malformed_kind);
      answer.is_malformed = true;
      break;
    }
    if (size - 2U > in.left()) break;
    byte_reader value{in.bytes(size - 2U)};
    if (kind == 2 && size == 4) answer.mss = value.big16();
    if (kind == 3 && size == 3) answer.window_scale = value.u8();
    note(code_of(kind));
  }
  return answer;
}

}  // namespace kizashi::net::internal
