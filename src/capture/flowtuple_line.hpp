// FlowTuple as text: how many packets of a minute had the same eight header fields.
//
// Two forms. What corsaro 2 (CAIDA) writes in its ASCII mode, and its tool cors2ascii:
//
//   # CORSARO_INTERVAL_START 0 1320969600
//   192.0.2.1|198.51.100.7|80|23|6|114|0x02|40,1
//   # CORSARO_INTERVAL_END 0 1320969659
//
// with source|destination|source port|destination port|protocol|TTL|TCP flags|IP length,packets.
// And CSV of version 3 with the names of pyavro-stardust in its first line, in any order, others
// among them:
//
//   timestamp,src_ip,dst_ip,src_port,dst_port,protocol,ttl,tcpflags,ip_len,packets
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

#include "kizashi/base/error.hpp"
#include "kizashi/net/address.hpp"

namespace kizashi::capture {

struct flow_tuple {
  std::uint32_t minute = 0;  ///< seconds since 1970, a multiple of 60
  net::ipv4 source;
  net::ipv4 destination;
  std::uint16_t source_port = 0;       ///< ICMP: type
  std::uint16_t destination_port = 0;  ///< ICMP: code
  std::uint8_t ip_protocol = 0;
  std::uint8_t ttl = 0;
  std::uint8_t tcp_flags = 0;
  std::uint16_t ip_length = 0;
  std::uint32_t packets = 0;  ///< 1 ..
  friend auto operator==(flow_tuple const&, flow_tuple const&) -> bool = default;
};

/// Reads the lines of one file in their order. Which form it is follows from the first line that is
/// no comment.
class flowtuple_reader {
public:
  /// What a line has; nothing in comments, heads and empty lines. Fails with what is wrong and what
  /// was expected.
  [[nodiscard]] auto read(std::string_view line) -> result<std::optional<flow_tuple>>;

private:
  enum class field : std::uint8_t {
    time,
    source,
    destination,
    source_port,
    destination_port,
    protocol,
    ttl,
    tcp_flags,
    ip_length,
    packets
  };
  static constexpr std::size_t fields = 10;
  using texts = std::array<std::string_view, fields>;

  [[nodiscard]] auto read_comment(std::string_view line) -> status;
  [[nodiscard]] auto read_head(std::string_view line) -> status;
  [[nodiscard]] auto read_ascii(std::string_view line) const -> result<flow_tuple>;
  [[nodiscard]] auto read_csv(std::string_view line) const -> result<flow_tuple>;
  [[nodiscard]] static auto tuple_of(texts const& of) -> result<flow_tuple>;

  std::optional<std::uint32_t> interval_;  // of the ASCII form
  std::optional<std::array<std::size_t, fields>> columns_;
  std::size_t column_count_ = 0;
};

}  // namespace kizashi::capture
