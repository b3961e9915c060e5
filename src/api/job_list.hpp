// Questions that take long: asked now, looked at later. A job has an owner, a bound on its rows,
// and an end; nothing of it outlives the program.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "kizashi/base/error.hpp"
#include "kizashi/base/time.hpp"

namespace kizashi::api {

enum class job_state : std::uint8_t { waiting, running, done, failed, cancelled };
[[nodiscard]] auto name_of(job_state each) noexcept -> std::string_view;

struct job_limits {
  unsigned threads = 1;            ///< jobs that run at a time
  std::size_t most_jobs = 32;      ///< that are kept, whatever their state
  std::size_t most_per_owner = 4;  ///< that wait or run
  std::size_t most_rows = 100'000;
  std::size_t most_bytes = std::size_t{32} << 20;  ///< of all rows of a job
  std::chrono::seconds keep{900};                  ///< after the end
};

/// What a job has found so far. `rows` only grows, and is cut at the limits.
struct job_view {
  std::string id;
  std::string owner;
  std::string text;  ///< what was asked
  job_state state = job_state::waiting;
  std::string failure;  ///< why it failed
  std::vector<std::string> columns;
  std::size_t rows = 0;
  std::size_t bytes = 0;
  bool is_cut = false;  ///< there were more rows than a job keeps
  std::chrono::milliseconds waited{};
  std::chrono::milliseconds ran{};
};

/// Where a running job puts what it finds.
class job_output {
public:
  virtual ~job_output() = default;
  virtual void set_columns(std::vector<std::string> names) = 0;
  /// One row as a line of JSON. Fails with `limit_reached` when there is no more room.
  [[nodiscard]] virtual auto add_row(std::string json) -> status = 0;
  [[nodiscard]] virtual auto wants_stop() const noexcept -> bool = 0;
};

/// All calls from any thread.
class job_list {
public:
  using work = std::function<status(job_output&)>;
  /// Hears how jobs go on, from their threads: that one began, ended, and at most once a second
  /// that it has more rows. It must not wait.
  using listener = std::function<void(job_view const&)>;
  explicit job_list(job_limits limits = {}, listener tell = {});
  ~job_list();
  job_list(job_list const&) = delete;
  auto operator=(job_list const&) -> job_list& = delete;

  /// Returns its id, which nobody can guess. Fails with `limit_reached`.
  [[nodiscard]] auto add(std::string owner, std::string text, work what) -> result<std::string>;
  /// Of the owner's job; of others, and of none, it is `not_found`.
  [[nodiscard]] auto look(std::string const& owner, std::string const& id) const
      -> result<job_view>;
  /// `count` rows from `first` on.
  [[nodiscard]] auto rows(std::string const& owner, std::string const& id, std::size_t first,
                          std::size_t count) const -> result<std::vector<std::string>>;
  [[nodiscard]] auto all_of(std::string const& owner) const -> std::vector<job_view>;
  /// Ends it if it runs, and forgets it.
  [[nodiscard]] auto remove(std::string const& owner, std::string const& id) -> status;
  /// Ends all jobs.
  void stop();

private:
  struct job;
  void run();
  void forget_old();
  [[nodiscard]] auto find(std::string const& owner, std::string const& id) const
      -> result<std::shared_ptr<job>>;
  static auto view_of(job const& of) -> job_view;

  job_limits limits_;
  listener tell_;
  mutable std::mutex lock_;
  std::condition_variable has_work_;
  std::map<std::string, std::shared_ptr<job>> jobs_;
  std::deque<std::shared_ptr<job>> waiting_;
  std::uint64_t numbers_ = 0;
  bool is_stopped_ = false;
  std::vector<std::thread> threads_;
};

}  // namespace kizashi::api
