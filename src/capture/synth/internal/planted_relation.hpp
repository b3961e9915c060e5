// A relation between header fields that a scenario plants, so that a search for relations has
// something to find that nobody has published:
//
//   relation = "ip.id = ip.dst.low ^ tcp.srcport"
//   relation = "tcp.seq = swap(ip.dst) + key"
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "kizashi/base/error.hpp"
#include "kizashi/capture/synth/packet_plan.hpp"

namespace kizashi::capture::synth {

/// "TARGET = TERM OPERATOR TERM ...", from left to right, modulo 2^32, then cut to the target.
/// Targets: ip.id, tcp.seq, tcp.seq.high, tcp.seq.low, tcp.window, tcp.srcport. Terms: these,
/// ip.dst and ip.src (with .high and .low), tcp.dstport, swap(TERM) with the bytes of a term
/// reversed, whole numbers, and `key`, a random number of the source. Operators: ^ + -.
class planted_relation {
public:
  /// No relation: `apply` changes nothing.
  planted_relation() = default;
  /// Fails with what is wrong and what was expected.
  [[nodiscard]] static auto parse(std::string_view text) -> result<planted_relation>;

  void apply(packet_plan& plan, std::uint64_t host_key) const noexcept;

private:
  enum class name : std::uint8_t {
    ip_id,
    sequence,
    sequence_high,
    sequence_low,
    window,
    source_port,
    destination,
    destination_high,
    destination_low,
    source,
    source_high,
    source_low,
    destination_port,
    key,
    number,
  };
  struct term {
    name of = name::number;
    bool is_swapped = false;
    char sign = '+';
    std::uint32_t number = 0;
  };
  [[nodiscard]] static auto find_name(std::string_view text) -> name;  // `number` when unknown
  [[nodiscard]] static auto parse_term(std::string_view text) -> result<term>;
  [[nodiscard]] static auto value_of(term const& each, packet_plan const& plan,
                                     std::uint64_t host_key) noexcept -> std::uint32_t;

  name target_ = name::number;
  std::vector<term> terms_;  // empty: no relation
};

}  // namespace kizashi::capture::synth
