// Who may ask what. The API knows this interface alone; accounts, sessions, tokens and their limits
// are kept elsewhere. Whatever is not granted is denied.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "kizashi/api/http/message.hpp"
#include "kizashi/base/error.hpp"
#include "kizashi/net/address.hpp"

namespace kizashi::api {

/// Each may what those before it may.
enum class role : std::uint8_t {
  anyone,         ///< not known
  guest,          ///< known, sees overviews
  viewer,         ///< sees what its scope has
  partner,        ///< and takes it away as files
  analyst,        ///< sees everything of the telescope, and may ask in SQL
  administrator,  ///< and changes accounts and settings
};
[[nodiscard]] auto name_of(role each) noexcept -> std::string_view;

/// Which packets somebody may know of. Both lists hold where both are given; with neither, and not
/// `is_everything`, it is nothing.
struct scope {
  bool is_everything = false;
  std::vector<std::string> sensors = {};   ///< by name; none: every sensor's
  std::vector<net::prefix> prefixes = {};  ///< of sources; none: every source
  [[nodiscard]] auto is_nothing() const noexcept -> bool {
    return !is_everything && sensors.empty() && prefixes.empty();
  }
  friend auto operator==(scope const&, scope const&) -> bool = default;
};

/// How somebody showed who they are.
enum class login : std::uint8_t {
  none,
  token,    ///< Authorization: Bearer
  session,  ///< the cookie: whatever changes something needs the CSRF token too
};

struct principal {
  std::string name = {};  ///< of the account; empty: not known
  api::role role = role::anyone;
  api::scope scope = {};
  api::login login = login::none;
  /// Which session or token, for `access::is_current`; never the secret itself.
  std::string credential = {};
  std::string csrf_token = {};  ///< of the session
  /// Whether it may see which of the telescope's addresses a packet went to.
  bool has_destinations = false;
};

/// What came with a request. At most one of token and session.
struct credentials {
  std::string token;
  std::string session;
  std::string peer;  ///< address; empty on a Unix socket
  bool is_local = false;
};

/// One line of the audit log: who asked what, and what came of it.
struct audit_record {
  std::string principal;
  std::string peer;
  std::string operation;  ///< `route::id`
  std::string target;     ///< path and query, as they came
  unsigned status = 0;
};

class access {
public:
  virtual ~access() = default;
  /// Who it is. Without credentials: whom the house takes for that, such as `principal{}`. Fails
  /// with `errc::permission` when credentials came and are not, or no longer, good. Asked once for
  /// each request, on a thread of input and output: it must not wait long.
  [[nodiscard]] virtual auto authenticate(credentials const& with) -> result<principal> = 0;
  /// Whether `who` may use the operation `id`, whose table entry needs `needed` at least.
  [[nodiscard]] virtual auto may(principal const& who, std::string_view id, role needed) -> bool {
    static_cast<void>(id);
    return who.role >= needed;
  }
  /// Whether one more request of `cost` is within the limits of `who`; else after how many seconds
  /// it will be (0: it is).
  [[nodiscard]] virtual auto wait_for_turn(principal const& who, std::string_view peer,
                                           unsigned cost) -> std::chrono::seconds = 0;
  /// Whether what `who` showed is still good: asked while a stream goes on.
  [[nodiscard]] virtual auto is_current(principal const& who) -> bool = 0;
  virtual void audit(audit_record const& what) = 0;
  /// Every request that was refused, also one that could not be read (then without an operation
  /// and a target). From any thread; it must not wait.
  virtual void note_refusal(audit_record const& what) { static_cast<void>(what); }
};

/// Name of the cookie with a session: with TLS "__Host-kizashi", else "kizashi".
[[nodiscard]] auto session_cookie_name(bool is_secure) noexcept -> std::string_view;
/// The field Set-Cookie for a session: HttpOnly, SameSite=Strict, Path=/, with TLS Secure. An empty
/// session takes the cookie away.
[[nodiscard]] auto session_cookie(std::string_view session, bool is_secure,
                                  std::chrono::seconds life) -> std::string;
/// Fails when both a token and a cookie came, or a field that cannot be read.
[[nodiscard]] auto credentials_of(http::request const& from) -> result<credentials>;
/// Whether a request that changes something, with a session, has the session's token in the field
/// X-CSRF-Token. Compared in a time that does not depend on where they differ.
[[nodiscard]] auto has_csrf_token(http::request const& from, principal const& who) -> bool;

}  // namespace kizashi::api
