// Strangers' lists of scanners. The first byte chooses the ending of the file's name, the rest is
// its text, plain or gzip.
#include <array>
#include <cstdint>
#include <string>

#include "kizashi/base/error.hpp"
#include "kizashi/recognise/internal/scanner_files.hpp"
#include "kizashi/recognise/internal/scanner_formats.hpp"

namespace {

using namespace kizashi;
using namespace kizashi::recognise;
using recognise::internal::scanner_draft;

constexpr std::array<char const*, 6> names{"list",      "list.txt",  "list.csv",
                                           "list.json", "list.toml", "list.gz"};

void check(scanner_draft const& draft) {
  std::size_t entries = 0;
  for (auto const& note : draft.notes) {
    entries += note.entries;
    KIZASHI_ASSERT(note.messages.size() <= note.refused);
  }
  KIZASHI_ASSERT(draft.entries.size() >= entries);
  KIZASHI_ASSERT(draft.names.size() == draft.sources.size());
  for (auto const& name : draft.names) KIZASHI_ASSERT(!name.empty() && name.size() <= 80);
  for (auto const& each : draft.entries)
    KIZASHI_ASSERT(each.organisation >= 1 && each.organisation <= draft.names.size() &&
                   each.file < draft.notes.size());
}

}  // namespace

extern "C" auto LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) -> int {
  if (size == 0) return 0;
  auto const* const name = names[data[0] % names.size()];
  auto const text = recognise::internal::unpack_list(
      name, std::string{reinterpret_cast<char const*>(data) + 1, size - 1});
  if (!text) {
    KIZASHI_ASSERT(!text.error().message.empty());
    return 0;
  }
  scanner_draft draft;
  auto const done = recognise::internal::read_scanners(name, *text, draft);
  KIZASHI_ASSERT(done.has_value() || !done.error().message.empty());
  if (done) check(draft);
  return 0;
}
