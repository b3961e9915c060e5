// Lines of data sets, of any bytes: what is accepted holds its bounds, what is refused says so.
#include <cstdint>
#include <memory>
#include <string_view>

#include "kizashi/base/text.hpp"
#include "kizashi/capture/flowtuple_line.hpp"
#include "kizashi/capture/nict_line.hpp"

namespace {

using namespace kizashi;
using namespace kizashi::capture;

void check_nict(std::string_view line, net::packet_batch& batch) {
  static_cast<void>(is_nict_head(line));
  auto const packet = parse_nict_line(line);
  KIZASHI_ASSERT(packet || !packet.error().message.empty());
  if (!packet) return;
  KIZASHI_ASSERT(packet->time.is_known() && !packet->source.empty());
  batch.clear();
  append_nict(*packet, batch);
  KIZASHI_ASSERT(batch.size() == 1 && batch.ipv6[0].source.high() >> 32 == pseudonym_prefix >> 32);
}

}  // namespace

extern "C" auto LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) -> int {
  static auto const batch = std::make_unique<net::packet_batch>();
  flowtuple_reader tuples;
  for (auto const line : split({reinterpret_cast<char const*>(data), size}, '\n')) {
    check_nict(line, *batch);
    auto const tuple = tuples.read(line);
    KIZASHI_ASSERT(tuple || !tuple.error().message.empty());
    if (tuple && *tuple) KIZASHI_ASSERT((*tuple)->packets > 0 && (*tuple)->minute % 60 == 0);
  }
  return 0;
}
