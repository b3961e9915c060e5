// Answers of anybody who listens where a server is expected.
#include <cstdint>
#include <string_view>

#include "kizashi/api/http/client.hpp"

extern "C" auto LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) -> int {
  auto const read = kizashi::api::http::parse_answer({reinterpret_cast<char const*>(data), size});
  if (read) KIZASHI_ASSERT(read->status <= 599 && read->body.size() < size);
  return 0;
}
