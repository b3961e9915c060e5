// A few threads for work that waits, with a queue that has an end.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace kizashi::api::http::internal {

class worker_pool {
public:
  worker_pool(unsigned threads, std::size_t most_waiting) : most_waiting_{most_waiting} {
    for (unsigned i = 0; i < threads; ++i) threads_.emplace_back([this] { work(); });
  }
  worker_pool(worker_pool const&) = delete;
  auto operator=(worker_pool const&) -> worker_pool& = delete;
  ~worker_pool() { stop(); }

  /// False when the queue is full: the work is not taken.
  [[nodiscard]] auto add(std::function<void()> work) -> bool {
    {
      std::scoped_lock const only{lock_};
      if (is_stopped_ || waiting_.size() >= most_waiting_) return false;
      waiting_.push_back(std::move(work));
    }
    has_work_.notify_one();
    return true;
  }
  /// Returns when what was begun is done; what waits is forgotten.
  void stop() {
    {
      std::scoped_lock const only{lock_};
      is_stopped_ = true;
      waiting_.clear();
    }
    has_work_.notify_all();
    for (auto& each : threads_) each.join();
    threads_.clear();
  }

private:
  void work() {
    for (;;) {
      std::function<void()> next;
      {
        std::unique_lock lock{lock_};
        has_work_.wait(lock, [this] { return is_stopped_ || !waiting_.empty(); });
        if (is_stopped_) return;
        next = std::move(waiting_.front());
        waiting_.pop_front();
      }
      next();
    }
  }

  std::mutex lock_;
  std::condition_variable has_work_;
  std::deque<std::function<void()>> waiting_;
  std::size_t most_waiting_;
  bool is_stopped_ = false;
  std::vector<std::thread> threads_;
};

}  // namespace kizashi::api::http::internal
