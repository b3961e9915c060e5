// Any bytes are a state that an engine goes on from, or are refused. Whatever was taken can look at
// windows, be saved again and finished, and no finding of it has a number that is none. The first
// byte chooses the engine.
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <span>

#include "kizashi/engine/internal/test_windows.hpp"
#include "kizashi/engine/registry.hpp"

namespace {

using namespace kizashi;
using namespace kizashi::engine;

/// Findings that a state brought along are checked by `read_finding`, new ones here.
class checking_sink final : public finding_sink {
public:
  [[nodiscard]] auto take(finding found) -> status override { return check(found); }
};

}  // namespace

extern "C" auto LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) -> int {
  if (size == 0) return 0;
  auto const all = all_engines();
  auto const& about = *all[data[0] % all.size()];
  auto const made = about.make(option_set{about.options});
  KIZASHI_ASSERT(made.has_value());
  state_reader in{std::span{data + 1, size - 1}, "fuzz"};
  in.begin("engine");
  (*made)->restore(in);
  in.end();
  if (!in.finish()) return 0;
  checking_sink out;
  auto at = test::monday;
  for (std::uint32_t i = 0; i < 4; ++i, at = at + (*made)->interval())
    (void)(*made)->observe(test::window_of(100, 20 * i, at, (*made)->interval()), out);
  (void)(*made)->advance_to(at, out);
  (void)(*made)->finish(out);
  (void)test::saved(**made);
  return 0;
}
