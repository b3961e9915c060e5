// Rows of a window that is open, packed: half an hour of a telescope has millions of them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "kizashi/engine/activity.hpp"

namespace kizashi::engine::internal {

/// One source at one service in one bin of the window that is open.
struct open_row {
  net::address source;  ///< first address of its prefix
  std::uint32_t packets = 0;
  std::uint32_t target = 0;
  service at;
  friend auto operator==(open_row const&, open_row const&) -> bool = default;
};

/// Rows in the order in which they came. One takes 2 to 29 bytes, some 8 where rows of a source
/// stand together; as `open_row` it takes 40.
class open_rows {
public:
  void push(open_row const& row);
  /// No more rows come: room that was taken ahead goes back.
  void close() { bytes_.shrink_to_fit(); }
  [[nodiscard]] auto size() const noexcept -> std::size_t { return size_; }

  /// Goes over the rows from the first.
  class cursor {
  public:
    explicit cursor(open_rows const& of) : at_{of.bytes_.data()}, left_{of.size_} {}
    /// Nothing behind the last.
    [[nodiscard]] auto next() -> open_row const*;

  private:
    std::uint8_t const* at_;
    std::size_t left_;
    open_row row_;
  };

private:
  std::vector<std::uint8_t> bytes_;
  std::size_t size_ = 0;
  open_row last_;
};

}  // namespace kizashi::engine::internal
