// Any text: a filter comes back from its own text, and what is refused says why.
#include <cstdint>
#include <string_view>

#include "kizashi/filter/event_predicate.hpp"
#include "kizashi/filter/expression.hpp"
#include "kizashi/filter/packet_predicate.hpp"

using namespace kizashi;
using namespace kizashi::filter;

extern "C" auto LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) -> int {
  static auto const fingerprints = recognise::fingerprint_table::shipped();
  static auto const scanners = recognise::scanner_list::shipped();
  std::string_view const text{reinterpret_cast<char const*>(data), size};
  auto const parsed = parse(text);
  if (!parsed) {
    KIZASHI_ASSERT(!parsed.error().message.empty());
    return 0;
  }
  auto const canonical = to_text(*parsed);
  auto const again = parse(canonical);
  KIZASHI_ASSERT(again && *again == *parsed && to_text(*again) == canonical);
  name_context const with{&fingerprints, &scanners, nullptr, "local"};
  auto const packets = packet_predicate::make(*parsed, with);
  KIZASHI_ASSERT(packets || !packets.error().message.empty());
  for (auto const each : {target::events, target::attacks})
    if (auto const made = event_predicate::make(*parsed, each, with); made)
      KIZASHI_ASSERT(each == target::events ? made->matches(telescope::scan_event{}) || true
                                            : made->matches(telescope::dos_event{}) || true);
  return 0;
}
