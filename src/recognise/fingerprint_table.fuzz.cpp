// Any text is a table or a list of mistakes, and what is a table can be asked about packets.
#include <cstdlib>
#include <memory>
#include <string_view>

#include "kizashi/recognise/fingerprint.hpp"
#include "kizashi/recognise/internal/fingerprint_ordinary.hpp"

namespace {

using namespace kizashi;
using namespace kizashi::recognise;

struct packets {
  packets() {
    recognise::internal::ordinary_traffic{1}.fill(*batch, frames, *tags);
    batch->resize(200);
  }
  std::unique_ptr<net::packet_batch> batch = std::make_unique<net::packet_batch>();
  std::unique_ptr<tag_columns> tags = std::make_unique<tag_columns>();
  net::frame_block frames;
};

}  // namespace

extern "C" auto LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) -> int {
  static packets const some;
  auto const table =
      fingerprint_table::parse({reinterpret_cast<char const*>(data), size}, "fuzz.toml");
  if (!table) {
    if (table.error().message.empty()) std::abort();
    return 0;
  }
  table->match(*some.batch, some.frames, *some.tags);
  auto const count = table->entries().size();
  if (count == 0 || count > most_fingerprints || table->keys().size() > most_keys) std::abort();
  for (std::size_t row = 0; row < some.batch->size(); ++row)
    if (count < 64 && some.tags->fingerprints[row] >> count != 0) std::abort();
  for (auto const& each : table->entries())
    for (auto const tried : {1U, 10U, 1000U}) {
      auto const confidence = judge(each, tried / 2 + 1, tried);
      if (confidence != 0 && !(confidence >= 0.5 && confidence <= 1)) std::abort();
    }
  auto const both = table->with(*table);
  if (!both || both->entries().size() != count) std::abort();
  return 0;
}
