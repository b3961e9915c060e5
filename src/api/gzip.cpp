#include "kizashi/api/gzip.hpp"

#include <zlib.h>

#include "kizashi/base/error.hpp"
#include "kizashi/base/text.hpp"

namespace kizashi::api {
namespace {

/// A window of 32 KiB, and 16 for the head and foot of gzip (zlib.h, deflateInit2).
constexpr int gzip_window = 15 + 16;
constexpr int usual_memory = 8;

auto is_text(std::string_view content_type) -> bool {
  return content_type.starts_with("text/") || content_type.starts_with("application/json") ||
         content_type.starts_with("application/problem+json");
}

/// Whether "gzip;q=0.5" has a weight above 0.
auto has_weight(std::string_view part) -> bool {
  auto const weight = part.find("q=0");
  return weight == std::string_view::npos ||
         part.substr(weight + 2).find_first_not_of("0. \t") != std::string_view::npos;
}

}  // namespace

auto accepts_gzip(std::string_view field) -> bool {
  bool takes_any = false;
  for (auto const part : split(field, ',')) {
    auto const name = trim(part.substr(0, part.find(';')));
    if (name == "gzip" || name == "x-gzip") return has_weight(part);
    if (name == "*") takes_any = has_weight(part);
  }
  return takes_any;
}

auto gzip(std::string_view bytes, int level) -> std::string {
  z_stream stream{};
  // Fails on wrong parameters and without memory alone.
  KIZASHI_ASSERT(::deflateInit2(&stream, level, Z_DEFLATED, gzip_window, usual_memory,
                                Z_DEFAULT_STRATEGY) == Z_OK);
  std::string out(::deflateBound(&stream, bytes.size()), '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
  stream.avail_in = static_cast<uInt>(bytes.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  auto const ended = ::deflate(&stream, Z_FINISH);
  out.resize(stream.total_out);
  ::deflateEnd(&stream);
  KIZASHI_ASSERT(ended == Z_STREAM_END);
  return out;
}

void pack(http::request const& asked, http::response& answer) {
  // What is longer than 1 GiB is none of ours, and beyond zlib's counts of 32 bits.
  constexpr std::size_t most_packed = std::size_t{1} << 30;
  if (answer.stream || answer.body.size() <= least_packed || answer.body.size() > most_packed ||
      !is_text(answer.content_type) || !answer.fields.get("content-encoding").empty())
    return;
  answer.fields.add("Vary", "Accept-Encoding");
  if (!accepts_gzip(asked.fields.get("accept-encoding"))) return;
  answer.body = gzip(answer.body);
  answer.fields.add("Content-Encoding", "gzip");
}

}  // namespace kizashi::api
