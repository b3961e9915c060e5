#include "kizashi/api/http/server.hpp"

#include <condition_variable>
#include <map>
#include <mutex>
#include <set>

#include "kizashi/api/http/internal/connection.hpp"
#include "kizashi/net/address.hpp"

namespace kizashi::api::http {
namespace {

using internal::channel;
using internal::connection;

/// Whom a connection counts for: its address, of IPv6 the /64, which one customer has.
auto origin_of(std::string const& peer) -> std::string {
  auto const address = net::address::parse(peer);
  if (!address || !address->is_ipv6()) return peer;
  return net::prefix{*address, 64}.to_string();
}

class running_server final : public server {
public:
  running_server(server_options options, service& behind)
      : options_{std::move(options)},
        workers_{options_.handler_threads, options_.limits.waiting},
        host_{behind,
              options_.limits,
              workers_,
              [this](std::shared_ptr<connection> each) { keep_idle(std::move(each)); },
              [this](connection const& each) { forget(each); },
              [this] { ++requests_; },
              [this] { return is_stopping_.load(); }} {}
  ~running_server() override { stop(); }

  [[nodiscard]] auto open() -> status {
    KIZASHI_TRY(network_,
                internal::network::open(options_.listen, [this](std::shared_ptr<channel> over) {
                  take(std::move(over));
                }));
    addresses_ = network_->listening();
    network_->start(options_.io_threads);
    return {};
  }

  auto addresses() const -> std::vector<std::string> override { return addresses_; }
  auto reload_certificates() -> status override { return network_->reload_certificates(); }

  void wake_streams() override {
    {  // nobody waits: whoever comes into the list looks for news himself after that
      std::scoped_lock const only{lock_};
      if (idle_.empty()) return;
    }
    if (is_waking_.exchange(true)) return;
    network_->post([this] {
      is_waking_ = false;
      std::set<std::shared_ptr<connection>> idle;
      {
        std::scoped_lock const only{lock_};
        idle.swap(idle_);
      }
      for (auto const& each : idle) each->wake();
    });
  }

  auto counts() const -> server_counts override {
    std::scoped_lock const only{lock_};
    server_counts out{connections_.size(), 0, requests_, refused_};
    for (auto const& [key, each] : connections_) out.streams += each->has_stream() ? 1 : 0;
    return out;
  }

  void stop() override {
    if (!network_ || is_stopping_.exchange(true)) return;
    network_->stop_listening();
    for (auto const& each : all()) each->end_soon();
    {
      std::unique_lock lock{lock_};
      has_ended_.wait_for(lock, options_.limits.stop_time, [this] { return connections_.empty(); });
    }
    for (auto const& each : all()) each->close_now();
    workers_.stop();
    network_->stop();
    connections_.clear();
    idle_.clear();
  }

private:
  void take(std::shared_ptr<channel> over) {
    auto made = std::make_shared<connection>(over, host_);
    {
      std::scoped_lock const only{lock_};
      auto const origin = origin_of(over->peer());
      auto& here = by_origin_[origin];
      bool const is_over = connections_.size() >= options_.limits.connections ||
                           (!over->is_local() && here >= options_.limits.connections_per_address);
      if (is_over || is_stopping_) {
        ++refused_;
        if (here == 0) by_origin_.erase(origin);
        return over->close();
      }
      ++here;
      connections_.emplace(made.get(), made);
    }
    made->start();
  }

  void forget(connection const& gone) {
    std::scoped_lock const only{lock_};
    auto const found = connections_.find(&gone);
    if (found == connections_.end()) return;
    auto const origin = by_origin_.find(origin_of(gone.peer()));
    if (origin != by_origin_.end() && --origin->second == 0) by_origin_.erase(origin);
    idle_.erase(found->second);
    connections_.erase(found);
    if (connections_.empty()) has_ended_.notify_all();
  }

  void keep_idle(std::shared_ptr<connection> each) {
    std::scoped_lock const only{lock_};
    if (connections_.contains(each.get())) idle_.insert(std::move(each));
  }

  auto all() const -> std::vector<std::shared_ptr<connection>> {
    std::scoped_lock const only{lock_};
    std::vector<std::shared_ptr<connection>> out;
    for (auto const& [key, each] : connections_) out.push_back(each);
    return out;
  }

  server_options options_;
  internal::worker_pool workers_;
  internal::connection_host host_;
  std::unique_ptr<internal::network> network_;
  std::vector<std::string> addresses_;
  std::atomic<bool> is_stopping_{false};
  std::atomic<bool> is_waking_{false};
  std::atomic<std::uint64_t> requests_{0};
  mutable std::mutex lock_;  // of what follows
  std::condition_variable has_ended_;
  std::map<connection const*, std::shared_ptr<connection>> connections_;
  std::map<std::string, std::size_t> by_origin_;
  std::set<std::shared_ptr<connection>> idle_;
  std::uint64_t refused_ = 0;
};

}  // namespace

auto server::start(server_options options, service& behind) -> result<std::unique_ptr<server>> {
  auto made = std::make_unique<running_server>(std::move(options), behind);
  KIZASHI_TRY(made->open());
  return made;
}

}  // namespace kizashi::api::http
