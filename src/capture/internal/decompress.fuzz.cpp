// Any bytes as a packed file of one of the four kinds. What comes out is looked at up to a limit: a
// few bytes can unpack to very many, which is no fault.
#include <algorithm>
#include <vector>

#include "kizashi/capture/internal/byte_stream.hpp"

namespace {

using namespace kizashi::capture::internal;

constexpr std::size_t enough = std::size_t{128} << 10;

struct outcome {
  std::vector<std::uint8_t> bytes;
  bool is_broken = false;
};

auto unpack(std::span<std::uint8_t const> file, std::size_t step, std::size_t ask) -> outcome {
  outcome made;
  auto stream = open_stream(open_bytes(file, "FILE", step));
  if (!stream) return {{}, true};
  std::vector<std::uint8_t> more(ask);
  while (made.bytes.size() < enough) {
    auto const count = (*stream)->read(more);
    made.is_broken = !count;
    if (!count || *count == 0) break;
    made.bytes.insert(made.bytes.end(), more.begin(), more.begin() + static_cast<long>(*count));
  }
  return made;
}

}  // namespace

extern "C" auto LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) -> int {
  if (size == 0) return 0;
  std::span const file{data + 1, size - 1};
  auto const whole = unpack(file, SIZE_MAX, enough);
  auto const stepped = unpack(file, std::size_t{data[0]} + 1, 4'096);
  // How much comes out before damage is the library's affair; what comes out is not.
  auto const common = std::min(whole.bytes.size(), stepped.bytes.size());
  KIZASHI_ASSERT(std::equal(whole.bytes.begin(), whole.bytes.begin() + static_cast<long>(common),
                            stepped.bytes.begin()));
  if (whole.bytes.size() < enough && !whole.is_broken) KIZASHI_ASSERT(whole.bytes == stepped.bytes);
  return 0;
}
