#include "kizashi/app/serve_keeper.hpp"

#include <algorithm>
#include <chrono>

#include <fmt/format.h>

#include "kizashi/app/access_commands.hpp"
#include "kizashi/app/keep_rules.hpp"
#include "kizashi/app/serve_memory.hpp"
#include "kizashi/app/text_layout.hpp"
#include "kizashi/base/text.hpp"
#include "kizashi/store/house/archive.hpp"
#include "kizashi/store/house/tidy.hpp"
#include "kizashi/store/inventory.hpp"

namespace kizashi::app {
namespace {

constexpr auto look_interval = std::chrono::seconds{1};
constexpr auto measure_interval = std::chrono::minutes{1};
/// A block that is being stored looks for a moment like one that was not finished.
constexpr int most_tries = 10;

auto packets_of(store::outdated_day const& day) -> bool {
  return day.what.table == "packets" || day.what.table == "packets6";
}

}  // namespace

auto is_due(duration at, timestamp before, timestamp now) -> bool {
  constexpr duration day = std::chrono::hours{24};
  if (!before.is_known() || now <= before) return false;
  auto const number = [&](timestamp when) {
    return (when.nanoseconds() - at.count() + day.count()) / day.count();
  };
  return number(now) > number(before);
}

serve_keeper::serve_keeper(parts of, house_rules rules)
    : of_{std::move(of)}, rules_{std::move(rules)}, thread_{[this] { work(); }} {}

serve_keeper::~serve_keeper() {
  {
    std::scoped_lock const alone{mutex_};
    is_stopping_ = true;
  }
  woken_.notify_all();
  thread_.join();
}

void serve_keeper::set(house_rules rules) {
  std::scoped_lock const alone{mutex_};
  rules_ = std::move(rules);
}

auto serve_keeper::look() const -> view {
  std::scoped_lock const alone{mutex_};
  return view_;
}

auto serve_keeper::wants_stop() const -> bool {
  std::scoped_lock const alone{mutex_};
  return is_stopping_;
}

void serve_keeper::say(log_level level, std::string_view what) {
  of_.log.write({level, "store", what});
}

void serve_keeper::work() {
  auto before = time_now();
  auto measured = std::chrono::steady_clock::time_point{};
  for (;;) {
    if (std::chrono::steady_clock::now() - measured >= measure_interval) {
      measure();
      measured = std::chrono::steady_clock::now();
    }
    std::unique_lock held{mutex_};
    woken_.wait_for(held, look_interval, [this] { return is_stopping_; });
    if (is_stopping_) return;
    auto const rules = rules_;
    held.unlock();
    auto const now = time_now();
    if (rules.at && is_due(*rules.at, before, now)) keep_house(rules);
    before = now;
  }
}

void serve_keeper::measure() {
  give_memory_back();
  auto const memory = memory_of_engine(*of_.engine);
  auto const rows = store::ask_rows(
      *of_.engine, "select sum(bytes_on_disk) from system.parts where database = 'default'");
  if (!rows) return say(log_level::warning, "its size is not known: " + rows.error().message);
  auto const bytes = parse_unsigned(rows->at(0).at(0), UINT64_MAX);
  std::scoped_lock const alone{mutex_};
  view_.engine_memory = memory;
  if (bytes) view_.store_bytes = *bytes;
}

void serve_keeper::keep_house(house_rules const& rules) {
  say(log_level::info, "keeping house");
  for (auto const& done : {drop_days(rules), tidy(), trim(rules)})
    if (!done && done.error().code != errc::interrupted)
      say(log_level::error, "keeping house failed: " + done.error().message);
  measure();
  std::scoped_lock const alone{mutex_};
  view_.kept = time_now();
}

auto serve_keeper::drop_days(house_rules const& rules) -> status {
  if (rules.keep.empty()) return {};
  KIZASHI_TRY(auto const days,
              store::outdated_days(*of_.engine, of_.store, rules.keep, today_in_utc()));
  if (std::ranges::any_of(days, packets_of)) {
    auto fit = store::refuse_unfinished(*of_.engine, of_.store);
    for (int i = 1; !fit && i < most_tries && !wants_stop(); ++i) {
      std::this_thread::sleep_for(std::chrono::seconds{1});
      fit = store::refuse_unfinished(*of_.engine, of_.store);
    }
    KIZASHI_TRY(fit);
  }
  for (auto const& day : days) {
    if (wants_stop()) return fail(errc::interrupted, "stopped");
    KIZASHI_TRY(store::drop_day(*of_.engine, of_.store, day));
    say(log_level::info,
        fmt::format("dropped {} of {} of {}, {}: {}", counted(day.what.rows, "row"), day.what.table,
                    day.what.day, short_bytes(day.what.bytes), day.why));
  }
  return {};
}

auto serve_keeper::tidy() -> status {
  KIZASHI_TRY(auto const tidied,
              store::tidy(*of_.engine, of_.store, nullptr, [this] { return wants_stop(); }));
  say(log_level::info,
      fmt::format("{} put together on {}; {} removed, {}", counted(tidied.merged_parts, "part"),
                  counted(tidied.merged_days, "day"), counted(tidied.removed, "leftover"),
                  short_bytes(tidied.removed_bytes)));
  return {};
}

auto serve_keeper::trim(house_rules const& rules) -> status {
  if (rules.audit_keep == duration{0}) return {};
  auto const now = time_now();
  KIZASHI_TRY(auto const gone,
              of_.door.audit().trim(now - rules.audit_keep, {"(access.audit_keep)", ""}, now));
  if (gone > 0)
    say(log_level::info,
        fmt::format("dropped {} of the audit log: older than {}",
                    counted(static_cast<std::uint64_t>(gone), "row"), to_string(rules.audit_keep)));
  return {};
}

}  // namespace kizashi::app
