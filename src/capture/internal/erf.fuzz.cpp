// Any bytes as an ERF file, also those that would not be recognised as one.
#include "kizashi/capture/internal/reading_fuzz.hpp"

extern "C" auto LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) -> int {
  using namespace kizashi;
  using namespace kizashi::capture::internal;
  if (size > 1) static_cast<void>(recognise_erf({data + 1, size - 1}, true));
  return fuzz_reading(data, size, [](auto source) -> result<std::unique_ptr<capture_file>> {
    KIZASHI_TRY(auto stream, open_stream(std::move(source)));
    return std::make_unique<capture_file>(std::move(stream), make_erf_cutter());
  });
}
