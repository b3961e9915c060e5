// An interface as a live source, by libpcap: where the system has no ring of its own for us.
#pragma once

#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "kizashi/capture/live/interface_source.hpp"

struct pcap;
struct pcap_pkthdr;

namespace kizashi::capture::live::internal {

class pcap_source final : public live_source {
public:
  /// `remark`: a note that the source begins with; empty: none. Fails like `open_interface`.
  [[nodiscard]] static auto open(interface_options const& options, std::string remark)
      -> result<std::unique_ptr<pcap_source>>;
  ~pcap_source() override;

  /// Opens the interface anew, which needs the same rights as opening it the first time.
  [[nodiscard]] auto reopen() -> status override;
  [[nodiscard]] auto statistics() const -> source_statistics override;
  [[nodiscard]] auto notes() const -> std::vector<note> override { return notes_; }
  [[nodiscard]] auto name() const -> std::string override { return options_.interface; }

private:
  struct closer {
    void operator()(pcap* handle) const noexcept;
  };
  using handle = std::unique_ptr<pcap, closer>;

  pcap_source(interface_options const& options, std::string remark);
  [[nodiscard]] auto do_receive(net::frame_block& out, duration patience)
      -> result<arrival> override;
  [[nodiscard]] auto take(net::frame_block& out) -> status;
  [[nodiscard]] auto activate(pcap* opened) const -> status;
  [[nodiscard]] auto begin() -> status;
  static void take_frame(unsigned char* self, pcap_pkthdr const* header, unsigned char const* data);

  interface_options options_;
  std::vector<note> notes_;
  handle handle_;
  net::link_type link_ = net::link_type::ethernet;
  net::frame_block* into_ = nullptr;  // while libpcap hands over
  std::optional<error> failure_;
  mutable std::mutex mutex_;  // guards what follows and the exchange of the handle
  source_statistics counted_;
  source_statistics before_;  // of handles that are closed
};

}  // namespace kizashi::capture::live::internal
