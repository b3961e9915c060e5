// Which sketches a store has: the file DIR/sketch/index. A sketch is a file for a day of packets in
// DIR/sketch, with the addresses that the day may have (sketch_records.hpp). The index says how
// much of each is durable; what stands behind that in a file counts for nothing.
//
//   kizashi-sketches 1
//   sensor  1  north
//   day  2026-06-01  4  120394  3
//   day  2026-06-02  0  0  0
//   sum  5e0c4ba1c0b4d2f7
//
// (between the values are tabs: of a day the number of its file, bytes and runs; number 0: the day
// has packets and no sketch). It is replaced as a whole, durably, at each step.
//
// Where there is an index it has every day that the store has packets of: a day that it does not
// have has none.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "kizashi/base/error.hpp"

namespace kizashi::store {

/// Days since 1970. Packets without a time are of day 0, and so are those from 2106-02-07T06:28:16Z
/// on, whose seconds have more than 32 bits: the engine's days end there.
using sketch_day = std::int64_t;

[[nodiscard]] constexpr auto sketch_day_of(std::uint64_t microseconds) noexcept -> sketch_day {
  auto const seconds = microseconds / 1'000'000;
  return seconds > UINT32_MAX ? 0 : static_cast<sketch_day>(seconds / 86'400);
}
/// "2026-06-01".
[[nodiscard]] auto name_of_day(sketch_day day) -> std::string;
/// Fails on what is no day of the calendar.
[[nodiscard]] auto parse_sketch_day(std::string_view text) -> result<sketch_day>;

struct sketch_file {
  std::uint64_t number = 0;  ///< of the file; 0: the day has no sketch
  std::uint64_t bytes = 0;   ///< that are durable
  std::uint64_t runs = 0;    ///< appended since the last time that they were put together
  friend auto operator==(sketch_file, sketch_file) -> bool = default;
};

struct sketch_index {
  std::map<std::uint16_t, std::string> sensors;
  std::map<sketch_day, sketch_file> days;

  /// Fails with the line that cannot be understood, and where the sum is not that of the text.
  [[nodiscard]] static auto parse(std::string_view text) -> result<sketch_index>;
  [[nodiscard]] auto to_text() const -> std::string;
  /// Of the store in `folder`; none where there is none.
  [[nodiscard]] static auto load(std::filesystem::path const& folder)
      -> result<std::optional<sketch_index>>;
  /// Returns when it is on the disk.
  [[nodiscard]] auto save(std::filesystem::path const& folder) const -> status;
  friend auto operator==(sketch_index const&, sketch_index const&) -> bool = default;
};

/// DIR/sketch.
[[nodiscard]] auto sketch_folder(std::filesystem::path const& folder) -> std::filesystem::path;
/// DIR/sketch/2026-06-01.4.
[[nodiscard]] auto sketch_path(std::filesystem::path const& folder, sketch_day day,
                               std::uint64_t number) -> std::filesystem::path;
/// The bytes of a sketch that are durable. Fails when they are not there: with `not_found` when
/// there is no such file.
[[nodiscard]] auto read_sketch(std::filesystem::path const& folder, sketch_day day,
                               sketch_file const& of) -> result<std::string>;

}  // namespace kizashi::store
