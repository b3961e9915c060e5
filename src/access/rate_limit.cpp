#include "kizashi/access/rate_limit.hpp"

#include <algorithm>
#include <vector>

#include <fmt/format.h>

namespace kizashi::access {

auto limit_key(net::address from) -> std::string {
  if (!from.is_ipv6()) return from.to_string();
  return net::prefix{from, 64}.to_string();
}

auto rate_limiter::step() const noexcept -> std::int64_t {
  return std::max<std::int64_t>(1, limit_.period.count() / limit_.count);
}

auto rate_limiter::missing(bucket const& of, timestamp now) const noexcept -> std::int64_t {
  auto const passed = std::max<std::int64_t>(0, (now - of.at).count());
  return std::max<std::int64_t>(0, of.used - passed);
}

/// So many more fit when as many steps of the bucket are not missing.
auto rate_limiter::wait_for(std::int64_t missing, std::uint32_t count) const noexcept
    -> std::optional<duration> {
  auto const over = missing + step() * count - step() * limit_.count;
  if (over <= 0) return std::nullopt;
  return duration{over};
}

auto rate_limiter::take(std::string_view key, timestamp now, std::uint32_t count)
    -> std::optional<duration> {
  std::scoped_lock const alone{mutex_};
  count = std::min(count, limit_.count);
  auto found = buckets_.find(std::string{key});
  if (found == buckets_.end()) {
    if (buckets_.size() >= most_keys_) make_room(now);
    found = buckets_.emplace(key, bucket{0, now}).first;
  }
  auto const before = missing(found->second, now);
  if (auto const wait = wait_for(before, count)) return wait;
  found->second = {before + step() * count, std::max(now, found->second.at)};
  return std::nullopt;
}

auto rate_limiter::ask(std::string_view key, timestamp now) -> std::optional<duration> {
  std::scoped_lock const alone{mutex_};
  auto const found = buckets_.find(std::string{key});
  if (found == buckets_.end()) return std::nullopt;
  return wait_for(missing(found->second, now));
}

void rate_limiter::give_back(std::string_view key, timestamp now) {
  std::scoped_lock const alone{mutex_};
  auto const found = buckets_.find(std::string{key});
  if (found == buckets_.end()) return;
  auto const left = std::max<std::int64_t>(0, missing(found->second, now) - step());
  found->second = {left, std::max(now, found->second.at)};
}

void rate_limiter::set(rate limit) {
  std::scoped_lock const alone{mutex_};
  limit_ = limit;
}

auto rate_limiter::size() const -> std::size_t {
  std::scoped_lock const alone{mutex_};
  return buckets_.size();
}

/// Forgets what is full again; when that is nothing, the sixteenth that misses least. Each key is
/// looked at once in at least most_keys / 16 calls.
void rate_limiter::make_room(timestamp now) {
  std::erase_if(buckets_, [&](auto const& each) { return missing(each.second, now) == 0; });
  auto const wanted = most_keys_ - std::max<std::size_t>(1, most_keys_ / 16);
  if (buckets_.size() <= wanted) return;
  std::vector<std::pair<std::int64_t, std::string>> all;
  all.reserve(buckets_.size());
  for (auto const& [key, of] : buckets_) all.emplace_back(missing(of, now), key);
  auto const cut = all.begin() + static_cast<std::ptrdiff_t>(buckets_.size() - wanted);
  std::nth_element(all.begin(), cut, all.end());
  for (auto each = all.begin(); each != cut; ++each) buckets_.erase(each->second);
}

auto login_limits::admit(std::optional<net::address> from, std::string_view name, timestamp now)
    -> std::optional<refusal> {
  auto const refuse = [&](duration wait, std::string const& whose) {
    return refusal{wait, !told_.take(whose, now),
                   fmt::format("too many log-ins {}; try again in {}", whose, wait_text(wait))};
  };
  // Both are asked before one is taken: a refused try costs nothing, so the wait that was told
  // holds.
  auto const key = from ? limit_key(*from) : std::string{};
  if (from)
    if (auto const wait = by_address_.ask(key, now)) return refuse(*wait, "from " + key);
  if (auto const wait = by_name_.take(name, now)) return refuse(*wait, fmt::format("as {}", name));
  if (from)
    if (auto const wait = by_address_.take(key, now)) {  // another thread was faster
      by_name_.give_back(name, now);
      return refuse(*wait, "from " + key);
    }
  return std::nullopt;
}

void login_limits::set(rate by_address, rate by_name) {
  by_address_.set(by_address);
  by_name_.set(by_name);
}

void login_limits::forgive(std::optional<net::address> from, std::string_view name, timestamp now) {
  if (from) by_address_.give_back(limit_key(*from), now);
  by_name_.give_back(name, now);
}

auto wait_text(duration wait) -> std::string {
  auto const seconds =
      std::max<std::int64_t>(1, std::chrono::ceil<std::chrono::seconds>(wait).count());
  if (seconds < 60) return fmt::format("{} s", seconds);
  if (seconds % 60 == 0) return fmt::format("{} min", seconds / 60);
  return fmt::format("{} min {} s", seconds / 60, seconds % 60);
}

}  // namespace kizashi::access
