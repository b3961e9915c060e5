// Any text is a list: its entries are prefixes in order, each once, with lines that exist.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "kizashi/match/address_matcher.hpp"

extern "C" auto LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) -> int {
  using namespace kizashi;
  std::string_view const text{reinterpret_cast<char const*>(data), size};
  match::address_matcher const of{match::address_list::parse(text)};
  auto const lines = static_cast<std::uint32_t>(std::ranges::count(text, '\n')) + 1;
  std::uint32_t number = 0;
  for (auto const& each : of.list().entries()) {
    ++number;
    KIZASHI_ASSERT(each.line >= 1 && each.line <= lines);
    KIZASHI_ASSERT(of.find(each.where.first()) >= number);
    KIZASHI_ASSERT(of.find(each.where.last()) != 0);
  }
  return 0;
}
