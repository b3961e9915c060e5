// Random secrets, and what may be kept of them: a hash. A secret of 256 random bits needs no slow
// hash; nobody finds it by trying.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

namespace kizashi::access {

/// BLAKE2b (RFC 7693) with 32 bytes of output.
using digest = std::array<std::uint8_t, 32>;

/// Of any bytes, without a key.
[[nodiscard]] auto digest_of(std::string_view bytes) -> digest;
/// In 64 lower-case hexadecimal digits.
[[nodiscard]] auto hex_of(digest const& sum) -> std::string;

/// 256 bits of the system's random source in 43 characters A-Z a-z 0-9 - _ (RFC 4648, section 5).
[[nodiscard]] auto random_secret() -> std::string;
/// A password for people to copy: 24 characters in groups of four, 119 bits. Letters and digits
/// that are easily taken for one another (0 O o, 1 l I i) are left out.
[[nodiscard]] auto random_password() -> std::string;

/// A text that only the holder of `secret` can know: BLAKE2b of `purpose` with the digest of the
/// secret as the key, in 43 characters.
[[nodiscard]] auto derived_secret(std::string_view secret, std::string_view purpose) -> std::string;
/// In a time that depends on the lengths alone.
[[nodiscard]] auto is_equal(std::string_view a, std::string_view b) -> bool;

}  // namespace kizashi::access
