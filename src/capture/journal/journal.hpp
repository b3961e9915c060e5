// Frames that a live source gave, kept on the disk until what they became is durable elsewhere.
// After a crash they are read again, and become the same.
//
//   KIZASHI_TRY(auto journal, journal_writer::open("data/north/journal"));
//   journal.append(block);           // before the block goes on
//   auto here = journal.mark(7);     // block 7 of the store ends here
//   journal.forget_before(here);     // what came before is durable
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "kizashi/base/error.hpp"
#include "kizashi/base/file_descriptor.hpp"
#include "kizashi/capture/journal/journal_format.hpp"
#include "kizashi/net/frame_block.hpp"

namespace kizashi::capture {

/// The one who writes a folder's journal. What was appended is with the system and survives the end
/// of the process, however it ends; after a loss of power the last seconds may be missing, at most
/// as far as `sync` did not reach.
class journal_writer {
public:
  static constexpr std::uint64_t usual_segment = std::uint64_t{64} << 20;

  /// Makes the folder when it is not there. Goes on behind the last whole record: a record that was
  /// being written when the process ended is cut off. A segment, which is one file and is removed
  /// as a whole, ends with the first record behind `segment_bytes`.
  [[nodiscard]] static auto open(std::filesystem::path folder,
                                 std::uint64_t segment_bytes = usual_segment)
      -> result<journal_writer>;

  /// `note`: what the source says of where it is (`journal_reader::last_note`).
  [[nodiscard]] auto append(net::frame_block const& block, std::string_view note = {}) -> status;
  /// Says that no frame that comes later is earlier than `heard_until`.
  [[nodiscard]] auto tick(timestamp heard_until) -> status;
  /// Says that a block of the store ends here; returns the place behind the mark.
  [[nodiscard]] auto mark(std::uint64_t number) -> result<journal_position>;
  /// Removes the segments that lie before `durable` as a whole.
  [[nodiscard]] auto forget_before(journal_position durable) -> status;
  [[nodiscard]] auto end() const noexcept -> journal_position { return end_; }
  /// Bytes on the disk.
  [[nodiscard]] auto bytes() const noexcept -> std::uint64_t;

private:
  journal_writer(std::filesystem::path folder, std::uint64_t segment_bytes)
      : folder_{std::move(folder)}, segment_bytes_{segment_bytes} {}
  [[nodiscard]] auto write_record() -> status;
  [[nodiscard]] auto open_segment(std::uint64_t number) -> status;

  std::filesystem::path folder_;
  std::uint64_t segment_bytes_;
  std::vector<std::uint64_t> segments_;  // ascending; the last is written
  std::vector<std::uint64_t> sizes_;     // of these, in bytes
  file_descriptor file_;
  journal_position end_;
  std::string record_;  // reused
};

/// Reads what a journal has from a place on, also while it is written.
class journal_reader {
public:
  /// Fails when the journal does not reach back to `from`.
  [[nodiscard]] static auto open(std::filesystem::path folder, journal_position from)
      -> result<journal_reader>;
  /// Where the oldest segment begins; {1, 0} when there is none.
  [[nodiscard]] static auto begin_of(std::filesystem::path const& folder)
      -> result<journal_position>;

  enum class found : std::uint8_t { frames, mark, tick, end };
  /// The next record: frames in `out`, or what `number` or `time` tell. At the end there may be
  /// more later. A damaged or cut record of the last segment is the end, too: it may still be
  /// written; in an earlier one it is a failure.
  [[nodiscard]] auto next(net::frame_block& out) -> result<found>;
  /// Of the mark that was read last.
  [[nodiscard]] auto number() const noexcept -> std::uint64_t { return number_; }
  /// Of the tick that was read last.
  [[nodiscard]] auto time() const noexcept -> timestamp { return time_; }
  /// Of the frames that were read last; empty: none had one.
  [[nodiscard]] auto last_note() const noexcept -> std::string const& { return note_; }
  /// Behind the record that was read last.
  [[nodiscard]] auto position() const noexcept -> journal_position { return at_; }

private:
  journal_reader(std::filesystem::path folder, journal_position at)
      : folder_{std::move(folder)}, at_{at} {}
  [[nodiscard]] auto read(std::span<std::uint8_t> to, std::uint64_t from) -> result<std::size_t>;
  [[nodiscard]] auto read_head(std::span<std::uint8_t> head) -> result<std::size_t>;
  [[nodiscard]] auto take(internal::record_start const& start, net::frame_block& out)
      -> result<found>;
  [[nodiscard]] auto has_successor() const -> bool;
  [[nodiscard]] auto end_or_damage(std::string_view why) const -> result<found>;

  std::filesystem::path folder_;
  journal_position at_;
  file_descriptor file_;
  std::vector<std::uint8_t> bytes_;
  std::uint64_t number_ = 0;
  timestamp time_ = timestamp::unknown();
  std::string note_;
};

}  // namespace kizashi::capture
