#include "kizashi/api/server.hpp"

#include "kizashi/api/handlers/handlers.hpp"

namespace kizashi::api {
namespace {

auto routes_of(observatory const& in, job_list& jobs) -> std::vector<route> {
  auto out = all_routes(in, jobs);
  out.insert(out.end(), in.more_routes.begin(), in.more_routes.end());
  return out;
}

class running_server final : public server {
public:
  running_server(observatory of, job_limits jobs, std::vector<std::string> hosts)
      : of_{std::move(of)},
        jobs_{jobs, [this](job_view const& each) { of_.events.add(job_event(each)); }},
        router_{{routes_of(of_, jobs_), of_.access, of_.assets, std::move(hosts)}} {}
  ~running_server() override { stop(); }

  [[nodiscard]] auto open(http::server_options options) -> status {
    KIZASHI_TRY(http_, http::server::start(std::move(options), router_));
    of_.events.on_news([this] { http_->wake_streams(); });
    of_.frames.on_news([this] { http_->wake_streams(); });
    return {};
  }

  auto addresses() const -> std::vector<std::string> override { return http_->addresses(); }
  auto reload_certificates() -> status override { return http_->reload_certificates(); }
  auto counts() const -> http::server_counts override { return http_->counts(); }
  void stop() override {
    if (!http_) return;
    of_.events.on_news({});
    of_.frames.on_news({});
    jobs_.stop();
    http_->stop();
  }

private:
  observatory of_;
  job_list jobs_;
  router router_;
  std::unique_ptr<http::server> http_;
};

}  // namespace

auto server::start(observatory const& of, server_options options)
    -> result<std::unique_ptr<server>> {
  auto made = std::make_unique<running_server>(of, options.jobs, std::move(options.hosts));
  KIZASHI_TRY(made->open(std::move(options.http)));
  return made;
}

}  // namespace kizashi::api
