// Any text is a list: its entries are in order, each once, from lines that exist, and a line is
// either good or named as bad.
#include "kizashi/match/address_list.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string_view>

extern "C" auto LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) -> int {
  using namespace kizashi;
  std::string_view const text{reinterpret_cast<char const*>(data), size};
  auto const list = match::address_list::parse(text);
  auto const lines = static_cast<std::uint32_t>(std::count(text.begin(), text.end(), '\n')) + 1;
  for (std::size_t i = 0; i < list.entries().size(); ++i) {
    auto const& each = list.entries()[i];
    KIZASHI_ASSERT(each.line >= 1 && each.line <= lines);
    KIZASHI_ASSERT(each.where.contains(each.where.first()));
    KIZASHI_ASSERT(i == 0 || list.entries()[i - 1].where < each.where);
  }
  for (auto const& each : list.bad_lines()) {
    KIZASHI_ASSERT(each.line >= 1 && each.line <= lines && !each.message.empty());
  }
  return 0;
}
