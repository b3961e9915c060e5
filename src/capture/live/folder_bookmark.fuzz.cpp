// Any text as a bookmark of a folder or a replay: what is read is what would be written.
#include "kizashi/capture/live/folder_bookmark.hpp"

#include <string_view>

#include "kizashi/capture/live/replay_bookmark.hpp"

namespace {

template <class Bookmark>
void try_as(std::string_view text) {
  auto const read = Bookmark::parse(text);
  if (!read) return;
  auto const again = Bookmark::parse(read->to_string());
  KIZASHI_ASSERT(again && *again == *read);
}

}  // namespace

extern "C" auto LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) -> int {
  std::string_view const text{reinterpret_cast<char const*>(data), size};
  try_as<kizashi::capture::live::folder_bookmark>(text);
  try_as<kizashi::capture::live::replay_bookmark>(text);
  return 0;
}
