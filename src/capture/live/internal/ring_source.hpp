// An interface as a live source, by its ring.
#pragma once

#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "kizashi/capture/live/clock.hpp"
#include "kizashi/capture/live/internal/ring_socket.hpp"
#include "kizashi/capture/live/internal/ring_walk.hpp"

namespace kizashi::capture::live::internal {

class ring_source final : public live_source {
public:
  /// `group` is null for a ring that shares with nobody. Fails like `open_interface`.
  [[nodiscard]] static auto open(interface_options const& options,
                                 std::shared_ptr<ring_group> group)
      -> result<std::unique_ptr<ring_source>>;

  /// Goes on with the same socket when it may, so no right is needed.
  [[nodiscard]] auto reopen() -> status override;
  [[nodiscard]] auto statistics() const -> source_statistics override;
  [[nodiscard]] auto notes() const -> std::vector<note> override;
  [[nodiscard]] auto name() const -> std::string override { return options_.interface; }

private:
  ring_source(interface_options const& options, std::shared_ptr<ring_group> group,
              ring_socket socket);
  [[nodiscard]] auto do_receive(net::frame_block& out, duration patience)
      -> result<arrival> override;
  [[nodiscard]] auto take(net::frame_block& out) -> bool;
  [[nodiscard]] auto wait(duration patience) -> status;
  [[nodiscard]] auto longest_in_block() const -> duration;
  [[nodiscard]] auto tie() -> status;
  [[nodiscard]] auto tie_to(interface_facts const& facts) -> status;
  [[nodiscard]] auto why_it_failed() const -> std::string;
  void see_name();

  interface_options options_;
  std::shared_ptr<ring_group> group_;
  ring_socket socket_;
  ring_walk walk_;
  int index_ = 0;  // of the interface; 0: never tied
  net::link_type link_ = net::link_type::ethernet;
  std::optional<packet_filter> filter_;
  std::optional<error> failure_;
  duration name_seen_{};  // when the interface's name was looked at
  std::string last_name_;
  std::vector<note> notes_;
  mutable std::mutex mutex_;  // guards what follows, the socket's counters and its exchange
  mutable source_statistics counted_;
};

}  // namespace kizashi::capture::live::internal
