// Accounts, sessions and tokens (room `access`) as the API asks for them.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

#include "kizashi/access/door.hpp"
#include "kizashi/access/rate_limit.hpp"
#include "kizashi/api/access.hpp"
#include "kizashi/api/route.hpp"
#include "kizashi/base/log.hpp"
#include "kizashi/base/metrics.hpp"

namespace kizashi::app {

/// "(nobody)" and "(this machine)" where a request has no name or no address.
[[nodiscard]] auto actor_of(std::string const& name, std::string const& peer)
    -> kizashi::access::actor;
/// The number of the session of who asks; 0: it came by none.
[[nodiscard]] auto session_of(api::principal const& who) -> std::int64_t;
/// Of a peer that has one.
[[nodiscard]] auto address_of(std::string_view peer) -> std::optional<net::address>;
/// Rounded up.
[[nodiscard]] auto retry_seconds(duration wait) -> std::chrono::seconds;

class serve_access final : public api::access {
public:
  /// `without_account`: what those may who have not logged in. What is
  /// refused is counted in `counters` and said in `log`.
  serve_access(kizashi::access::door& door, api::role without_account, metrics& counters,
               logger& log)
      : door_{door}, without_account_{without_account}, counters_{counters}, log_{log} {}

  [[nodiscard]] auto authenticate(api::credentials const& with) -> result<api::principal> override;
  [[nodiscard]] auto may(api::principal const& who, std::string_view id, api::role needed)
      -> bool override;
  [[nodiscard]] auto wait_for_turn(api::principal const& who, std::string_view peer, unsigned cost)
      -> std::chrono::seconds override;
  [[nodiscard]] auto is_current(api::principal const& who) -> bool override;
  void audit(api::audit_record const& what) override;
  void note_refusal(api::audit_record const& what) override;

private:
  kizashi::access::door& door_;
  api::role without_account_;
  void audit_bad_request(api::audit_record const& what);

  metrics& counters_;
  logger& log_;
  // Rows of the audit log for requests that are wrong: so many of an address, and of all together.
  kizashi::access::rate_limiter wrong_here_{{6, std::chrono::minutes{1}}, 10'000};
  kizashi::access::rate_limiter wrong_{{60, std::chrono::minutes{1}}, 1};
};

}  // namespace kizashi::app
