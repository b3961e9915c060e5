// One connection: requests one after the other, each read, answered and written before the next.
#pragma once

#include <array>
#include <memory>
#include <optional>
#include <string>

#include "kizashi/api/http/internal/network.hpp"
#include "kizashi/api/http/internal/request_parser.hpp"
#include "kizashi/api/http/internal/worker_pool.hpp"

namespace kizashi::api::http::internal {

class connection;

/// What connections share.
struct connection_host {
  service& behind;
  server_limits const& limits;
  worker_pool& workers;
  /// Streams that wait for news, and connections that end.
  std::function<void(std::shared_ptr<connection>)> on_idle_stream;
  std::function<void(connection const&)> on_end;
  std::function<void()> on_answer;
  std::function<bool()> is_stopping;
};

/// All but `wake` and `end_soon` run where the channel calls back.
class connection : public std::enable_shared_from_this<connection> {
public:
  connection(std::shared_ptr<channel> over, connection_host& host)
      : channel_{std::move(over)}, host_{host} {}
  ~connection();
  connection(connection const&) = delete;
  auto operator=(connection const&) -> connection& = delete;

  void start();
  /// The stream may have news. From any thread.
  void wake();
  /// No request after the one that is being answered; streams end. From any thread.
  void end_soon();
  void close_now();
  [[nodiscard]] auto peer() const -> std::string const& { return channel_->peer(); }
  [[nodiscard]] auto is_local() const -> bool { return channel_->is_local(); }
  [[nodiscard]] auto has_stream() const noexcept -> bool { return has_stream_; }

private:
  void await_request();
  void read_more(void (connection::*then)());
  void go_on_with_head();
  void begin_request();
  void go_on_with_body();
  void dispatch();
  void watch_for_end();
  void refuse(unsigned status, std::string_view why);
  void send(response what);
  void write_body(std::size_t from);
  void after_answer();
  void begin_stream(response const& what);
  void go_on_with_stream();
  void write_piece(std::string piece);
  void wait_for_news();
  void linger();
  void drain();
  void end();

  std::shared_ptr<channel> channel_;
  connection_host& host_;
  std::array<char, 16384> input_{};
  std::string unread_;  // bytes that came and are not yet used
  std::optional<request_parser> parser_;
  request request_;
  admission admitted_;
  response answer_;
  std::string head_;   // being written
  std::string piece_;  // of a stream, being written
  std::shared_ptr<std::atomic<bool>> is_abandoned_;
  std::shared_ptr<stream_source> stream_;
  std::size_t drained_ = 0;
  bool keeps_alive_ = true;
  bool is_chunked_ = false;
  bool is_writing_ = false;
  bool is_reading_ = false;
  bool has_ended_ = false;
  bool is_ending_ = false;
  std::atomic<bool> has_stream_{false};
};

}  // namespace kizashi::api::http::internal
