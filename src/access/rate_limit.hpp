// How often somebody may do something: a token bucket for each key, in memory.
//
//   rate_limiter limiter{{10, 5min}};                    // ten at once, then one each 30 s
//   if (auto const wait = limiter.take(key, now)) ...    // refused: come back after *wait
#pragma once

#include <cstddef>
#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "kizashi/base/error.hpp"
#include "kizashi/base/time.hpp"
#include "kizashi/net/address.hpp"

namespace kizashi::access {

/// `count` (1 or more) at once; what was taken comes back evenly, all of it in `period`.
struct rate {
  std::uint32_t count = 10;
  duration period = std::chrono::minutes{5};
};

/// What an address is counted under: itself; of IPv6 its /64, as one subscriber has a whole one.
[[nodiscard]] auto limit_key(net::address from) -> std::string;

/// Safe to call from threads. Memory: at most `most_keys` keys of some 150 bytes. When it is full,
/// keys whose bucket is full again are forgotten first, then those nearest to it: whoever is
/// refused stays refused. A clock that goes back gives nothing back and takes nothing.
class rate_limiter {
public:
  explicit rate_limiter(rate limit, std::size_t most_keys = 100'000)
      : limit_{limit}, most_keys_{most_keys} {}

  /// Nothing when permitted, else how long to wait until it is; then nothing was taken. `count`: so
  /// many at once, at most what there can be.
  [[nodiscard]] auto take(std::string_view key, timestamp now, std::uint32_t count = 1)
      -> std::optional<duration>;
  /// The same without taking.
  [[nodiscard]] auto ask(std::string_view key, timestamp now) -> std::optional<duration>;
  /// One that was taken and shall not count.
  void give_back(std::string_view key, timestamp now);
  /// From now on; what was taken stays taken.
  void set(rate limit);
  [[nodiscard]] auto size() const -> std::size_t;

private:
  struct bucket {
    std::int64_t used;  ///< nanoseconds of refilling that are missing
    timestamp at;       ///< when that was so
  };
  [[nodiscard]] auto step() const noexcept -> std::int64_t;
  [[nodiscard]] auto missing(bucket const& of, timestamp now) const noexcept -> std::int64_t;
  [[nodiscard]] auto wait_for(std::int64_t missing, std::uint32_t count = 1) const noexcept
      -> std::optional<duration>;
  void make_room(timestamp now);

  rate limit_;
  std::size_t most_keys_;
  mutable std::mutex mutex_;
  std::unordered_map<std::string, bucket> buckets_;
};

/// Log-ins, counted by address and by name. Whoever knows a name can keep its owner out for as long
/// as he goes on trying from ever new addresses: that is the price of a bound by name, and why the
/// command line is not bound.
class login_limits {
public:
  explicit login_limits(rate by_address = {}, rate by_name = {})
      : by_address_{by_address}, by_name_{by_name} {}

  struct refusal {
    duration wait;
    bool is_news;  ///< worth a row in the log: the last one of its key is five minutes ago
    std::string message;
  };
  /// Counts one try; nothing when it is permitted. `from` may be absent (a local socket).
  [[nodiscard]] auto admit(std::optional<net::address> from, std::string_view name, timestamp now)
      -> std::optional<refusal>;
  /// From now on.
  void set(rate by_address, rate by_name);
  /// The password was right: the try does not count.
  void forgive(std::optional<net::address> from, std::string_view name, timestamp now);

private:
  rate_limiter by_address_;
  rate_limiter by_name_;
  rate_limiter told_{{1, std::chrono::minutes{5}}};
};

/// "4 min 30 s", rounded up to whole seconds.
[[nodiscard]] auto wait_text(duration wait) -> std::string;

}  // namespace kizashi::access
