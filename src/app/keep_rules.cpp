#include "kizashi/app/keep_rules.hpp"

#include <algorithm>
#include <chrono>

#include <fmt/format.h>

#include "kizashi/base/text.hpp"
#include "kizashi/base/time.hpp"
#include "kizashi/store/engine.hpp"
#include "kizashi/store/house/record.hpp"

namespace kizashi::app {
namespace {

struct unit {
  std::string_view name;
  unsigned power;
};
constexpr unit sizes[] = {{"MiB", 20}, {"GiB", 30}, {"TiB", 40}};
constexpr std::uint64_t most_days = 36'500;
constexpr std::uint64_t most_bytes = std::uint64_t{1} << 50;

/// False: it is neither an age nor a size in range.
auto read_amount(std::string_view text, store::retention_rule& to) -> bool {
  auto const digits = std::min(text.find_first_not_of("0123456789"), text.size());
  auto const number = parse_unsigned(text.substr(0, digits), most_bytes);
  auto const name = text.substr(digits);
  if (!number || *number == 0) return false;
  if (name == "d") {
    to.days = *number;
    return *number <= most_days;
  }
  auto const* const found = std::ranges::find(sizes, name, &unit::name);
  if (found == std::end(sizes) || *number > most_bytes >> found->power) return false;
  to.bytes = *number << found->power;
  return true;
}

constexpr std::chrono::nanoseconds one_day = std::chrono::days{1};

auto date_of(std::chrono::sys_days when) -> std::string {
  std::chrono::year_month_day const day{when};
  return fmt::format("{:04}-{:02}-{:02}", static_cast<int>(day.year()),
                     static_cast<unsigned>(day.month()), static_cast<unsigned>(day.day()));
}

}  // namespace

auto parse_keep_rule(std::string_view text) -> result<store::retention_rule> {
  auto const space = std::min(text.find(' '), text.size());
  store::retention_rule rule;
  rule.table = text.substr(0, space);
  if (store::is_plain_name(rule.table) && rule.table.find('.') == std::string::npos &&
      read_amount(trim(text.substr(space)), rule))
    return rule;
  return fail(errc::parse_error,
              fmt::format("\"{}\" does not say what is kept; expected a table and days or a size, "
                          "such as \"packets 90d\" or \"packets 200GiB\" (1d to 36500d, 1MiB to "
                          "1024TiB)",
                          text));
}

auto parse_days(std::string_view text) -> result<std::uint64_t> {
  store::retention_rule rule;
  if (read_amount(text, rule) && rule.days > 0) return rule.days;
  return fail(errc::parse_error,
              fmt::format("\"{}\" is no number of days; expected 1d to 36500d, such as 30d", text));
}

auto today_in_utc() -> std::string {
  return date_of(std::chrono::floor<std::chrono::days>(std::chrono::system_clock::now()));
}

auto first_of_days(std::string_view today, std::uint64_t days) -> result<std::string> {
  KIZASHI_TRY(store::check_day(today));
  KIZASHI_TRY(auto const at, timestamp::parse(fmt::format("{}T00:00:00Z", today)));
  std::chrono::sys_days const last{std::chrono::days{at.nanoseconds() / one_day.count()}};
  auto const first = last - std::chrono::days{days - 1};
  if (first < std::chrono::sys_days{})
    return fail(errc::out_of_range,
                fmt::format("{} days up to {} begin before 1970; expected fewer", days, today));
  return date_of(first);
}

}  // namespace kizashi::app
