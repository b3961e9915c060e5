// The head of an answer as bytes.
#pragma once

#include <ctime>
#include <string>

#include "kizashi/api/http/message.hpp"

namespace kizashi::api::http::internal {

/// How an answer goes out.
struct answer_frame {
  bool keeps_alive = true;
  bool is_chunked = false;  ///< else, of a stream, until the connection closes
  bool is_secure = false;   ///< came by TLS
  std::time_t at = 0;       ///< for the field Date
};

/// The status line, the fields of `what`, those of its body and those that every answer has:
/// nothing may be sniffed, framed, kept by caches, or loaded from elsewhere by a page.
[[nodiscard]] auto head_text(response const& what, answer_frame const& frame) -> std::string;

/// "400\r\n...\r\n": one chunk.
[[nodiscard]] auto chunk_text(std::string_view bytes) -> std::string;

}  // namespace kizashi::api::http::internal
