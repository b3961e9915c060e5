// Ends what cannot ask for itself whether somebody wants it to end.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <thread>

namespace kizashi::store::internal {

/// While it lives, asks `wants_stop` ten times a second, and from the first yes on calls `stop` as
/// often: what it is to end may not have begun at the first call. Both run in a thread of its own.
/// Without `wants_stop` there is none.
class stop_watch {
public:
  stop_watch(std::function<bool()> wants_stop, std::function<void()> stop)
      : wants_stop_{std::move(wants_stop)}, stop_{std::move(stop)} {
    if (wants_stop_) thread_ = std::jthread{[this](std::stop_token const& end) { watch(end); }};
  }
  stop_watch(stop_watch const&) = delete;
  auto operator=(stop_watch const&) -> stop_watch& = delete;
  ~stop_watch() = default;  // the thread is waited for

  [[nodiscard]] auto has_stopped() const noexcept -> bool { return has_stopped_.load(); }

private:
  void watch(std::stop_token const& end) {
    std::unique_lock lock{waiting_};
    while (!end.stop_requested()) {
      if (has_stopped_.load() || wants_stop_()) {
        has_stopped_.store(true);
        stop_();
      }
      woken_.wait_for(lock, end, std::chrono::milliseconds{100}, [] { return false; });
    }
  }

  std::function<bool()> wants_stop_;
  std::function<void()> stop_;
  std::atomic<bool> has_stopped_{false};
  std::mutex waiting_;
  std::condition_variable_any woken_;
  std::jthread thread_;  // last: it ends before what it uses
};

}  // namespace kizashi::store::internal
