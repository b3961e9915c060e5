// What a reader must count: made from the plans of the packets, not from their bytes, and by the
// plainest means. The slow and obvious twin of the telescope's counting; it shares no code with it.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <tuple>
#include <vector>

#include "kizashi/capture/synth/synthetic_source.hpp"

namespace kizashi::capture::synth {

/// A growing heap of numbers of which the different ones are counted: sorted and freed of
/// repetitions now and then.
class different_numbers {
public:
  void add(std::uint64_t number);
  /// The numbers, ascending, each once.
  [[nodiscard]] auto sorted() -> std::vector<std::uint64_t> const&;
  void clear() noexcept;

private:
  void compact();
  std::vector<std::uint64_t> numbers_;
  std::size_t sorted_ = 0;
};

struct tally_port {
  std::uint64_t packets = 0;
  std::uint64_t sources = 0;
  std::uint64_t destinations = 0;
};

struct tally_window {
  timestamp start;
  std::uint64_t packets = 0;
  std::uint64_t wire_bytes = 0;
  std::uint64_t sources = 0;
  std::uint64_t destinations = 0;
};

/// The counts that `kizashi read --json --top 0` must show. Memory: about 40 bytes per different
/// (port, address) pair.
class tally final : public plan_observer {
public:
  /// `window` is above zero.
  tally(scenario const& of, duration window);
  void observe(timestamp time, std::uint16_t actor, packet_plan const& plan,
               std::uint32_t wire_length) override;
  /// The counts as a JSON document. Call once, after the last packet.
  [[nodiscard]] auto to_json() -> std::string;

private:
  [[nodiscard]] auto number_of(bool is_ipv6, std::uint32_t ipv4, net::ipv6 const& ipv6)
      -> std::uint64_t;
  void count_tcp_flags(std::uint8_t flags);
  void close_window();
  [[nodiscard]] auto port_rows() -> std::vector<std::string>;
  [[nodiscard]] auto icmp_rows() const -> std::vector<std::string>;
  [[nodiscard]] auto window_rows() const -> std::vector<std::string>;
  [[nodiscard]] auto actor_rows() const -> std::vector<std::string>;
  [[nodiscard]] auto ports() -> std::map<std::pair<int, int>, tally_port>;

  std::vector<std::string> names_;
  std::vector<std::string> kinds_;
  std::vector<std::uint64_t> per_actor_;
  std::int64_t window_length_;
  std::uint64_t total_ = 0;
  std::uint64_t ipv6_ = 0;
  std::uint64_t wire_bytes_ = 0;
  timestamp first_;
  timestamp last_;
  std::map<int, std::uint64_t> protocols_;
  std::map<std::string, std::uint64_t> flags_;
  std::map<std::tuple<int, int, int>, std::uint64_t> icmp_;
  std::map<net::ipv6, std::uint64_t> ipv6_numbers_;
  std::array<std::vector<std::uint64_t>, 2> port_packets_;  // TCP, UDP
  different_numbers sources_;
  different_numbers destinations_;
  different_numbers port_sources_;
  different_numbers port_destinations_;
  tally_window open_;
  different_numbers window_sources_;
  different_numbers window_destinations_;
  std::vector<tally_window> windows_;
};

}  // namespace kizashi::capture::synth
