// A packet socket and the ring that it shares with the system.
#pragma once

#include <cstdint>
#include <mutex>
#include <optional>
#include <span>
#include <string>

#include "kizashi/base/file_descriptor.hpp"
#include "kizashi/capture/live/interface_source.hpp"
#include "kizashi/capture/live/internal/packet_filter.hpp"

namespace kizashi::capture::live::internal {

/// An interface as the system knows it.
struct interface_facts {
  int index = 0;
  bool is_up = false;
  net::link_type link = net::link_type::ethernet;
};
/// Fails with `not_found` when there is none of that name, with `unsupported` for its kind.
[[nodiscard]] auto look_up(int socket, std::string const& interface) -> result<interface_facts>;
/// What the interface of that index is called; empty: it is gone.
[[nodiscard]] auto name_of(int socket, int index) -> std::string;

/// The rings that share one interface: all are in the same group of the system.
struct ring_group {
  ring_share share = ring_share::source;
  std::mutex mutex;
  int index = 0;                    ///< the interface for which the group was made; 0: none yet
  std::optional<std::uint16_t> id;  ///< what the system calls it
};

/// Owns the socket and the mapped memory.
class ring_socket {
public:
  /// Fails with `permission` without CAP_NET_RAW, with `unsupported` where the system has no
  /// TPACKET_V3, with `limit_reached` when there is no memory for the ring. Takes nothing yet.
  [[nodiscard]] static auto create(interface_options const& options) -> result<ring_socket>;
  ring_socket(ring_socket&& other) noexcept;
  auto operator=(ring_socket&& other) noexcept -> ring_socket&;
  ~ring_socket();

  /// Ties the socket to the interface and begins to take what `filter` wants. Needs no right.
  [[nodiscard]] auto tie_to(interface_facts const& to, interface_options const& options,
                            packet_filter const& filter, ring_group* group) -> status;
  /// Adds the system's counts since the last call.
  void add_counts(source_statistics& to) const;

  [[nodiscard]] auto get() const noexcept -> int { return socket_.get(); }
  [[nodiscard]] auto memory() const noexcept -> std::span<std::uint8_t> { return memory_; }
  /// Whether the system leaves out what this machine sends; otherwise the reader has to.
  [[nodiscard]] auto is_outgoing_left_out() const noexcept -> bool { return is_outgoing_left_out_; }

private:
  ring_socket() = default;
  [[nodiscard]] auto map(interface_options const& options) -> status;
  [[nodiscard]] auto join(ring_group& group, int index) const -> status;

  file_descriptor socket_;
  std::span<std::uint8_t> memory_;
  bool is_outgoing_left_out_ = false;
};

}  // namespace kizashi::capture::live::internal
