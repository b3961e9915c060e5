#include "kizashi/match/address_list.hpp"

#include <algorithm>
#include <bit>
#include <limits>
#include <utility>

#include <fmt/format.h>

#include "kizashi/base/input_file.hpp"
#include "kizashi/base/text.hpp"

namespace kizashi::match {
namespace {

constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";

/// Without comment and remark.
auto first_word(std::string_view line) -> std::string_view {
  line = trim(line);
  if (line.starts_with("//")) return {};
  return line.substr(0, line.find_first_of("#; \t,"));
}

/// Fit for a message: not the whole of a long word.
auto printable(std::string_view word) -> std::string {
  constexpr std::size_t most = 2 * 46;  // a range of the longest IPv6 addresses
  std::string out;
  for (auto const each : word.substr(0, most)) out += each < ' ' || each > '~' ? '?' : each;
  return word.size() > most ? out + "..." : out;
}

/// An address as 128 bits, for arithmetic. IPv4: the lower 32.
struct wide {
  std::uint64_t high = 0;
  std::uint64_t low = 0;
  friend auto operator<=>(wide const&, wide const&) = default;
};

auto wide_of(net::address a) -> wide {
  if (!a.is_ipv6()) return {0, a.as_ipv4().value()};
  return {a.as_ipv6().high(), a.as_ipv6().low()};
}

auto address_of(wide a, bool is_ipv6) -> net::address {
  if (!is_ipv6) return net::address{net::ipv4{static_cast<std::uint32_t>(a.low)}};
  return net::address{net::ipv6{a.high, a.low}};
}

/// Number of zero bits at the lower end.
auto zeros_of(wide a) -> unsigned {
  return static_cast<unsigned>(a.low != 0 ? std::countr_zero(a.low)
                                          : 64 + std::countr_zero(a.high));
}

/// The last address of the block of 2^bits addresses that begins at `a`.
auto end_of(wide a, unsigned bits) -> wide {
  constexpr auto all = std::numeric_limits<std::uint64_t>::max();
  if (bits >= 128) return {all, all};
  if (bits >= 64) return {a.high | ((std::uint64_t{1} << (bits - 64)) - 1), all};
  return {a.high, a.low | ((std::uint64_t{1} << bits) - 1)};
}

auto next_of(wide a) -> wide {
  return {a.high + (a.low == std::numeric_limits<std::uint64_t>::max()), a.low + 1};
}

/// Calls `add` for the fewest prefixes that make up a range: at most 62 of IPv4, 254 of IPv6.
template <class Add>
void cut_range(net::address first, net::address last, Add&& add) {
  auto const is_ipv6 = first.is_ipv6();
  auto const width = is_ipv6 ? 128U : 32U;
  auto const end = wide_of(last);
  for (auto at = wide_of(first); at <= end;) {
    auto bits = std::min(zeros_of(at), width);
    while (end_of(at, bits) > end) --bits;
    add(net::prefix{address_of(at, is_ipv6), width - bits});
    auto const reached = end_of(at, bits);
    if (reached >= end) return;
    at = next_of(reached);
  }
}

auto parse_range(std::string_view word, std::size_t dash)
    -> result<std::pair<net::address, net::address>> {
  auto const bad = [&](std::string_view why) {
    return fail(errc::parse_error,
                fmt::format("\"{}\" is not a range such as 192.0.2.8-192.0.2.11: {}", word, why));
  };
  auto const first = net::address::parse(word.substr(0, dash));
  auto const last = net::address::parse(word.substr(dash + 1));
  if (!first || !last)
    return bad(fmt::format("its {} cannot be read", first ? "end" : "beginning"));
  if (first->is_ipv6() != last->is_ipv6()) return bad("one end is IPv4 and the other IPv6");
  if (*last < *first) return bad("it ends before it begins");
  return std::pair{*first, *last};
}

}  // namespace

void address_list::add_line(std::string_view line, std::uint32_t number) {
  if (trim(line).starts_with(',')) bad_.push_back({number, "nothing stands before the comma"});
  // What is no entry comes back in messages; what is one looks the same in any case.
  auto const word = printable(first_word(line));
  if (word.empty()) return;
  if (auto const dash = word.find('-'); dash != std::string::npos) {
    if (auto const range = parse_range(word, dash))
      cut_range(range->first, range->second, [&](net::prefix const& part) {
        entries_.push_back({part, number});
      });
    else
      bad_.push_back({number, range.error().message});
    return;
  }
  if (auto const where = net::prefix::parse(word))
    entries_.push_back({*where, number});
  else
    bad_.push_back({number, where.error().message});
}

void address_list::sort() {
  std::ranges::sort(entries_, [](list_entry const& a, list_entry const& b) {
    return a.where != b.where ? a.where < b.where : a.line < b.line;
  });
  auto const rest = std::unique(
      entries_.begin(), entries_.end(),
      [](list_entry const& before, list_entry const& each) { return before.where == each.where; });
  repeated_ = static_cast<std::size_t>(entries_.end() - rest);
  entries_.erase(rest, entries_.end());
}

auto address_list::parse(std::string_view text) -> address_list {
  address_list out;
  if (text.starts_with(byte_order_mark)) text.remove_prefix(byte_order_mark.size());
  for (std::uint32_t number = 1; !text.empty(); ++number) {
    auto const end = std::min(text.find('\n'), text.size());
    out.add_line(text.substr(0, end), number);
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  out.sort();
  return out;
}

auto address_list::read(std::string const& path) -> result<address_list> {
  KIZASHI_TRY(auto const text, read_whole_file(path, "read the list", most_bytes));
  return parse(text);
}

}  // namespace kizashi::match
