// The small language of fingerprints: what one condition says of a packet.
//
//   tcp.syn                                                  a word: what kind of packet it is
//   tcp.window in {1024, 2048, 4096..8192}                   a comparison
//   ip.id == (ip.dst ^ tcp.dstport ^ tcp.seq) & 0xffff       a relation
//   payload starts "\x17\x00\x03\x2a"                        bytes behind the transport header
//
// All numbers have 32 bits and wrap around; `<<` and `>>` by 32 or more give 0. Operators bind as
// in C, from the tightest: `+ -`, `<< >>`, `&`, `^`, `|`; comparisons bind least, unlike in C.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "kizashi/base/error.hpp"

namespace kizashi::recognise::internal {

enum class field : std::uint8_t {
  ip_src,
  ip_dst,
  ip_id,
  ip_ttl,
  ip_len,
  ip_df,
  ip_proto,
  tcp_seq,
  tcp_ack,
  tcp_window,
  tcp_mss,
  tcp_wscale,
  tcp_options,
  tcp_srcport,
  tcp_dstport,
  tcp_flags,
  udp_srcport,
  udp_dstport,
  icmp_type,
  icmp_code,
  payload_length,
};
inline constexpr std::size_t fields = 21;
[[nodiscard]] auto name_of(field each) noexcept -> std::string_view;

/// What kind of packet a row must be. The first five also follow from the fields that are named.
enum class word : std::uint8_t { ip, ipv4, tcp, udp, icmp, tcp_syn, tcp_synack, tcp_rst };
inline constexpr std::size_t words = 8;
/// The kind of packet that has `each`: a condition on a field holds of no other.
[[nodiscard]] auto word_of(field each) noexcept -> word;
/// The largest number that its column can have; 0xffffffff for `ip_df`, which has none.
[[nodiscard]] auto largest_of(field each) noexcept -> std::uint32_t;

enum class operation : std::uint8_t {
  number,  ///< `value`
  field,   ///< `value` is a `field`
  swap16,  ///< the low 16 bits with their bytes changed round, of `left`
  swap32,
  add,
  subtract,
  shift_left,
  shift_right,
  bit_and,
  bit_xor,
  bit_or,
};

struct expression_node {
  operation does = operation::number;
  std::uint32_t value = 0;
  std::uint16_t left = 0;  ///< index of a node before this one
  std::uint16_t right = 0;
};

/// Nodes in an order in which each stands behind those it needs; the last is the whole.
using expression = std::vector<expression_node>;

enum class comparison : std::uint8_t { equal, unequal, less, less_or_equal };

/// Both ends included.
struct value_range {
  std::uint32_t low = 0;
  std::uint32_t high = 0;
};

/// One of: a word, a comparison of two expressions, an expression in ranges, bytes of the payload.
struct condition {
  enum class form : std::uint8_t { word, compare, ranges, starts, contains, at };
  form is = form::word;
  internal::word kind = word::ip;
  internal::comparison how = comparison::equal;
  expression left;
  expression right;                 ///< compare
  std::vector<value_range> ranges;  ///< not empty
  bool is_negated = false;          ///< ranges: outside of all of them
  std::string bytes;                ///< payload; 1 to 64 bytes
  std::uint32_t offset = 0;         ///< at
};

/// Limits of what a person may write: no expression of strangers takes long.
inline constexpr std::size_t longest_condition = 1000;  ///< bytes
inline constexpr std::size_t deepest_condition = 32;    ///< parentheses in each other
inline constexpr std::size_t most_nodes = 64;           ///< numbers, fields, operators
inline constexpr std::size_t most_ranges = 64;

/// Fails with "at character N: what was wrong; what was expected".
[[nodiscard]] auto parse_condition(std::string_view text) -> result<condition>;
/// An expression that names at least one field.
[[nodiscard]] auto parse_expression(std::string_view text) -> result<expression>;

}  // namespace kizashi::recognise::internal
