// Any bytes are read as sections or refused; nothing is read beyond them. What a state says comes
// out of a writer as the same bytes again.
#include "kizashi/base/state.hpp"

#include <cstddef>
#include <cstdint>
#include <span>

extern "C" auto LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) -> int {
  using namespace kizashi;
  std::span const bytes{data, size};
  if (auto in = state_reader::open(bytes, "fuzz", 1)) (void)in->finish();
  if (size == 0) return 0;
  // The first byte says how what follows is read.
  state_reader in{bytes.subspan(1), "fuzz"};
  in.begin("x");
  for (auto kind = data[0]; in.has_record(); ++kind) {
    std::uint32_t number = 0;
    double share = 0;
    timestamp time;
    switch (kind % 6) {
      case 0:
        in(number);
        break;
      case 1:
        in(time);
        KIZASHI_ASSERT(!time.is_known() || is_state_time(time.nanoseconds()));
        break;
      case 2:
        KIZASHI_ASSERT(in.text().size() <= size);
        break;
      case 3:
        KIZASHI_ASSERT(in.count(3) <= size / 3);
        break;
      case 4:
        in(share);
        break;
      default:
        KIZASHI_ASSERT(in.bytes(kind).size() <= size);
    }
  }
  in.end();
  (void)in.finish();
  return 0;
}
