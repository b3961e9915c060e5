// Passwords: what is a good one, and how it is kept.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "kizashi/base/error.hpp"

namespace kizashi::access {

/// NIST SP 800-63B, section 5.1.1.2, asks for at least 8 characters and no rules of composition; we
/// ask for 12. An upper bound, so that nobody sends megabytes to be hashed.
inline constexpr std::size_t least_password = 12;
inline constexpr std::size_t most_password = 1024;

/// Whether `password` may be that of the account `name`: 12 or more characters (code points of
/// UTF-8), at most 1024 bytes, neither the name nor the name repeated, nor one character repeated.
/// Nothing else is asked.
[[nodiscard]] auto check_password(std::string_view password, std::string_view name) -> status;

/// What it costs to try one password. The standard is Argon2id with 3 passes over 64 MiB: the
/// second recommended option of RFC 9106, section 4, with one lane, as libsodium has no other.
struct password_cost {
  std::uint64_t passes = 3;                     ///< 1 or more
  std::size_t memory = std::size_t{64} << 20U;  ///< bytes, 8 KiB or more
};

/// Hashes and checks passwords by Argon2id. Safe to call from threads; at most two passwords are
/// worked on at a time, the others wait, so that many log-ins at once do not take the memory.
class password_hasher {
public:
  explicit password_hasher(password_cost cost = {});
  ~password_hasher();

  /// Fails when there is not memory enough.
  [[nodiscard]] auto hash(std::string_view password) const -> result<std::string>;
  [[nodiscard]] auto matches(std::string_view hash, std::string_view password) const -> bool;
  /// For a name that nobody has: works as long as `matches` with a hash of this cost does.
  void waste(std::string_view password) const;
  /// Whether `hash` was made at another cost.
  [[nodiscard]] auto is_outdated(std::string_view hash) const -> bool;
  /// How often a password was tried against a hash since the start.
  [[nodiscard]] auto tries() const noexcept -> std::uint64_t { return tries_.load(); }

private:
  struct turns;
  password_cost cost_;
  std::unique_ptr<turns> turns_;
  std::string decoy_;
  mutable std::atomic<std::uint64_t> tries_{0};
};

}  // namespace kizashi::access
