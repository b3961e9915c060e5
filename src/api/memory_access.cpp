#include "kizashi/api/memory_access.hpp"

#include <utility>

namespace kizashi::api {

void memory_access::add(std::string secret, principal who) {
  std::scoped_lock const only{lock_};
  if (who.login == login::none) who.login = login::token;
  who.credential = secret;
  known_[std::move(secret)] = std::move(who);
}

void memory_access::remove(std::string const& secret) {
  std::scoped_lock const only{lock_};
  known_.erase(secret);
}

auto memory_access::audited() const -> std::vector<audit_record> {
  std::scoped_lock const only{lock_};
  return audited_;
}

auto memory_access::authenticate(credentials const& with) -> result<principal> {
  if (with.token.empty() && with.session.empty()) return principal{};
  std::scoped_lock const only{lock_};
  auto const way = with.token.empty() ? login::session : login::token;
  auto const found = known_.find(with.token.empty() ? with.session : with.token);
  if (found == known_.end() || found->second.login != way)
    return fail(errc::permission, way == login::token ? "the token is not known, or no longer good"
                                                      : "the session has ended; log in again");
  return found->second;
}

auto memory_access::wait_for_turn(principal const& who, std::string_view, unsigned cost)
    -> std::chrono::seconds {
  std::scoped_lock const only{lock_};
  auto& used = used_[who.name];
  if (most_requests_ > 0 && used + cost > most_requests_) return std::chrono::seconds{60};
  used += cost;
  return {};
}

auto memory_access::is_current(principal const& who) -> bool {
  std::scoped_lock const only{lock_};
  return who.login == login::none || known_.contains(who.credential);
}

void memory_access::audit(audit_record const& what) {
  std::scoped_lock const only{lock_};
  audited_.push_back(what);
}

}  // namespace kizashi::api
