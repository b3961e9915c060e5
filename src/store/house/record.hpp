// The record of a store: which days have left its tables, and where to. It is the file `record` in
// the store's folder, a line of text for each, so that it can be read when the engine cannot:
//
//   kizashi-record 1
//   archived  packets  2026-06-01  156741  1  1461722220598154043  3114222  2026-06-01.parquet
//   dropped  packets  2026-05-31  170012  0  0  0  -
//
// (between the values are tabs). It is replaced as a whole, durably, at each step.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "kizashi/base/error.hpp"

namespace kizashi::store {

enum class day_state : std::uint8_t {
  closing,   ///< whole in a file; its rows may still be in the table
  archived,  ///< in a file and in the table no more
  dropping,  ///< to be dropped from the table, from a file, or both
  dropped,   ///< gone, as the settings wanted it
};

struct recorded_day {
  day_state state = day_state::dropped;
  std::string table;
  std::string day;  ///< 2026-06-01
  std::uint64_t rows = 0;
  /// While closing or dropping: parts of the table up to this block hold these rows.
  std::uint64_t last_block = 0;
  std::uint64_t digest = 0;  ///< of the rows in the file, in any order
  std::uint64_t bytes = 0;   ///< of the file
  std::string file;          ///< its name in archive/TABLE; empty: no file
  friend auto operator==(recorded_day const&, recorded_day const&) -> bool = default;
};

class store_record {
public:
  /// The record of the store in `folder`; empty when there is none. Fails with the line that cannot
  /// be understood.
  [[nodiscard]] static auto load(std::filesystem::path const& folder) -> result<store_record>;
  /// Returns when it is on the disk.
  [[nodiscard]] auto save(std::filesystem::path const& folder) const -> status;

  std::vector<recorded_day> days;
};

/// DIR/archive/TABLE/FILE.
[[nodiscard]] auto archive_file(std::filesystem::path const& folder, recorded_day const& of)
    -> std::filesystem::path;

/// Reads "2026-06-01". Fails on what is no day of the calendar.
[[nodiscard]] auto check_day(std::string_view text) -> status;

}  // namespace kizashi::store
