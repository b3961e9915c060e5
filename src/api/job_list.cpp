#include "kizashi/api/job_list.hpp"

#include <algorithm>
#include <array>
#include <functional>
#include <sys/random.h>

#include <fmt/format.h>

namespace kizashi::api {
namespace {

using clock = std::chrono::steady_clock;

constexpr auto between_news = std::chrono::seconds{1};

/// 128 bits from the system's source of secrets, as 32 letters.
auto secret_name() -> std::string {
  std::array<unsigned char, 16> bytes{};
  // Up to 256 bytes come whole (getrandom(2)).
  KIZASHI_ASSERT(::getrandom(bytes.data(), bytes.size(), 0) == static_cast<ssize_t>(bytes.size()));
  std::string out;
  for (auto const each : bytes) out += fmt::format("{:02x}", each);
  return out;
}

}  // namespace

auto name_of(job_state each) noexcept -> std::string_view {
  constexpr std::array<std::string_view, 5> names = {"waiting", "running", "done", "failed",
                                                     "cancelled"};
  return names[static_cast<std::size_t>(each)];
}

/// Guarded by a lock of its own: rows come while others look.
struct job_list::job final : job_output {
  job(job_limits const& bounds, listener const& hears, std::string whose, std::string what_text,
      work what)
      : limits{bounds}, tell{hears}, text{std::move(what_text)}, todo{std::move(what)} {
    view.id = secret_name();
    view.owner = std::move(whose);
    view.text = text;
  }

  void set_columns(std::vector<std::string> names) override {
    std::scoped_lock const only{lock};
    view.columns = std::move(names);
  }
  auto add_row(std::string json) -> status override {
    KIZASHI_TRY(keep_row(std::move(json)));
    auto const now = clock::now();
    if (now - told < between_news) return {};
    told = now;
    say();
    return {};
  }
  void say() const {
    if (tell) tell(view_of(*this));
  }
  auto keep_row(std::string json) -> status {
    std::scoped_lock const only{lock};
    if (rows.size() >= limits.most_rows || view.bytes + json.size() > limits.most_bytes) {
      view.is_cut = true;
      return fail(errc::limit_reached, "the job has as many rows as it may keep");
    }
    view.bytes += json.size();
    rows.push_back(std::move(json));
    view.rows = rows.size();
    return {};
  }
  auto wants_stop() const noexcept -> bool override { return is_cancelled; }

  void finish(status const& outcome) {
    std::scoped_lock const only{lock};
    ended = clock::now();
    if (is_cancelled) {
      view.state = job_state::cancelled;
    } else if (outcome || view.is_cut) {
      view.state = job_state::done;
    } else {
      view.state = job_state::failed;
      view.failure = outcome.error().message;
    }
  }

