// The captures of a folder that a sensor writes into: hourly files, packed or not, one after the
// other as they come, the last one while it grows.
//
//   folder_options options;
//   options.folder = "/var/spool/telescope";
//   options.from = saved;                 // nothing is read twice
//   KIZASHI_TRY(auto const source, folder_source::open(options));
//   ...
//   save(source->bookmark().to_string());  // once the store has what was given
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "kizashi/capture/live/clock.hpp"
#include "kizashi/capture/live/folder_bookmark.hpp"
#include "kizashi/capture/live/live_source.hpp"

namespace kizashi::capture::live {

/// What does not change while a folder is read.
struct folder_options {
  std::filesystem::path folder;  ///< its own files; folders inside are left alone
  folder_order order = folder_order::name;
  /// A packed file without a later one is complete when it has not grown for so long.
  duration settled = std::chrono::minutes{5};
  /// A file with a later one is complete when it has not grown for so long: writers begin the next
  /// one before they have written all of the last.
  duration handover = std::chrono::seconds{3};
  /// How often the folder is listed where the system does not tell of changes, and at least.
  duration listing = std::chrono::seconds{2};
  /// Whether the system is asked to tell of changes (inotify). It does not for what other machines
  /// write over a network.
  bool use_notification = true;
  std::optional<folder_bookmark> from = {};
};

/// Reads pcap and pcapng that are not packed while they grow; anything else when it is complete: a
/// later file is there, it was moved into the folder, or it has settled. A file and its packed form
/// (night.pcap, night.pcap.gz) are one. What is damaged leaves a note, and the next one is read. A
/// file that comes with a place before the one that is read is too late: it leaves a note.
/// `heard_until` is known while frames come and not between them. It never ends by itself.
class folder_source final : public live_source {
public:
  /// `clock` outlives the source. Fails when the folder cannot be listed or the bookmark is one of
  /// another order.
  [[nodiscard]] static auto open(folder_options options, live::clock& clock = system_clock())
      -> result<std::unique_ptr<folder_source>>;
  ~folder_source() override;

  /// Behind the last frame that was given. By the thread that receives.
  [[nodiscard]] auto bookmark() const -> folder_bookmark;

  /// After the folder could not be listed.
  [[nodiscard]] auto reopen() -> status override;
  [[nodiscard]] auto statistics() const -> source_statistics override;
  [[nodiscard]] auto notes() const -> std::vector<note> override;
  [[nodiscard]] auto name() const -> std::string override;
  /// Whether the system tells of changes; otherwise the folder is listed now and then.
  [[nodiscard]] auto is_notified() const noexcept -> bool;

private:
  class state;
  explicit folder_source(std::unique_ptr<state> reading);
  [[nodiscard]] auto do_receive(net::frame_block& out, duration patience)
      -> result<arrival> override;
  std::unique_ptr<state> state_;
};

}  // namespace kizashi::capture::live
