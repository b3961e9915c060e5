// Any text as a bookmark: what is read is what would be written.
#include "kizashi/capture/live/folder_bookmark.hpp"

#include <string_view>

extern "C" auto LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) -> int {
  using kizashi::capture::live::folder_bookmark;
  std::string_view const text{reinterpret_cast<char const*>(data), size};
  auto const read = folder_bookmark::parse(text);
  if (!read) return 0;
  auto const again = folder_bookmark::parse(read->to_string());
  KIZASHI_ASSERT(again && *again == *read);
  return 0;
}
