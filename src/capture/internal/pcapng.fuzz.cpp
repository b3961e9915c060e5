// Any bytes as a pcapng file.
#include "kizashi/capture/internal/reading_fuzz.hpp"

extern "C" auto LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) -> int {
  using namespace kizashi::capture::internal;
  return fuzz_reading(data, size,
                      [](auto source) { return capture_file::open(std::move(source)); });
}
