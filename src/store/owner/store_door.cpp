#include "kizashi/store/owner/store_door.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <fstream>
#include <list>
#include <mutex>
#include <poll.h>
#include <sys/socket.h>
#include <system_error>
#include <thread>
#include <unistd.h>

#include <fmt/format.h>

#include "kizashi/store/owner/internal/connection.hpp"
#include "kizashi/store/owner/internal/messages.hpp"

namespace kizashi::store {
namespace {

/// How long a closing door waits for its guests.
constexpr auto most_lingering = std::chrono::seconds{10};

using internal::door_request;
using internal::reply_head;
using internal::reply_kind;
using internal::request_kind;
using internal::stop_question;

auto send_reply(int to, reply_kind kind, std::string_view bytes, stop_question const& wants_stop)
    -> status {
  auto const length = static_cast<std::uint32_t>(bytes.size());
  KIZASHI_TRY(internal::send_all(to, internal::encode(reply_head{kind, length}), wants_stop));
  return internal::send_all(to, bytes, wants_stop);
}

/// A piece of any length, as replies.
auto send_pieces(int to, std::string_view bytes, stop_question const& wants_stop) -> status {
  while (!bytes.empty()) {
    auto const now = bytes.substr(0, internal::most_reply);
    KIZASHI_TRY(send_reply(to, reply_kind::piece, now, wants_stop));
    bytes.remove_prefix(now.size());
  }
  return {};
}

auto receive_request(int from, stop_question const& wants_stop) -> result<door_request> {
  std::array<std::uint8_t, internal::request_head> head{};
  KIZASHI_TRY(internal::receive_all(from, head, wants_stop));
  KIZASHI_TRY(auto start, internal::decode_head(head));
  auto& sql = start.request.sql;
  sql.resize(start.sql_length);
  KIZASHI_TRY(internal::receive_all(from, {reinterpret_cast<std::uint8_t*>(sql.data()), sql.size()},
                                    wants_stop));
  return std::move(start.request);
}

/// A file that is gone when its holder is, whatever happens.
class passing_file {
public:
  explicit passing_file(std::filesystem::path path) : path_{std::move(path)} {}
  passing_file(passing_file const&) = delete;
  auto operator=(passing_file const&) -> passing_file& = delete;
  ~passing_file() {
    std::error_code ignored;
    std::filesystem::remove(path_, ignored);
  }
  [[nodiscard]] auto path() const -> std::filesystem::path const& { return path_; }

private:
  std::filesystem::path path_;
};

class open_door final : public store_door {
public:
  open_door(std::shared_ptr<engine> of, std::filesystem::path folder, local_address address,
            file_descriptor listening)
      : engine_{std::move(of)},
        folder_{std::move(folder)},
        address_{std::move(address)},
        listening_{std::move(listening)},
        waiting_{[this](std::stop_token const& end) { wait_for_guests(end); }} {}
  ~open_door() override {
    address_.remove();
    waiting_.request_stop();
    waiting_.join();
    let_guests_end();
    is_closing_.store(true);
    guests_.clear();
  }

private:
  struct guest {
    file_descriptor socket;
    std::atomic<bool> has_left{false};
    std::jthread thread;
  };

  void wait_for_guests(std::stop_token const& end);
  void receive_guest();
  void let_guests_end();
  void serve(guest& who);
  [[nodiscard]] auto answer(int to, door_request const& request, stop_question const& wants_stop)
      -> status;
  [[nodiscard]] auto answer_parquet(int to, question const& asked, stop_question const& wants_stop)
      -> status;

