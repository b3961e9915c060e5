// In which of the open windows something was seen, in 14 bits.
//
// At most two windows are open at a time: the current one and, for stragglers, the one before it.
// Windows are numbered by a serial as they open. A stamp keeps the serial of the last window that
// saw the thing, and one bit: whether the window before that one saw it too. So one probe of one
// table answers both "new to this window?" and "new to the whole run?".
#pragma once

#include <cstdint>

namespace kizashi::telescope::internal {

/// Serials run from 3 to `last`; then every stamp is renumbered. 1 stands for "in no open
/// window", and no stamp is ever 0, which marks an empty place in a table.
struct serial {
  static constexpr std::uint32_t closed = 1;
  static constexpr std::uint32_t first = 3;
  static constexpr std::uint32_t last = (1U << 13) - 1;
};

class stamp {
public:
  static constexpr unsigned bits = 14;

  constexpr stamp() noexcept = default;
  constexpr explicit stamp(std::uint32_t raw) noexcept : raw_{raw} {}
  constexpr stamp(std::uint32_t window, bool seen_before) noexcept
      : raw_{window << 1 | std::uint32_t{seen_before}} {}

  [[nodiscard]] constexpr auto raw() const noexcept -> std::uint32_t { return raw_; }
  [[nodiscard]] constexpr auto window() const noexcept -> std::uint32_t { return raw_ >> 1; }
  [[nodiscard]] constexpr auto seen_before() const noexcept -> bool { return (raw_ & 1) != 0; }

  /// Sees it in `current`. Answers whether that window had not seen it.
  constexpr auto see_in_current(std::uint32_t current) noexcept -> bool {
    bool const is_new = window() != current;
    auto const fresh = stamp{current, window() == current - 1}.raw_;
    raw_ = is_new ? fresh : raw_;  // a choice of values, not of ways
    return is_new;
  }
  /// Sees it in the window before `current`. Answers whether that window had not seen it.
  constexpr auto see_in_previous(std::uint32_t current) noexcept -> bool {
    if (window() == current - 1) return false;
    if (window() != current) {
      *this = stamp{current - 1, false};
      return true;
    }
    bool const is_new = !seen_before();
    raw_ |= 1;
    return is_new;
  }
  /// The same knowledge when `current` is called `serial::first`.
  [[nodiscard]] constexpr auto renumbered(std::uint32_t current) const noexcept -> stamp {
    if (window() == current) return stamp{serial::first, seen_before()};
    if (window() == current - 1) return stamp{serial::first - 1, false};
    return stamp{serial::closed, false};
  }
  /// Whether a renumbered stamp can be that: of those that a saved state has.
  [[nodiscard]] constexpr auto is_renumbered() const noexcept -> bool {
    return raw_ == stamp{serial::closed, false}.raw() ||
           raw_ == stamp{serial::first - 1, false}.raw() || window() == serial::first;
  }
  /// Whether the current or the previous window saw it.
  [[nodiscard]] constexpr auto is_open(std::uint32_t current) const noexcept -> bool {
    return window() + 1 >= current;
  }

private:
  std::uint32_t raw_ = 0;
};

/// Where a row stands in time: in the current window, in the previous one, or in none that is open.
enum class phase : std::uint8_t { current, previous, closed };

/// Sees a thing at `when`. Answers whether that window had not seen it; no closed window is asked.
constexpr auto see(stamp& mark, phase when, std::uint32_t current) noexcept -> bool {
  switch (when) {
    case phase::current:
      return mark.see_in_current(current);
    case phase::previous:
      return mark.see_in_previous(current);
    case phase::closed:
      return false;
  }
  return false;
}

/// What a set says of a member that it is shown.
struct first_sight {
  bool of_window;  ///< its window had not seen it; never, when it is in no open window
  bool of_set;     ///< it was not a member
};

}  // namespace kizashi::telescope::internal
