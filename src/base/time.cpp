#include "kizashi/base/time.hpp"

#include <array>
#include <limits>

#include <fmt/format.h>

#include "kizashi/base/text.hpp"

namespace kizashi {
namespace {

struct unit {
  std::string_view name;
  std::int64_t nanoseconds;
};
constexpr std::array<unit, 7> units{{{"d", 86'400'000'000'000},
                                     {"h", 3'600'000'000'000},
                                     {"min", 60'000'000'000},
                                     {"s", 1'000'000'000},
                                     {"ms", 1'000'000},
                                     {"us", 1'000},
                                     {"ns", 1}}};

auto not_a_time(std::string_view text) -> tl::unexpected<error> {
  return fail(
      errc::parse_error,
      fmt::format("\"{}\" is not a time; expected RFC 3339 such as 2016-10-20T20:16:21Z", text));
}

auto not_a_duration(std::string_view text) -> tl::unexpected<error> {
  return fail(
      errc::parse_error,
      fmt::format("\"{}\" is not a duration; expected one such as 90s, 10min, 1h30min or 2d "
                  "(units: ns us ms s min h d)",
                  text));
}

/// Takes exactly `digits` digits off the front.
auto take_digits(std::string_view& text, std::size_t digits) -> result<std::uint64_t> {
  if (text.size() < digits) return fail(errc::parse_error, "too short");
  auto number = parse_unsigned(text.substr(0, digits), 9999);
  text.remove_prefix(digits);
  return number;
}

auto take(std::string_view& text, char expected) -> bool {
  if (text.empty() || text.front() != expected) return false;
  text.remove_prefix(1);
  return true;
}

/// "Z", "+09:00" or "-05:30" as seconds east of UTC.
auto parse_zone(std::string_view text) -> result<std::int64_t> {
  if (text == "Z" || text == "z") return 0;
  if (text.empty() || (text.front() != '+' && text.front() != '-'))
    return fail(errc::parse_error, "no zone");
  auto const sign = text.front() == '-' ? -1 : 1;
  text.remove_prefix(1);
  KIZASHI_TRY(auto const hours, take_digits(text, 2));
  if (!take(text, ':')) return fail(errc::parse_error, "no colon");
  KIZASHI_TRY(auto const minutes, take_digits(text, 2));
  if (!text.empty() || hours > 23 || minutes > 59) return fail(errc::parse_error, "no zone");
  return sign * static_cast<std::int64_t>(hours * 3600 + minutes * 60);
}

auto parse_rfc3339(std::string_view text) -> result<timestamp> {
  namespace chrono = std::chrono;
  auto const bad = fail(errc::parse_error, "");
  KIZASHI_TRY(auto const year, take_digits(text, 4));
  if (!take(text, '-')) return bad;
  KIZASHI_TRY(auto const month, take_digits(text, 2));
  if (!take(text, '-')) return bad;
  KIZASHI_TRY(auto const day, take_digits(text, 2));
  if (!take(text, 'T') && !take(text, ' ')) return bad;
  KIZASHI_TRY(auto const hour, take_digits(text, 2));
  if (!take(text, ':')) return bad;
  KIZASHI_TRY(auto const minute, take_digits(text, 2));
  if (!take(text, ':')) return bad;
  KIZASHI_TRY(auto const second, take_digits(text, 2));
  std::uint64_t fraction = 0;
  if (take(text, '.')) {
    std::uint64_t place = 100'000'000;
    if (text.empty() || text.front() < '0' || text.front() > '9') return bad;
    while (!text.empty() && text.front() >= '0' && text.front() <= '9') {
      fraction += static_cast<std::uint64_t>(text.front() - '0') * place;
      place /= 10;
      text.remove_prefix(1);
    }
  }
  KIZASHI_TRY(auto const zone, parse_zone(text));
  auto const date = chrono::year_month_day{chrono::year{static_cast<int>(year)},
                                           chrono::month{static_cast<unsigned>(month)},
                                           chrono::day{static_cast<unsigned>(day)}};
  if (!date.ok() || hour > 23 || minute > 59 || second > 59) return bad;
  auto const days = chrono::sys_days{date}.time_since_epoch().count();
  auto const seconds = std::int64_t{days} * 86400 +
                       static_cast<std::int64_t>(hour * 3600 + minute * 60 + second) - zone;
  if (seconds < 0) return bad;
  if (seconds > timestamp::latest().nanoseconds() / 1'000'000'000)
    return fail(errc::out_of_range, "");
  auto const answer = timestamp::from_parts(static_cast<std::uint64_t>(seconds), fraction);
  if (!answer.is_known()) return bad;
  return answer;
}

}  // namespace

auto timestamp::parse(std::string_view text) -> result<timestamp> {
  auto answer = parse_rfc3339(text);
  if (answer) return answer;
  if (answer.error().code != errc::out_of_range) return not_a_time(text);
  return fail(errc::out_of_range,
              fmt::format("\"{}\" is too late; expected a time from 1970 to 2261", text));
}

auto timestamp::to_string() const -> std::string {
  if (!is_known()) return "unknown";
  namespace chrono = std::chrono;
  auto const whole = nanoseconds_ / 1'000'000'000;
  auto const days = chrono::floor<chrono::days>(chrono::sys_seconds{chrono::seconds{whole}});
  auto const date = chrono::year_month_day{days};
  auto const second_of_day = whole - std::int64_t{days.time_since_epoch().count()} * 86400;
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:09}Z", static_cast<int>(date.year()),
                     static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                     second_of_day / 3600, second_of_day / 60 % 60, second_of_day % 60,
                     nanoseconds_ % 1'000'000'000);
}

auto parse_duration(std::string_view text) -> result<duration> {
  auto const whole = text;
  if (text.empty()) return not_a_duration(whole);
  std::int64_t sum = 0;
  while (!text.empty()) {
    auto const digits = text.find_first_not_of("0123456789");
    if (digits == 0 || digits == std::string_view::npos) return not_a_duration(whole);
    auto const number =
        parse_unsigned(text.substr(0, digits), std::numeric_limits<std::int64_t>::max());
    text.remove_prefix(digits);
    auto const letters = text.find_first_of("0123456789");
    auto const name = text.substr(0, letters);
    text.remove_prefix(name.size());
    auto const* found = static_cast<unit const*>(nullptr);
    for (auto const& each : units)
      if (each.name == name) found = &each;
    if (found == nullptr) return not_a_duration(whole);
    std::int64_t part = 0;
    if (!number ||
        __builtin_mul_overflow(static_cast<std::int64_t>(*number), found->nanoseconds, &part) ||
        __builtin_add_overflow(sum, part, &sum))
      return fail(errc::out_of_range, fmt::format("{} is longer than 292 years", whole));
  }
  return duration{sum};
}

auto to_string(duration length) -> std::string {
  auto rest = length.count();
  if (rest == 0) return "0s";
  std::string text = rest < 0 ? "-" : "";
  for (auto const& each : units) {
    auto const count = rest / each.nanoseconds;
    if (count == 0) continue;
    text += fmt::format("{}{}", count < 0 ? -count : count, each.name);
    rest -= count * each.nanoseconds;
  }
  return text;
}

}  // namespace kizashi
