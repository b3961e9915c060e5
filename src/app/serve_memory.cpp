#include "kizashi/app/serve_memory.hpp"

#include <fstream>
#include <malloc.h>
#include <unistd.h>

#include "kizashi/base/text.hpp"
#include "kizashi/store/inventory.hpp"

namespace kizashi::app {

auto memory_of_process() -> memory_use {
  memory_use out;
  std::uint64_t size = 0, resident = 0;
  std::ifstream statm{"/proc/self/statm"};
  if (statm >> size >> resident)
    out.resident = resident * static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
  auto const now = ::mallinfo2();
  out.allocated = now.uordblks + now.hblkhd;
  out.kept = now.fordblks;
  return out;
}

void give_memory_back() {
  constexpr std::uint64_t worth_it = std::uint64_t{128} << 20;
  if (memory_of_process().kept > worth_it) ::malloc_trim(0);
}

auto memory_of_engine(store::engine& engine) -> std::optional<std::uint64_t> {
  auto const rows = store::ask_rows(
      engine,
      "select toUInt64(sum(size * (allocations - deallocations))) from system.jemalloc_bins");
  if (!rows || rows->empty()) return {};
  auto const bytes = parse_unsigned(rows->at(0).at(0), UINT64_MAX);
  return bytes ? std::optional{*bytes} : std::nullopt;
}

}  // namespace kizashi::app
