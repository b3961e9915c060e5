#include "kizashi/api/http/internal/answer_text.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>

namespace kizashi::api::http::internal {

auto head_text(response const& what, answer_frame const& frame) -> std::string {
  field_list fields;
  fields.add("Date", fmt::format("{:%a, %d %b %Y %H:%M:%S} GMT", fmt::gmtime(frame.at)));
  if (!what.content_type.empty()) fields.add("Content-Type", what.content_type);
  if (what.stream) {
    if (frame.is_chunked) fields.add("Transfer-Encoding", "chunked");
    fields.add("X-Accel-Buffering", "no");
  } else if (what.status != 204 && what.status != 304) {
    fields.add("Content-Length", fmt::format("{}", what.body.size()));
  }
  if (!frame.keeps_alive) fields.add("Connection", "close");
  if (what.fields.get("cache-control").empty()) fields.add("Cache-Control", "no-store");
  if (what.fields.get("content-security-policy").empty())
    fields.add("Content-Security-Policy",
               "default-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; "
               "object-src 'none'");
  fields.add("X-Content-Type-Options", "nosniff");
  fields.add("X-Frame-Options", "DENY");
  fields.add("Referrer-Policy", "no-referrer");
  fields.add("Cross-Origin-Opener-Policy", "same-origin");
  fields.add("Cross-Origin-Resource-Policy", "same-origin");
  if (frame.is_secure) fields.add("Strict-Transport-Security", "max-age=31536000");
  auto text = fmt::format("HTTP/1.1 {} {}\r\n", what.status, reason_of(what.status));
  for (auto const& [name, value] : what.fields.all()) fields.add(name, value);
  for (auto const& [name, value] : fields.all()) text += fmt::format("{}: {}\r\n", name, value);
  return text + "\r\n";
}

auto chunk_text(std::string_view bytes) -> std::string {
  return fmt::format("{:x}\r\n{}\r\n", bytes.size(), bytes);
}

}  // namespace kizashi::api::http::internal
