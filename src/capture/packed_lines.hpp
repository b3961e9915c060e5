// The lines of a text file, unpacked on the way as captures are: gzip, zstd, bzip2, xz or none.
//
//   KIZASHI_TRY(auto lines, packed_lines::open("20180801.csv.bz2"));
//   for (;;) {
//     KIZASHI_TRY(auto const line, lines.next());
//     if (!line) break;
//     use(line->number, line->text);
//   }
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "kizashi/base/error.hpp"
#include "kizashi/capture/frame_source.hpp"

namespace kizashi::capture {

struct text_line {
  std::uint64_t number = 0;  ///< 1 ..
  std::string_view text;     ///< without its end, LF or CR LF; until the next call
  bool is_too_long = false;  ///< more than `most_line_bytes`: `text` is its begin
};

/// Memory: 64 KiB and one line.
class packed_lines {
public:
  static constexpr std::size_t most_line_bytes = 4096;

  /// "-" is standard input. Fails when it cannot be opened or not even its first bytes be read.
  [[nodiscard]] static auto open(std::string const& path) -> result<packed_lines>;
  packed_lines(packed_lines&&) noexcept;
  auto operator=(packed_lines&&) noexcept -> packed_lines&;
  ~packed_lines();

  /// The next line; none at the end. A last line without an end is a line too. Where the file is
  /// damaged or cut all lines before that come, without the one that it is in; then it fails,
  /// naming the file and the offset.
  [[nodiscard]] auto next() -> result<std::optional<text_line>>;
  [[nodiscard]] auto position() const -> progress;

private:
  struct state;
  explicit packed_lines(std::unique_ptr<state> made);
  std::unique_ptr<state> state_;
};

}  // namespace kizashi::capture
