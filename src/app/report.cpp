#include "kizashi/app/report.hpp"

#include <fmt/format.h>

#include "kizashi/net/packet_batch.hpp"

namespace kizashi::app {

auto protocol_name(std::uint8_t ip_protocol) -> std::string {
  switch (ip_protocol) {
    case net::protocol::tcp:
      return "tcp";
    case net::protocol::udp:
      return "udp";
    case net::protocol::icmp:
      return "icmp";
    case net::protocol::icmp6:
      return "icmp6";
    default:
      return fmt::format("{}", ip_protocol);
  }
}

auto printable(std::string_view text) -> std::string {
  std::string out;
  for (std::size_t at = 0; at < text.size(); ++at) {
    auto const code = static_cast<unsigned char>(text[at]);
    // C1 controls, U+0080 to U+009F, are two bytes in UTF-8.
    auto const is_c1 =
        code == 0xC2 && at + 1 < text.size() && static_cast<unsigned char>(text[at + 1]) < 0xA0;
    if (is_c1) ++at;
    out += is_c1 || code < 0x20 || code == 0x7F ? '?' : static_cast<char>(code);
  }
  return out;
}

auto version() -> std::string_view {
  return KIZASHI_VERSION;
}

}  // namespace kizashi::app
