#include "kizashi/api/access.hpp"

#include <array>

#include <fmt/format.h>

#include "kizashi/base/text.hpp"

namespace kizashi::api {
namespace {

/// The value of a cookie (RFC 6265, section 5.4); empty when there is none. Fails on two.
auto cookie_named(std::string_view all, std::string_view name) -> result<std::string> {
  std::string found;
  std::size_t count = 0;
  for (auto const part : split(all, ';')) {
    auto const each = trim(part);
    if (!each.starts_with(name) || each.substr(name.size(), 1) != "=") continue;
    found = each.substr(name.size() + 1);
    ++count;
  }
  if (count > 1) return fail(errc::permission, "there is more than one session cookie");
  return found;
}

auto is_equal_slowly(std::string_view a, std::string_view b) noexcept -> bool {
  if (a.size() != b.size()) return false;
  unsigned difference = 0;
  for (std::size_t i = 0; i < a.size(); ++i)
    difference |= static_cast<unsigned char>(a[i]) ^ static_cast<unsigned char>(b[i]);
  return difference == 0;
}

}  // namespace

auto name_of(role each) noexcept -> std::string_view {
  constexpr std::array<std::string_view, 6> names = {"anyone",  "guest",   "viewer",
                                                     "partner", "analyst", "admin"};
  return names[static_cast<std::size_t>(each)];
}

auto session_cookie_name(bool is_secure) noexcept -> std::string_view {
  // The prefix binds it to this host, to TLS and to the path "/" (draft-ietf-httpbis-rfc6265bis).
  return is_secure ? "__Host-kizashi" : "kizashi";
}

auto session_cookie(std::string_view session, bool is_secure, std::chrono::seconds life)
    -> std::string {
  return fmt::format("{}={}; Path=/; Max-Age={}; HttpOnly; SameSite=Strict{}",
                     session_cookie_name(is_secure), session, session.empty() ? 0 : life.count(),
                     is_secure ? "; Secure" : "");
}

auto credentials_of(http::request const& from) -> result<credentials> {
  credentials out;
  out.peer = from.peer;
  out.is_local = from.is_local;
  if (auto const field = from.fields.get("authorization"); !field.empty()) {
    auto const blank = field.find(' ');
    auto const kind = field.substr(0, blank);
    if (blank == std::string_view::npos || (kind != "Bearer" && kind != "bearer"))
      return fail(errc::permission,
                  "the field Authorization is not understood; expected \"Bearer TOKEN\"");
    out.token = trim(field.substr(blank));
  }
  if (from.fields.count("cookie") > 1)
    return fail(errc::permission, "there is more than one Cookie field");
  KIZASHI_TRY(out.session,
              cookie_named(from.fields.get("cookie"), session_cookie_name(from.is_secure)));
  if (!out.token.empty() && !out.session.empty())
    return fail(errc::permission, "both a token and a session came; expected one of them");
  return out;
}

auto has_csrf_token(http::request const& from, principal const& who) -> bool {
  return !who.csrf_token.empty() && from.fields.count("x-csrf-token") == 1 &&
         is_equal_slowly(from.fields.get("x-csrf-token"), who.csrf_token);
}

}  // namespace kizashi::api
