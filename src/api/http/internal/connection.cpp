#include "kizashi/api/http/internal/connection.hpp"

#include <ctime>

#include "kizashi/api/http/internal/answer_text.hpp"
#include "kizashi/api/http/target.hpp"

namespace kizashi::api::http::internal {
namespace {

constexpr std::size_t piece_size = std::size_t{64} << 10;
/// What may have come and not be used: pipelined requests stay in the socket beyond it.
constexpr std::size_t most_unread = std::size_t{64} << 10;

}  // namespace

connection::~connection() {
  if (is_abandoned_) *is_abandoned_ = true;
}

void connection::start() {
  channel_->set_deadline(host_.limits.head_time);
  channel_->shake_hands([self = shared_from_this()](bool is_good) {
    if (!is_good) return self->end();
    self->await_request();
  });
}

// --- reading ----------------------------------------------------------------------------------

void connection::await_request() {
  if (host_.is_stopping() || is_ending_) return linger();
  parser_.emplace(host_.limits.header);
  if (!unread_.empty()) {
    channel_->set_deadline(host_.limits.head_time);
    return go_on_with_head();
  }
  channel_->set_deadline(host_.limits.idle_time);
  channel_->read(input_, [self = shared_from_this()](bool is_good, std::size_t bytes) {
    if (!is_good || bytes == 0) return self->end();
    self->unread_.append(self->input_.data(), bytes);
    self->channel_->set_deadline(self->host_.limits.head_time);
    self->go_on_with_head();
  });
}

void connection::read_more(void (connection::*then)()) {
  channel_->read(input_, [self = shared_from_this(), then](bool is_good, std::size_t bytes) {
    if (!is_good || bytes == 0) return self->end();
    self->unread_.append(self->input_.data(), bytes);
    ((*self).*then)();
  });
}

void connection::go_on_with_head() {
  std::size_t used = 0;
  auto const step = parser_->read_head(unread_, used);
  unread_.erase(0, used);
  if (step == request_parser::step::failed)
    return refuse(parser_->failure().status, parser_->failure().why);
  if (step == request_parser::step::done) return begin_request();
  if (unread_.size() > most_unread) return refuse(431, "the head of the request is too long");
  read_more(&connection::go_on_with_head);
}

void connection::begin_request() {
  request_ = parser_->head();
  request_.peer = channel_->peer();
  request_.is_secure = channel_->is_secure();
  request_.is_local = channel_->is_local();
  keeps_alive_ = parser_->keeps_alive();
  auto target = parse_target(request_.target);
  if (!target)
    return refuse(target.error().code == errc::not_found ? 404 : 400, target.error().message);
  request_.segments = std::move(target->segments);
  request_.query = std::move(target->query);
  admitted_ = host_.behind.admit(request_);
  if (admitted_.refusal) {
    // Its body, if any, is not read: the next request would begin somewhere in it.
    keeps_alive_ = keeps_alive_ && request_.fields.get("content-length").empty() &&
                   request_.fields.get("transfer-encoding").empty();
    return send(std::move(*admitted_.refusal));
  }
  channel_->set_deadline(host_.limits.body_time);
  std::size_t used = 0;
  auto const step = parser_->read_body({}, admitted_.body_limit, used);
  if (step != request_parser::step::more || !parser_->wants_continue()) return go_on_with_body();
  head_ = "HTTP/1.1 100 Continue\r\n\r\n";
  channel_->write(head_, [self = shared_from_this()](bool is_good) {
    if (!is_good) return self->end();
    self->go_on_with_body();
  });
}

void connection::go_on_with_body() {
  std::size_t used = 0;
  auto const step = parser_->read_body(unread_, admitted_.body_limit, used);
  unread_.erase(0, used);
  if (step == request_parser::step::failed)
    return refuse(parser_->failure().status, parser_->failure().why);
  if (step == request_parser::step::done) return dispatch();
  if (unread_.size() > most_unread) return refuse(400, "the head of a chunk is too long");
  read_more(&connection::go_on_with_body);
}

void connection::refuse(unsigned status, std::string_view why) {
  keeps_alive_ = false;
  send(host_.behind.refuse(status, why, channel_->peer()));
}

// --- answering --------------------------------------------------------------------------------

void connection::dispatch() {
  request_.body = parser_->take_body();
  channel_->set_deadline({});
  if (admitted_.is_quick) return send(host_.behind.answer(request_));
  is_abandoned_ = std::make_shared<std::atomic<bool>>(false);
  request_.is_abandoned = is_abandoned_;
  auto const is_taken = host_.workers.add([self = shared_from_this()] {
    auto made = std::make_shared<response>(self->request_.wants_stop()
                                               ? response{503, {}, {}, {}}
                                               : self->host_.behind.answer(self->request_));
    self->channel_->post([self, made] { self->send(std::move(*made)); });
  });
  if (is_taken) return watch_for_end();
  auto busy = host_.behind.refuse(503, "too many questions wait already; ask again in a second",
                                  channel_->peer());
  busy.fields.add("Retry-After", "1");
  send(std::move(busy));
}

/// Who closes the connection does not wait for the answer; who sends more is read later.
void connection::watch_for_end() {
  if (is_reading_ || unread_.size() > most_unread) return;
  is_reading_ = true;
  channel_->read(input_, [self = shared_from_this()](bool is_good, std::size_t bytes) {
    self->is_reading_ = false;
    if (self->has_ended_) return;
    if (is_good && bytes > 0) {
      self->unread_.append(self->input_.data(), bytes);
      // Where a request is waited for, here it is.
      if (!self->parser_) self->await_request();
      return;
    }
    if (self->is_abandoned_) *self->is_abandoned_ = true;
    self->end();
  });
}

void connection::send(response what) {
  if (has_ended_) return;
  host_.on_answer();
  is_abandoned_.reset();
  answer_ = std::move(what);
  keeps_alive_ = keeps_alive_ && !request_.is_http_1_0 && !host_.is_stopping();
  is_chunked_ = answer_.stream != nullptr && !request_.is_http_1_0;
  if (answer_.stream) keeps_alive_ = false;
  head_ =
      head_text(answer_, {keeps_alive_, is_chunked_, channel_->is_secure(), std::time(nullptr)});
  if (request_.method == method::head) {
    answer_.body.clear();
    answer_.stream.reset();
  }
  // A short answer is one write.
  auto const first = answer_.body.size() <= piece_size ? answer_.body.size() : 0;
  head_.append(answer_.body, 0, first);
  channel_->set_deadline(host_.limits.write_time);
  channel_->write(head_, [self = shared_from_this(), first](bool is_good) {
    if (!is_good) return self->end();
    if (self->answer_.stream) return self->begin_stream(self->answer_);
    self->write_body(first);
  });
}

void connection::write_body(std::size_t from) {
  auto const rest = std::string_view{answer_.body}.substr(from);
  if (rest.empty()) return after_answer();
  channel_->set_deadline(host_.limits.write_time);
  auto const size = std::min(piece_size, rest.size());
  channel_->write(rest.substr(0, size),
                  [self = shared_from_this(), to = from + size](bool is_good) {
                    if (!is_good) return self->end();
                    self->write_body(to);
                  });
}

void connection::after_answer() {
  answer_ = {};
  request_ = {};
  parser_.reset();
  if (!keeps_alive_) return linger();
  if (!is_reading_) return await_request();
  // The read that watched for the end is the one that waits for the next request.
  channel_->set_deadline(host_.limits.idle_time);
}

// --- streams ----------------------------------------------------------------------------------

void connection::begin_stream(response const& what) {
  stream_ = what.stream;
  has_stream_ = true;
  watch_for_end();
  go_on_with_stream();
}

void connection::go_on_with_stream() {
  if (has_ended_ || is_writing_ || !stream_) return;
  if (is_ending_ || host_.is_stopping() || stream_->is_over()) {
    auto const last = is_chunked_ ? std::string{"0\r\n\r\n"} : std::string{};
    stream_.reset();
    if (last.empty()) return linger();
    head_ = last;
    channel_->set_deadline(host_.limits.write_time);
    return channel_->write(head_, [self = shared_from_this()](bool) { self->linger(); });
  }
  // First in the list, then a look: what comes in between is not missed.
  host_.on_idle_stream(shared_from_this());
  auto piece = stream_->next();
  piece.empty() ? wait_for_news() : write_piece(std::move(piece));
}

void connection::write_piece(std::string piece) {
  piece_ = is_chunked_ ? chunk_text(piece) : std::move(piece);
  is_writing_ = true;
  channel_->set_deadline(host_.limits.write_time);
  channel_->write(piece_, [self = shared_from_this()](bool is_good) {
    self->is_writing_ = false;
    if (!is_good) return self->end();
    self->go_on_with_stream();
  });
}

void connection::wait_for_news() {
  channel_->set_deadline({});
  channel_->wait(host_.limits.heartbeat, [self = shared_from_this()] {
    if (self->has_ended_ || self->is_writing_ || !self->stream_) return;
    if (self->stream_->is_over()) return self->go_on_with_stream();
    self->write_piece(self->stream_->heartbeat());
  });
}

void connection::wake() {
  channel_->post([self = shared_from_this()] { self->go_on_with_stream(); });
}

void connection::end_soon() {
  channel_->post([self = shared_from_this()] {
    self->is_ending_ = true;
    if (self->stream_) return self->go_on_with_stream();
    // Between two requests nothing is on its way.
    if (!self->request_.target.empty() || self->has_ended_) return;
    self->end();
  });
}

void connection::close_now() {
  channel_->post([self = shared_from_this()] { self->end(); });
}

// --- the end ----------------------------------------------------------------------------------

/// Closing with unread bytes would make the system throw away the answer that is on its way: what
/// comes is read for a moment, and forgotten.
void connection::linger() {
  if (has_ended_) return;
  channel_->set_deadline(std::chrono::seconds{2});
  channel_->finish_writing([self = shared_from_this()](bool is_good) {
    if (!is_good || self->is_reading_) return self->end();
    self->drain();
  });
}

void connection::drain() {
  constexpr std::size_t most = std::size_t{1} << 20;
  channel_->read(input_, [self = shared_from_this()](bool is_good, std::size_t bytes) {
    self->drained_ += bytes;
    if (!is_good || bytes == 0 || self->drained_ > most) return self->end();
    self->drain();
  });
}

void connection::end() {
  if (has_ended_) return;
  has_ended_ = true;
  if (is_abandoned_) *is_abandoned_ = true;
  stream_.reset();
  channel_->close();
  host_.on_end(*this);
}

}  // namespace kizashi::api::http::internal
