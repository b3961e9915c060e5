// Event time: when a packet was seen, in UTC. The program's own clock is never asked for it.
#pragma once

#include <chrono>
#include <compare>
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>

#include "kizashi/base/error.hpp"

namespace kizashi {

/// A length of time in nanoseconds; up to 292 years.
using duration = std::chrono::nanoseconds;

/// A point in event time: nanoseconds since 1970-01-01T00:00:00Z, leap seconds not counted, from
/// 1970 to 2261.
class timestamp {
public:
  constexpr timestamp() noexcept = default;
  constexpr explicit timestamp(std::int64_t nanoseconds) noexcept : nanoseconds_{nanoseconds} {}
  /// No time is known: the record carried zero or something that cannot be a time. It sorts before
  /// all others.
  [[nodiscard]] static constexpr auto unknown() noexcept -> timestamp {
    return timestamp{std::numeric_limits<std::int64_t>::min()};
  }
  /// 2261-12-31T23:59:59.999999999Z, the latest time that is read from anywhere. 64 bits reach a
  /// hundred days further, so that the end of a window which holds it can be reckoned.
  [[nodiscard]] static constexpr auto latest() noexcept -> timestamp {
    return timestamp{9'214'646'399'999'999'999};
  }
  /// `seconds` since 1970 and a fraction. Unknown when both are zero, when `fraction` is a second
  /// or more, or when the time is after `latest`.
  [[nodiscard]] static constexpr auto from_parts(std::uint64_t seconds,
                                                 std::uint64_t fraction_nanoseconds) noexcept
      -> timestamp {
    constexpr auto last_second = static_cast<std::uint64_t>(latest().nanoseconds_ / 1'000'000'000);
    if (fraction_nanoseconds >= 1'000'000'000 || seconds > last_second) return unknown();
    if (seconds == 0 && fraction_nanoseconds == 0) return unknown();
    return timestamp{static_cast<std::int64_t>(seconds * 1'000'000'000 + fraction_nanoseconds)};
  }
  /// Reads RFC 3339, such as "2016-10-20T20:16:21.075993Z" or with an offset "+09:00". Fails on
  /// anything else, with `out_of_range` on a time after `latest`.
  [[nodiscard]] static auto parse(std::string_view text) -> result<timestamp>;

  [[nodiscard]] constexpr auto is_known() const noexcept -> bool { return *this != unknown(); }
  [[nodiscard]] constexpr auto nanoseconds() const noexcept -> std::int64_t { return nanoseconds_; }
  /// RFC 3339 in UTC with nine decimals: "2016-10-20T20:16:21.075993000Z"; "unknown" when it is.
  [[nodiscard]] auto to_string() const -> std::string;

  friend constexpr auto operator<=>(timestamp, timestamp) noexcept = default;
  friend constexpr auto operator+(timestamp t, duration d) noexcept -> timestamp {
    return timestamp{t.nanoseconds_ + d.count()};
  }
  friend constexpr auto operator-(timestamp t, duration d) noexcept -> timestamp {
    return timestamp{t.nanoseconds_ - d.count()};
  }
  friend constexpr auto operator-(timestamp a, timestamp b) noexcept -> duration {
    return duration{a.nanoseconds_ - b.nanoseconds_};
  }

private:
  std::int64_t nanoseconds_ = std::numeric_limits<std::int64_t>::min();
};

/// Reads "90s", "10min", "1h", "2d", "250ms", "1h30min". Units: ns us ms s min h d. Fails on
/// anything else, a sign included, and on more than 292 years.
[[nodiscard]] auto parse_duration(std::string_view text) -> result<duration>;
/// The shortest exact form that `parse_duration` reads back: "1h30min".
[[nodiscard]] auto to_string(duration length) -> std::string;

}  // namespace kizashi
