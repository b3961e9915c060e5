// A denial-of-service event: a victim whose answers to forged packets reach the telescope
// (randomly spoofed denial of service, RSDoS). docs/dos.md defines each member.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "kizashi/base/error.hpp"
#include "kizashi/base/time.hpp"
#include "kizashi/net/address.hpp"
#include "kizashi/recognise/traffic.hpp"

namespace kizashi::telescope {

/// An attacked service.
struct attacked_port {
  std::uint8_t ip_protocol = 0;
  std::uint16_t port = 0;
  std::uint64_t packets = 0;
};

/// A few of them, in an event that can be copied as bytes.
class attacked_ports {
public:
  static constexpr std::size_t most = 8;

  attacked_ports() = default;
  /// The first `most` of `from`.
  explicit attacked_ports(std::span<attacked_port const> from) noexcept;
  [[nodiscard]] auto size() const noexcept -> std::size_t { return size_; }
  [[nodiscard]] auto operator[](std::size_t i) const noexcept -> attacked_port const& {
    return ports_[i];
  }
  [[nodiscard]] auto begin() const noexcept -> attacked_port const* { return ports_.data(); }
  [[nodiscard]] auto end() const noexcept -> attacked_port const* { return begin() + size_; }

private:
  std::array<attacked_port, most> ports_{};
  std::uint8_t size_ = 0;
};

/// Why no rate is estimated.
enum class scaling : std::uint8_t {
  done,
  no_darknet,   ///< the telescope's size is not known
  few_packets,  ///< too few for the test
  not_uniform,  ///< the forged senders do not lie evenly over the telescope
};
inline constexpr std::size_t scalings = 4;
[[nodiscard]] auto name_of(scaling each) noexcept -> std::string_view;

/// What kinds of answers are told apart.
enum class answer_kind : std::uint8_t { synack, rst, icmp, udp };
inline constexpr std::size_t answer_kinds = 4;
[[nodiscard]] auto name_of(answer_kind each) noexcept -> std::string_view;

struct dos_event {
  net::prefix victim;         ///< one address, or a /24 (IPv6: /64) under a carpet attack
  std::uint32_t victims = 1;  ///< different addresses that answered
  timestamp first;
  timestamp last;
  std::uint64_t packets = 0;  ///< of backscatter; of UDP only with `dos_options::counts_udp`
  std::uint64_t wire_bytes = 0;
  /// In any 60 s, slid by 10 s from the first packet on.
  std::uint64_t most_per_minute = 0;
  std::uint64_t spoofed = 0;  ///< different forged senders seen: destinations in the telescope
  bool is_spoofed_exact = true;
  attacked_ports ports;          ///< busiest first
  std::uint32_t port_count = 0;  ///< different attacked ports
  bool are_ports_exact = true;   ///< false: `port_count` is an estimate, packets of `ports` are
                                 ///< lower bounds
  /// Packets by `answer_kind`; of UDP also those that `packets` leaves out.
  std::array<std::uint64_t, answer_kinds> by_answer{};
  double uniformity = 0;  ///< p-value of the chi-square test; 0 when not tested
  scaling scale = scaling::no_darknet;
  /// Packets/s that reached the victim, estimated from `most_per_minute`; 0 unless `scale` is done.
  double attack_rate = 0;
  std::uint64_t juno = 0;   ///< packets by the port rule of juno-like flooders
  bool is_ongoing = false;  ///< the stream ended before the timeout
  bool is_cut = false;      ///< ended early because memory was short
};

/// Whether an event comes before another in the order in which they are given out: by last, first,
/// victim.
[[nodiscard]] auto is_before(dos_event const& a, dos_event const& b) noexcept -> bool;

/// Packets/s that the victim gets when a telescope of `addresses` IPv4 addresses sees so many of
/// its answers in a minute, one answer to each: per_minute / 60 * 2^32 / addresses.
[[nodiscard]] auto attack_rate(std::uint64_t per_minute, std::uint64_t addresses) noexcept
    -> double;

class dos_sink {
public:
  virtual ~dos_sink() = default;
  [[nodiscard]] virtual auto observe(dos_event const& closed) -> status = 0;
};

}  // namespace kizashi::telescope