  job_limits limits;
  listener const& tell;
  std::string text;
  work todo;
  clock::time_point told = clock::now();  // of the thread that works
  std::atomic<bool> is_cancelled{false};
  mutable std::mutex lock;   // of what follows
  std::uint64_t number = 0;  // in the order in which they came
  job_view view;
  std::vector<std::string> rows;
  clock::time_point asked = clock::now(), begun{}, ended{};
};

job_list::job_list(job_limits limits, listener tell) : limits_{limits}, tell_{std::move(tell)} {
  for (unsigned i = 0; i < limits_.threads; ++i) threads_.emplace_back([this] { run(); });
}
job_list::~job_list() {
  stop();
}

void job_list::run() {
  for (;;) {
    std::shared_ptr<job> next;
    {
      std::unique_lock lock{lock_};
      has_work_.wait(lock, [this] { return is_stopped_ || !waiting_.empty(); });
      if (is_stopped_) return;
      next = std::move(waiting_.front());
      waiting_.pop_front();
    }
    {
      std::scoped_lock const only{next->lock};
      next->begun = clock::now();
      next->view.state = job_state::running;
    }
    next->say();
    next->finish(next->is_cancelled ? status{} : next->todo(*next));
    next->say();
  }
}

/// Under the lock.
void job_list::forget_old() {
  auto const now = clock::now();
  std::erase_if(jobs_, [&](auto const& each) {
    std::scoped_lock const only{each.second->lock};
    return each.second->view.state >= job_state::done && now - each.second->ended > limits_.keep;
  });
}

auto job_list::add(std::string owner, std::string text, work what) -> result<std::string> {
  std::scoped_lock const only{lock_};
  forget_old();
  auto const is_unfinished = [&](auto const& each) {
    std::scoped_lock const of_job{each.second->lock};
    return each.second->view.owner == owner && each.second->view.state < job_state::done;
  };
  if (static_cast<std::size_t>(std::ranges::count_if(jobs_, is_unfinished)) >=
      limits_.most_per_owner)
    return fail(errc::limit_reached,
                fmt::format("{} of your jobs wait or run already; end one of them first",
                            limits_.most_per_owner));
  if (jobs_.size() >= limits_.most_jobs || is_stopped_)
    return fail(errc::limit_reached,
                "there are as many jobs as the program keeps; take one away that is done");
  auto const made =
      std::make_shared<job>(limits_, tell_, std::move(owner), std::move(text), std::move(what));
  made->number = ++numbers_;
  jobs_.emplace(made->view.id, made);
  waiting_.push_back(made);
  has_work_.notify_one();
  return made->view.id;
}

auto job_list::find(std::string const& owner, std::string const& id) const
    -> result<std::shared_ptr<job>> {
  std::scoped_lock const only{lock_};
  auto const found = jobs_.find(id);
  if (found == jobs_.end() || found->second->view.owner != owner)
    return fail(errc::not_found, "there is no such job, or no longer");
  return found->second;
}

auto job_list::view_of(job const& of) -> job_view {
  std::scoped_lock const only{of.lock};
  auto out = of.view;
  auto const length = [](clock::time_point from, clock::time_point to) {
    return std::chrono::duration_cast<std::chrono::milliseconds>(to - from);
  };
  auto const now = of.view.state >= job_state::done ? of.ended : clock::now();
  bool const has_begun = of.begun != clock::time_point{};
  out.waited = length(of.asked, has_begun ? of.begun : now);
  if (has_begun) out.ran = length(of.begun, now);
  return out;
}

auto job_list::look(std::string const& owner, std::string const& id) const -> result<job_view> {
  KIZASHI_TRY(auto const found, find(owner, id));
  return view_of(*found);
}

auto job_list::rows(std::string const& owner, std::string const& id, std::size_t first,
                    std::size_t count) const -> result<std::vector<std::string>> {
  KIZASHI_TRY(auto const found, find(owner, id));
  std::scoped_lock const only{found->lock};
  auto const& all = found->rows;
  auto const begin = std::min(first, all.size());
  auto const end = std::min(begin + count, all.size());
  return std::vector<std::string>{all.begin() + static_cast<std::ptrdiff_t>(begin),
                                  all.begin() + static_cast<std::ptrdiff_t>(end)};
}

auto job_list::all_of(std::string const& owner) const -> std::vector<job_view> {
  std::scoped_lock const only{lock_};
  std::vector<std::shared_ptr<job>> theirs;
  for (auto const& [id, each] : jobs_)
    if (each->view.owner == owner) theirs.push_back(each);
  std::ranges::sort(theirs, std::greater{}, [](auto const& each) { return each->number; });
  std::vector<job_view> out;
  for (auto const& each : theirs) out.push_back(view_of(*each));
  return out;
}

auto job_list::remove(std::string const& owner, std::string const& id) -> status {
  KIZASHI_TRY(auto const found, find(owner, id));
  found->is_cancelled = true;
  std::scoped_lock const only{lock_};
  jobs_.erase(id);
  std::erase(waiting_, found);
  return {};
}

void job_list::stop() {
  {
    std::scoped_lock const only{lock_};
    is_stopped_ = true;
    waiting_.clear();
    for (auto const& [id, each] : jobs_) each->is_cancelled = true;
  }
  has_work_.notify_all();
  for (auto& each : threads_) each.join();
  threads_.clear();
}

}  // namespace kizashi::api
