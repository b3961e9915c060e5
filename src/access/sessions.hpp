// Sessions: what a browser holds after a log-in.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "kizashi/access/accounts.hpp"
#include "kizashi/access/principal.hpp"
#include "kizashi/base/error.hpp"
#include "kizashi/base/time.hpp"

namespace kizashi::access {

class catalog;

struct session_lifetimes {
  duration idle = std::chrono::hours{8};           ///< without a request
  duration absolute = std::chrono::hours{24 * 7};  ///< since the log-in
};

/// Given out once. Only a hash of the secret is kept.
struct open_session {
  std::string secret;  ///< for the cookie: 43 characters
  std::string csrf;    ///< what a request that changes something must carry as well
  principal who;
  timestamp ends;  ///< at the latest
};

struct session_info {
  std::int64_t id = 0;
  std::string account;
  std::string address;
  std::string agent;
  timestamp made;
  timestamp used;  ///< up to a minute early
  timestamp ends;
};

/// Safe to call from threads.
class sessions {
public:
  explicit sessions(std::shared_ptr<catalog> in, session_lifetimes lifetimes = {})
      : in_{std::move(in)}, idle_{lifetimes.idle}, absolute_{lifetimes.absolute} {}

  /// From now on: of sessions that are opened, and for the time without a request of all.
  void set(session_lifetimes lifetimes) {
    idle_ = lifetimes.idle;
    absolute_ = lifetimes.absolute;
  }

  /// After `accounts::recognise`: notes the log-in, keeps a new hash of the password where there is
  /// one, drops sessions of anybody that have ended. Fails with `permission` when the account was
  /// changed, disabled or removed meanwhile.
  [[nodiscard]] auto open(known_person const& person, actor const& by, std::string_view agent,
                          timestamp now) const -> result<open_session>;
  /// Whose session it is. `permission` when there is none, it has ended, or the account is
  /// disabled. The time of the last use is written at most once a minute, so a session may end up
  /// to a minute before its idle time is over. A clock that went back ends no session.
  [[nodiscard]] auto find(std::string_view secret, timestamp now) const -> result<principal>;
  /// The same for every time of a session; needs no look-up.
  [[nodiscard]] static auto csrf_of(std::string_view secret) -> std::string;

  /// The newest first; of one account, or of all when `account` is empty. Those that have ended are
  /// left out.
  [[nodiscard]] auto list(std::string_view account, timestamp now) const
      -> result<std::vector<session_info>>;
  /// By its owner. One that is not there is no failure.
  [[nodiscard]] auto close(std::string_view secret, actor const& by, timestamp now) const -> status;
  /// One session of `account`. Fails with `not_found`.
  [[nodiscard]] auto revoke(std::string_view account, std::int64_t id, actor const& by,
                            timestamp now) const -> status;
  /// All sessions of `account`; how many.
  [[nodiscard]] auto revoke_all(std::string_view account, actor const& by, timestamp now) const
      -> result<std::int64_t>;

private:
  std::shared_ptr<catalog> in_;
  std::atomic<duration> idle_;
  std::atomic<duration> absolute_;
};

}  // namespace kizashi::access
