// Any bytes are a request, a reply or a failure to read them; what is read is written the same.
#include <algorithm>
#include <cstdlib>

#include "kizashi/store/owner/internal/messages.hpp"

extern "C" auto LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) -> int {
  using namespace kizashi::store::internal;
  std::span<std::uint8_t const> const bytes{data, size};
  auto const is_same = [&](std::string const& written, std::size_t length) {
    return std::equal(written.begin(), written.end(), data, data + length,
                      [](char a, std::uint8_t b) { return static_cast<std::uint8_t>(a) == b; });
  };
  if (size >= request_head)
    if (auto start = decode_head(bytes.first<request_head>())) {
      start->request.sql.assign(start->sql_length % 64, 'x');
      auto const written = encode(start->request);
      // The length is that of the SQL and so may differ.
      if (!is_same(written.substr(0, request_head - 4), request_head - 4)) std::abort();
    }
  if (size >= reply_head_size)
    if (auto const reply = decode_reply(bytes.first<reply_head_size>()))
      if (!is_same(encode(*reply), reply_head_size)) std::abort();
  auto const failure = decode_failure({reinterpret_cast<char const*>(data), size});
  if (auto const again = decode_failure(encode(failure)); again.message != failure.message)
    std::abort();
  return 0;
}
