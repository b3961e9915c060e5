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
  static constexpr std::uint64_t segment_bytes = std::uint64_t{64} << 20;

  /// Makes the folder when it is not there. Goes on behind the last whole record: a record that was
  /// being written when the process ended is cut off.
  [[nodiscard]] static auto open(std::filesystem::path folder) -> result<journal_writer>;

  [[nodiscard]] auto append(net::frame_block const& block) -> status;
  /// Says that a block of the store ends here; returns the place behind the mark.
  [[nodiscard]] auto mark(std::uint64_t number) -> result<journal_position>;
  /// Removes the segments that lie before `durable` as a whole.
  [[nodiscard]] auto forget_before(journal_position durable) -> status;
  [[nodiscard]] auto end() const noexcept -> journal_position { return end_; }
  /// Bytes on the disk.
  [[nodiscard]] auto bytes() const noexcept -> std::uint64_t;

private:
  explicit journal_writer(std::filesystem::path folder) : folder_{std::move(folder)} {}
  [[nodiscard]] auto write_record() -> status;
  [[nodiscard]] auto open_segment(std::uint64_t number) -> status;

  std::filesystem::path folder_;
  std::vector<std::uint64_t> segments_;  // ascending; the last is written
  std::vector<std::uint64_t> sizes_;     // of these, in bytes
  file_descriptor file_;
  journal_position end_;
  std::string record_;  // reused
};

/// Reads what a journal has from a place on.
class journal_reader {
public:
  /// Fails when the journal does not reach back to `from`.
  [[nodiscard]] static auto open(std::filesystem::path folder, journal_position from)
      -> result<journal_reader>;

  enum class found : std::uint8_t { frames, mark, end };
  /// The next record: frames in `out`, or a mark, whose number `mark_number` gives. What lies
  /// behind a damaged or cut record of the last segment is the end; in an earlier one it is a
  /// failure.
  [[nodiscard]] auto next(net::frame_block& out) -> result<found>;
  [[nodiscard]] auto mark_number() const noexcept -> std::uint64_t { return mark_; }
  /// Behind the record that was read last.
  [[nodiscard]] auto position() const noexcept -> journal_position { return at_; }

private:
  journal_reader(std::filesystem::path folder, std::vector<std::uint64_t> segments,
                 journal_position at)
      : folder_{std::move(folder)}, segments_{std::move(segments)}, at_{at} {}
  [[nodiscard]] auto next_segment() -> result<bool>;
  [[nodiscard]] auto read(std::span<std::uint8_t> to) -> result<bool>;
  [[nodiscard]] auto end_or_damage(std::string why) -> result<found>;

  std::filesystem::path folder_;
  std::vector<std::uint64_t> segments_;
  journal_position at_;
  file_descriptor file_;
  std::vector<std::uint8_t> bytes_;
  std::uint64_t mark_ = 0;
};

}  // namespace kizashi::capture
