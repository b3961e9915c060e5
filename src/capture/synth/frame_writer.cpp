// The checksums are computed from the fields while they are still in registers: the one's
// complement sum does not depend on the order of its words (RFC 1071), so nothing is read back from
// the frame.
#include "kizashi/capture/synth/frame_writer.hpp"

#include <cstring>

namespace kizashi::capture::synth {

namespace {

constexpr std::size_t ethernet_length = 14;

void put16(std::uint8_t* to, std::uint32_t value) noexcept {
  auto const word = __builtin_bswap16(static_cast<std::uint16_t>(value));
  std::memcpy(to, &word, 2);
}

void put32(std::uint8_t* to, std::uint32_t value) noexcept {
  auto const word = __builtin_bswap32(value);
  std::memcpy(to, &word, 4);
}

void put64(std::uint8_t* to, std::uint64_t value) noexcept {
  auto const word = __builtin_bswap64(value);
  std::memcpy(to, &word, 8);
}

constexpr auto halves(std::uint32_t value) noexcept -> std::uint32_t {
  return (value >> 16) + (value & 0xFFFF);
}

constexpr auto halves(std::uint64_t value) noexcept -> std::uint32_t {
  return halves(static_cast<std::uint32_t>(value >> 32)) +
         halves(static_cast<std::uint32_t>(value));
}

/// The checksum field for a sum of 16-bit words: folded and inverted.
constexpr auto finish(std::uint32_t sum) noexcept -> std::uint16_t {
  sum = halves(sum);
  sum = halves(sum);
  return static_cast<std::uint16_t>(~sum);
}

void write_ethernet(std::uint8_t* to, std::uint16_t type) noexcept {
  // Locally administered addresses (IEEE 802c): the upstream router and the sensor.
  static constexpr std::uint8_t head[12] = {0x02, 0, 0, 0, 0, 0x01, 0x02, 0, 0, 0, 0, 0x02};
  std::memcpy(to, head, sizeof head);
  put16(to + 12, type);
}

/// Writes 20 bytes and returns the pseudo header's share of the transport checksum.
auto write_ipv4(packet_plan const& plan, std::uint8_t* to, std::size_t transport_length) noexcept
    -> std::uint32_t {
  auto const total = static_cast<std::uint32_t>(20 + transport_length);
  auto const flags = plan.dont_fragment ? 0x4000U : 0U;
  auto const life = std::uint32_t{plan.ttl} << 8 | plan.ip_protocol;
  auto const addresses = halves(plan.source) + halves(plan.destination);
  put32(to, 0x45000000U | total);
  put32(to + 4, std::uint32_t{plan.ip_id} << 16 | flags);
  put32(to + 8, life << 16 | finish(0x4500U + total + plan.ip_id + flags + life + addresses));
  put32(to + 12, plan.source);
  put32(to + 16, plan.destination);
  return addresses + plan.ip_protocol + static_cast<std::uint32_t>(transport_length);
}

/// Writes 40 bytes; the same answer.
auto write_ipv6(packet_plan const& plan, std::uint8_t* to, std::size_t transport_length) noexcept
    -> std::uint32_t {
  put32(to, 0x60000000U);
  put32(to + 4, static_cast<std::uint32_t>(transport_length) << 16 |
                    std::uint32_t{plan.ip_protocol} << 8 | plan.ttl);
  put64(to + 8, plan.source_ipv6.high());
  put64(to + 16, plan.source_ipv6.low());
  put64(to + 24, plan.destination_ipv6.high());
  put64(to + 32, plan.destination_ipv6.low());
  return halves(plan.source_ipv6.high()) + halves(plan.source_ipv6.low()) +
         halves(plan.destination_ipv6.high()) + halves(plan.destination_ipv6.low()) +
         plan.ip_protocol + static_cast<std::uint32_t>(transport_length);
}

void write_tcp(packet_plan const& plan, std::uint8_t* to, std::uint32_t pseudo) noexcept {
  auto const options = plan.behind.bytes.size();
  auto const ports = std::uint32_t{plan.source_port} << 16 | plan.destination_port;
  auto const control = static_cast<std::uint32_t>(20 + options) / 4 << 28 |
                       std::uint32_t{plan.tcp_flags} << 16 | plan.window;
  put32(to, ports);
  put32(to + 4, plan.sequence);
  put32(to + 8, plan.acknowledgement);
  put32(to + 12, control);
  auto const sum = pseudo + halves(ports) + halves(plan.sequence) + halves(plan.acknowledgement) +
                   halves(control) + plan.behind.sum;
  put32(to + 16, std::uint32_t{finish(sum)} << 16);
  if (options != 0) std::memcpy(to + 20, plan.behind.bytes.data(), options);
}

void write_udp(packet_plan const& plan, std::uint8_t* to, std::uint32_t pseudo) noexcept {
  auto const length = static_cast<std::uint32_t>(8 + plan.behind.bytes.size());
  auto checksum =
      finish(pseudo + plan.source_port + plan.destination_port + length + plan.behind.sum);
  if (checksum == 0) checksum = 0xFFFF;  // zero says that there is none (RFC 768)
  put32(to, std::uint32_t{plan.source_port} << 16 | plan.destination_port);
  put32(to + 4, length << 16 | checksum);
  if (!plan.behind.bytes.empty())
    std::memcpy(to + 8, plan.behind.bytes.data(), plan.behind.bytes.size());
}

/// Writes the 28 bytes that an ICMP error carries and returns their sum.
auto write_quote(quoted_plan const& quote, std::uint8_t* to) noexcept -> std::uint32_t {
  // The quoted packet had 20 bytes of TCP or 8 of UDP behind its IP header.
  auto const total = quote.ip_protocol == 6 ? 40U : 28U;
  auto const life = std::uint32_t{quote.ttl} << 8 | quote.ip_protocol;
  auto const addresses = halves(quote.source) + halves(quote.destination);
  auto const checksum = finish(0x4500U + total + quote.ip_id + life + addresses);
  put32(to, 0x45000000U | total);
  put32(to + 4, std::uint32_t{quote.ip_id} << 16);
  put32(to + 8, life << 16 | checksum);
  put32(to + 12, quote.source);
  put32(to + 16, quote.destination);
  auto const ports = std::uint32_t{quote.source_port} << 16 | quote.destination_port;
  // The UDP checksum of a payload that nobody kept: none was sent.
  auto const second = quote.ip_protocol == 6 ? quote.sequence : 8U << 16;
  put32(to + 20, ports);
  put32(to + 24, second);
  return 0x4500U + total + quote.ip_id + life + checksum + addresses + halves(ports) +
         halves(second);
}

void write_icmp(packet_plan const& plan, std::uint8_t* to, std::uint32_t pseudo) noexcept {
  auto const kind = std::uint32_t{plan.icmp_type} << 8 | plan.icmp_code;
  auto sum = kind + halves(plan.icmp_rest) + (plan.is_ipv6 ? pseudo : 0U);
  put32(to + 4, plan.icmp_rest);
  if (plan.has_quote) {
    sum += write_quote(plan.quote, to + 8);
  } else {
    sum += plan.behind.sum;
    if (!plan.behind.bytes.empty())
      std::memcpy(to + 8, plan.behind.bytes.data(), plan.behind.bytes.size());
  }
  put32(to, kind << 16 | finish(sum));
}

}  // namespace

fixed_bytes::fixed_bytes(std::span<std::uint8_t const> data) noexcept : bytes{data} {
  for (std::size_t i = 0; i < data.size(); ++i)
    sum += static_cast<std::uint32_t>(data[i]) << (i % 2 == 0 ? 8 : 0);
  sum = halves(halves(sum));
}

auto write_frame(packet_plan const& plan, std::uint8_t* to) noexcept -> std::size_t {
  auto const is_tcp = plan.ip_protocol == 6;
  auto const transport =
      (is_tcp ? 20U : 8U) + (plan.has_quote ? std::size_t{28} : plan.behind.bytes.size());
  write_ethernet(to, plan.is_ipv6 ? 0x86DD : 0x0800);
  auto* const ip = to + ethernet_length;
  auto const ip_length = plan.is_ipv6 ? std::size_t{40} : std::size_t{20};
  auto const pseudo =
      plan.is_ipv6 ? write_ipv6(plan, ip, transport) : write_ipv4(plan, ip, transport);
  if (is_tcp)
    write_tcp(plan, ip + ip_length, pseudo);
  else if (plan.ip_protocol == 17)
    write_udp(plan, ip + ip_length, pseudo);
  else
    write_icmp(plan, ip + ip_length, pseudo);
  auto const length = ethernet_length + ip_length + transport;
  if (length >= shortest_frame) return length;
  std::memset(to + length, 0, shortest_frame - length);
  return shortest_frame;
}

}  // namespace kizashi::capture::synth