  std::shared_ptr<engine> engine_;
  std::filesystem::path folder_;
  local_address address_;
  file_descriptor listening_;
  std::atomic<bool> is_closing_{false};
  std::atomic<std::uint64_t> files_{0};
  std::list<guest> guests_;  // of the waiting thread alone
  std::jthread waiting_;     // last: it ends before what it uses
};

void open_door::wait_for_guests(std::stop_token const& end) {
  while (!end.stop_requested()) {
    pollfd watched{listening_.get(), POLLIN, 0};
    auto const count = ::poll(&watched, 1, 100);
    guests_.remove_if([](guest const& each) { return each.has_left.load(); });
    if (count > 0 && guests_.size() < most_guests) receive_guest();
    // Those that are too many wait in the queue of the socket.
    if (count > 0 && guests_.size() >= most_guests)
      std::this_thread::sleep_for(std::chrono::milliseconds{10});
  }
}

/// Who is being answered is answered to the end, within bounds.
void open_door::let_guests_end() {
  auto const end = std::chrono::steady_clock::now() + most_lingering;
  while (std::chrono::steady_clock::now() < end &&
         !std::ranges::all_of(guests_, [](guest const& each) { return each.has_left.load(); }))
    std::this_thread::sleep_for(std::chrono::milliseconds{10});
}

void open_door::receive_guest() {
  file_descriptor socket{::accept4(listening_.get(), nullptr, nullptr, SOCK_CLOEXEC)};
  if (!socket.is_open() || !is_same_user(socket.get())) return;
  auto& who = guests_.emplace_back();
  who.socket = std::move(socket);
  try {
    who.thread = std::jthread{[this, &who] { serve(who); }};
  } catch (std::system_error const&) {  // no further thread: the guest is sent away
    guests_.pop_back();
  }
}

void open_door::serve(guest& who) {
  auto const socket = who.socket.get();
  stop_question const wants_stop = [&] { return is_closing_.load() || internal::has_left(socket); };
  auto const answered = [&]() -> status {
    try {
      KIZASHI_TRY(auto const request, receive_request(socket, wants_stop));
      return answer(socket, request, wants_stop);
    } catch (std::bad_alloc const&) {
      return fail(errc::limit_reached, "the store's owner has not enough memory to answer");
    }
  }();
  // A guest that has left hears nothing of it; one that the door closes on sees that it ends.
  if (answered)
    static_cast<void>(send_reply(socket, reply_kind::end, {}, wants_stop));
  else if (!is_closing_.load())
    static_cast<void>(
        send_reply(socket, reply_kind::failure, internal::encode(answered.error()), wants_stop));
  ::shutdown(socket, SHUT_RDWR);
  who.has_left.store(true);
}

auto open_door::answer(int to, door_request const& request, stop_question const& wants_stop)
    -> status {
  if (request.kind == request_kind::hello)
    return send_pieces(to, engine_->capabilities().version, wants_stop);
  question const asked{request.sql, request.form, request.limits, wants_stop};
  if (request.kind == request_kind::parquet) return answer_parquet(to, asked, wants_stop);
  return engine_->ask(asked, [&](std::span<std::uint8_t const> bytes) {
    return send_pieces(to, {reinterpret_cast<char const*>(bytes.data()), bytes.size()}, wants_stop);
  });
}

/// The engine writes Parquet into files only: one beside the store, which the guest gets.
auto open_door::answer_parquet(int to, question const& asked, stop_question const& wants_stop)
    -> status {
  passing_file const file{folder_ / fmt::format("answer.{}.{}.part", ::getpid(), ++files_)};
  KIZASHI_TRY(engine_->ask_parquet(asked, file.path()));
  std::ifstream from{file.path(), std::ios::binary};
  std::string bytes(internal::most_reply, '\0');
  while (from.read(bytes.data(), static_cast<std::streamsize>(bytes.size())) || from.gcount() > 0)
    KIZASHI_TRY(
        send_pieces(to, {bytes.data(), static_cast<std::size_t>(from.gcount())}, wants_stop));
  if (from.bad() || !from.eof()) return system_failure(file.path().string(), "read", EIO);
  return {};
}

}  // namespace

auto store_door::open(std::shared_ptr<engine> of, std::filesystem::path const& folder)
    -> result<std::unique_ptr<store_door>> {
  std::error_code wrong;
  auto const full = std::filesystem::weakly_canonical(std::filesystem::absolute(folder), wrong);
  if (wrong) return system_failure(folder.string(), "open the store", wrong.value());
  KIZASHI_TRY(auto address, internal::door_address(full));
  KIZASHI_TRY(auto listening, address.listen());
  return std::make_unique<open_door>(std::move(of), full, std::move(address), std::move(listening));
}

}  // namespace kizashi::store
