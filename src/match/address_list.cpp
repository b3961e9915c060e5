#include "kizashi/match/address_list.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>
#include <limits>
#include <numeric>
#include <optional>
#include <utility>

#include <fmt/format.h>

#include "kizashi/base/input_file.hpp"
#include "kizashi/base/text.hpp"
#include "kizashi/net/address_range.hpp"

namespace kizashi::match {
namespace {

constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";

/// Without comment and remark.
auto first_word(std::string_view line) -> std::string_view {
  line = trim(line);
  if (line.starts_with("//")) return {};
  return line.substr(0, line.find_first_of("#; \t,"));
}

/// A line that is "192.0.2.1" and nothing else, as nearly all are in a long list; none: anything
/// else, which is for others to read.
auto plain_ipv4(std::string_view line) -> std::optional<net::ipv4> {
  constexpr std::size_t longest = sizeof("255.255.255.255") - 1;
  if (line.size() > longest) return {};
  // Behind the line are zeros, which are no digits: nothing else need look where it ends.
  std::array<char, longest + 1> text{};
  std::memcpy(text.data(), line.data(), line.size());
  auto const digit = [](char letter) { return static_cast<std::uint32_t>(letter - '0'); };
  std::uint32_t value = 0;
  auto const* at = text.data();
  for (int part = 0; part < 4; ++part) {
    if (part > 0 && *at++ != '.') return {};
    auto number = digit(*at++);
    if (number > 9) return {};
    if (digit(*at) <= 9) {
      if (number == 0) return {};
      number = number * 10 + digit(*at++);
      if (digit(*at) <= 9) number = number * 10 + digit(*at++);
    }
    if (number > 255) return {};
    value = value << 8 | number;
  }
  if (at != text.data() + line.size()) return {};
  return net::ipv4{value};
}

/// So many entries have a number each in the low bits of their keys.
constexpr unsigned place_bits = 26;

/// A key for each entry of IPv4, from the highest bits: address, length, place in `entries`.
auto keys_of(std::span<list_entry const> entries) -> std::vector<std::uint64_t> {
  std::vector<std::uint64_t> keys(entries.size());
  for (std::size_t i = 0; i < entries.size(); ++i)
    keys[i] =
        (std::uint64_t{entries[i].where.first().as_ipv4().value()} << 6 | entries[i].where.length())
            << place_bits |
        i;
  return keys;
}

/// Sorts keys by what stands above their places: four passes over ten bits each. Equal ones stay
/// in their order.
void sort_keys(std::vector<std::uint64_t>& keys) {
  constexpr unsigned width = 10;
  std::vector<std::uint64_t> other(keys.size());
  for (unsigned shift = place_bits; shift < 64; shift += width) {
    std::array<std::size_t, (1U << width) + 1> begins{};
    auto const digit = [&](std::uint64_t key) { return key >> shift & ((1U << width) - 1); };
    for (auto const key : keys) ++begins[digit(key) + 1];
    std::partial_sum(begins.begin(), begins.end(), begins.begin());
    for (auto const key : keys) other[begins[digit(key)]++] = key;
    keys.swap(other);
  }
}

/// Sorts entries of IPv4, fewer than 2^`place_bits`; equal ones stay in their order. Each entry is
/// moved once: a key has a fifth of its size.
void sort_ipv4(std::vector<list_entry>& entries) {
  auto keys = keys_of(entries);
  if (std::ranges::is_sorted(keys)) return;
  sort_keys(keys);
  // Round each circle of entries that change places.
  constexpr auto place = (std::uint64_t{1} << place_bits) - 1;
  for (std::size_t begin = 0; begin < keys.size(); ++begin) {
    auto const first = entries[begin];
    auto at = begin;
    for (auto next = keys[at] & place; next != begin; next = keys[at] & place) {
      entries[at] = entries[next];
      keys[at] = at;
      at = next;
    }
    entries[at] = first;
    keys[at] = at;
  }
}

/// Fit for a message: not the whole of a long word.
auto printable(std::string_view word) -> std::string {
  constexpr std::size_t most = 2 * 46;  // a range of the longest IPv6 addresses
  std::string out;
  for (auto const each : word.substr(0, most)) out += each < ' ' || each > '~' ? '?' : each;
  return word.size() > most ? out + "..." : out;
}

auto parse_range(std::string_view word, std::size_t dash) -> result<net::address_range> {
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
  return net::address_range{*first, *last};
}

}  // namespace

void address_list::add_line(std::string_view line, std::uint32_t number) {
  if (auto const plain = plain_ipv4(line)) {
    entries_.push_back({net::prefix{*plain, 32}, number});
    return;
  }
  if (trim(line).starts_with(',')) bad_.push_back({number, "nothing stands before the comma"});
  // What is no entry comes back in messages; what is one looks the same in any case.
  auto const word = printable(first_word(line));
  if (word.empty()) return;
  if (auto const dash = word.find('-'); dash != std::string::npos) {
    if (auto const range = parse_range(word, dash))
      for (auto const& part : net::prefixes_of(*range)) entries_.push_back({part, number});
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
  auto const is_before = [](list_entry const& a, list_entry const& b) {
    return a.where != b.where ? a.where < b.where : a.line < b.line;
  };
  // They come in the order of their lines.
  if (entries_.size() >> place_bits == 0 &&
      std::ranges::none_of(entries_, [](auto const& each) { return each.where.first().is_ipv6(); }))
    sort_ipv4(entries_);
  else
    std::ranges::sort(entries_, is_before);
  auto const rest = std::unique(
      entries_.begin(), entries_.end(),
      [](list_entry const& before, list_entry const& each) { return before.where == each.where; });
  repeated_ = static_cast<std::size_t>(entries_.end() - rest);
  entries_.erase(rest, entries_.end());
}

auto address_list::parse(std::string_view text) -> address_list {
  address_list out;
  if (text.starts_with(byte_order_mark)) text.remove_prefix(byte_order_mark.size());
  // What is not filled costs nothing, and growing costs as much as filling.
  constexpr std::size_t shortest = sizeof("1.2.3.4\n") - 1;
  auto const lines = static_cast<std::size_t>(std::ranges::count(text, '\n')) + 1;
  out.entries_.reserve(std::min(lines, text.size() / shortest + 1));
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
