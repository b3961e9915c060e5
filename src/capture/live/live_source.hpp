// A stream of frames that may have nothing to give just now and is not over for that: an interface,
// a folder that a sensor writes into, a pipe, a replay at the pace of its packets.
//
//   while (true) {
//     KIZASHI_TRY(auto const came, source->receive(block, 100ms));
//     if (came.state == flow::ended) break;
//     if (came.state == flow::frames) take(block);
//     close_windows_before(came.heard_until);
//   }
#pragma once

#include <atomic>
#include <cstdint>
#include <optional>
#include <string>

#include "kizashi/capture/frame_source.hpp"

namespace kizashi::capture::live {

/// What a call of `receive` brought.
enum class flow : std::uint8_t {
  frames,  ///< the block has frames
  idle,    ///< nothing came; more may come
  ended,   ///< nothing will come any more
};

struct arrival {
  flow state = flow::idle;
  /// Event time up to which the source has given everything, as far as it can know: windows that
  /// end before it can be closed although no packet came. Unknown: it cannot tell. It may go back
  /// where the clock is set back.
  timestamp heard_until = timestamp::unknown();
};

/// Counted since the source was made, through all reopenings. No packet is lost that is not in one
/// of them, but for those that never reached the machine.
struct source_statistics {
  std::uint64_t received = 0;        ///< frames that were given
  std::uint64_t received_bytes = 0;  ///< of those frames on the wire
  /// Frames for which the system had no room: the reader was too slow or the ring too small.
  std::uint64_t kernel_dropped = 0;
  /// Frames that the system had kept and Kizashi threw away.
  std::uint64_t own_dropped = 0;
  std::uint64_t filtered = 0;  ///< seen by Kizashi and left out by the filter or the direction
  std::uint64_t cut = 0;       ///< given with fewer bytes than on the wire
  std::uint64_t freezes = 0;   ///< how often the ring was full (TPACKET_V3's freeze_q_cnt)
  std::uint64_t reopened = 0;  ///< how often the source came back after a failure
  duration late_by{};          ///< how far a replay is behind its pace; 0: it keeps up
  duration latest_by{};        ///< the most that `late_by` has been

  void add(source_statistics const& other) noexcept;
};

/// A frame source that can be waited for. `receive` belongs to one thread at a time; `stop` and
/// `statistics` may be called from any.
class live_source : public frame_source {
public:
  /// Clears `out`, waits for frames, at most about `patience`, and fills it with what came. A block
  /// is given as soon as there is something to give. After a failure the source gives nothing until
  /// `reopen` has succeeded; what was given before stands.
  [[nodiscard]] auto receive(net::frame_block& out, duration patience) -> result<arrival>;

  /// The same as any frame source: waits as long as it takes. An empty block is the end.
  [[nodiscard]] auto next(net::frame_block& out) -> status final;

  /// From now on the source is at its end. Also from a signal handler.
  void stop() noexcept { is_stopped_.store(true, std::memory_order_relaxed); }
  [[nodiscard]] auto is_stopped() const noexcept -> bool {
    return is_stopped_.load(std::memory_order_relaxed);
  }

  /// Tries to go on after a failure. Fails with the reason when that is not possible yet or not at
  /// all. What came meanwhile is lost unless the source says otherwise.
  [[nodiscard]] virtual auto reopen() -> status;

  /// Why nothing comes, while the source tries to go on by itself. From any thread.
  [[nodiscard]] virtual auto failure() const -> std::optional<error> { return std::nullopt; }

  [[nodiscard]] virtual auto statistics() const -> source_statistics = 0;
  /// What messages and metrics call it: "eth0", "standard input", a folder.
  [[nodiscard]] virtual auto name() const -> std::string = 0;

private:
  /// `out` is clear, `patience` not negative.
  [[nodiscard]] virtual auto do_receive(net::frame_block& out, duration patience)
      -> result<arrival> = 0;

  std::atomic<bool> is_stopped_{false};
};

}  // namespace kizashi::capture::live
