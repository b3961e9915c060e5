// Text that a person or a table gives: addresses, prefixes, ports, times and lengths of time. What
// is accepted must come back from its own text form; what is refused must say so.
#include <cstdint>
#include <string_view>

#include "kizashi/base/error.hpp"
#include "kizashi/base/text.hpp"
#include "kizashi/base/time.hpp"
#include "kizashi/net/port.hpp"
#include "kizashi/net/prefix_set.hpp"

namespace {

using namespace kizashi;
using namespace kizashi::net;

void check_prefix(prefix const& net) {
  KIZASHI_ASSERT(prefix::parse(net.to_string()).value() == net);
  KIZASHI_ASSERT(net.contains(net.first()) && net.contains(net.last()));
  prefix_set const set{{net}};
  KIZASHI_ASSERT(set.contains(net.first()) && set.contains(net.last()));
}

template <class T>
void check_refusal(result<T> const& outcome) {
  KIZASHI_ASSERT(outcome.has_value() || !outcome.error().message.empty());
}

void check_times(std::string_view text) {
  auto const time = timestamp::parse(text);
  check_refusal(time);
  if (time) KIZASHI_ASSERT(timestamp::parse(time->to_string()).value() == *time);
  auto const length = parse_duration(text);
  check_refusal(length);
  if (length) KIZASHI_ASSERT(parse_duration(to_string(*length)).value() == *length);
}

}  // namespace

extern "C" auto LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) -> int {
  std::string_view const text{reinterpret_cast<char const*>(data), size};
  auto const one = address::parse(text);
  check_refusal(one);
  if (one) KIZASHI_ASSERT(address::parse(one->to_string()).value() == *one);
  auto const net = prefix::parse(text);
  check_refusal(net);
  if (net) check_prefix(*net);
  auto const set = prefix_set::parse(text);
  check_refusal(set);
  KIZASHI_ASSERT(!set || !set->is_empty());
  check_refusal(port::parse(text));
  check_times(text);
  return 0;
}
