// Several live sources as one, such as the rings that share an interface: each is read by a thread
// of its own, and their frames come in the order of their times.
//
//   KIZASHI_TRY(auto rings, open_interface_shared(options, 4));
//   auto const source = std::make_unique<merged_source>(std::move(rings));
#pragma once

#include <chrono>
#include <condition_variable>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "kizashi/capture/live/live_source.hpp"

namespace kizashi::capture::live {

/// A frame waits until every other part has given, or has heard of, its time: in silence as long as
/// `heard_until` of an idle part is behind. One that has waited for `longest_wait` is given all the
/// same, so a clock that was set back holds nothing up. Equal times come in any order.
///
/// It fails when one part fails, once all that came before has been given; `reopen` opens again
/// those that have failed. Each part may have 16 blocks waiting; then it is read no further.
class merged_source final : public live_source {
public:
  /// At least one part. No thread is made and nothing is read before the first `receive`.
  explicit merged_source(std::vector<std::unique_ptr<live_source>> parts,
                         duration longest_wait = std::chrono::seconds{1});
  ~merged_source() override;

  [[nodiscard]] auto reopen() -> status override;
  /// All together; `reopened` counts the whole.
  [[nodiscard]] auto statistics() const -> source_statistics override;
  [[nodiscard]] auto notes() const -> std::vector<note> override;
  [[nodiscard]] auto name() const -> std::string override;

private:
  using clock_point = std::chrono::steady_clock::time_point;
  struct piece {
    net::frame_block block;
    std::size_t given = 0;  // frames of it
    clock_point since;
  };
  /// A part. All but the source is guarded by `mutex_`.
  struct lane {
    std::unique_ptr<live_source> source;  // of the thread, and of `reopen` after a failure
    std::deque<piece> waiting;            // none without a frame that is still to be given
    std::vector<net::frame_block> spare;
    timestamp heard = timestamp::unknown();
    std::optional<error> failure;
    bool has_ended = false;
    std::vector<note> notes;
    std::thread thread;
    [[nodiscard]] auto is_open() const noexcept -> bool { return !failure && !has_ended; }
    [[nodiscard]] auto front() const -> net::frame const&;
  };

  [[nodiscard]] auto do_receive(net::frame_block& out, duration patience)
      -> result<arrival> override;
  void start();
  void read(lane& of);
  [[nodiscard]] auto wait_for_room(lane& of, net::frame_block& block) -> bool;
  void keep(lane& of, result<arrival> came, net::frame_block& block);
  void fill(net::frame_block& out);
  [[nodiscard]] auto earliest() -> lane*;
  [[nodiscard]] auto known_without(lane const* except) const -> std::optional<timestamp>;
  static void give(lane& of, std::optional<timestamp> until, net::frame_block& out);
  [[nodiscard]] auto outcome(net::frame_block const& out) const -> std::optional<result<arrival>>;

  duration longest_wait_;
  std::deque<lane> lanes_;
  mutable std::mutex mutex_;
  std::condition_variable news_;  // for who receives
  std::condition_variable room_;  // for those who read
  bool is_ending_ = false;
  bool has_begun_ = false;
  std::uint64_t reopened_ = 0;
};

}  // namespace kizashi::capture::live
