// A user's file of labels: what is accepted must be found again, what is refused must say where.
#include "kizashi/screening/labels.hpp"

#include <cstdint>
#include <string_view>

extern "C" auto LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) -> int {
  using namespace kizashi;
  std::string_view const text{reinterpret_cast<char const*>(data), size};
  auto const labels = screening::source_labels::parse(text, "labels");
  if (!labels) {
    KIZASHI_ASSERT(labels.error().message.starts_with("labels:"));
    return 0;
  }
  KIZASHI_ASSERT(!labels->is_empty() && !labels->names().empty());
  for (std::uint16_t i = 1; i <= labels->names().size(); ++i)
    KIZASHI_ASSERT(!labels->name(i).empty());
  auto const number = labels->find(net::ipv4{0xC0000211});
  KIZASHI_ASSERT(number <= labels->names().size());
  return 0;
}
