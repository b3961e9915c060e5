// Accounts in memory: for tests, and as an example of what `access` has to do.
#pragma once

#include <map>
#include <mutex>
#include <string>
#include <vector>

#include "kizashi/api/access.hpp"

namespace kizashi::api {

class memory_access final : public access {
public:
  /// Who shows `secret` as a token, or as a session when `who.login` says so. A session's
  /// `csrf_token` comes with it.
  void add(std::string secret, principal who);
  void remove(std::string const& secret);
  /// Requests, by cost, that each principal has at all; 0: as many as it likes.
  void limit(unsigned requests) { most_requests_ = requests; }
  /// What the audit log has, oldest first.
  [[nodiscard]] auto audited() const -> std::vector<audit_record>;

  [[nodiscard]] auto authenticate(credentials const& with) -> result<principal> override;
  [[nodiscard]] auto wait_for_turn(principal const& who, std::string_view peer, unsigned cost)
      -> std::chrono::seconds override;
  [[nodiscard]] auto is_current(principal const& who) -> bool override;
  void audit(audit_record const& what) override;

private:
  mutable std::mutex lock_;
  std::map<std::string, principal> known_;  // by secret
  std::map<std::string, unsigned> used_;    // by name
  std::vector<audit_record> audited_;
  unsigned most_requests_ = 0;
};

}  // namespace kizashi::api
