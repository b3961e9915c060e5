// Answers that are sent packed (RFC 9110, section 8.4; RFC 1952).
#pragma once

#include <string>
#include <string_view>

#include "kizashi/api/http/message.hpp"

namespace kizashi::api {

/// Bodies up to this many bytes are sent as they are.
inline constexpr std::size_t least_packed = 1024;

/// Whether a field Accept-Encoding lets gzip pass (RFC 9110, section 12.5.3). Without the field
/// nothing is packed.
[[nodiscard]] auto accepts_gzip(std::string_view field) -> bool;

/// `level` is zlib's: 1, quick, to 9, small.
[[nodiscard]] auto gzip(std::string_view bytes, int level = 3) -> std::string;

/// Packs the body of an answer to `asked` when it is text of more than `least_packed` bytes, has
/// no encoding yet and who asks takes gzip; says with Vary that it depends on that.
void pack(http::request const& asked, http::response& answer);

}  // namespace kizashi::api
