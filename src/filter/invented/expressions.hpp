// For tests: filters that nobody would write, and some that somebody might.
#pragma once

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "kizashi/base/random.hpp"
#include "kizashi/filter/expression.hpp"

namespace kizashi::filter::invented {

/// Where the values of a test lie: few, so that they meet.
struct names {
  std::vector<std::string> tools{"mirai", "masscan", "zmap"};
  std::vector<std::string> scanners{"Censys", "University of Michigan"};
  std::vector<std::string> sensors{"north", "south"};
};

inline auto invent_address(random_source& random) -> net::address {
  if (random.below(4) == 0) return net::ipv6{0x20010DB8'00000000, random.below(16)};
  return net::ipv4{0xC6336400U + random.below(64)};
}

inline auto invent_number(random_source& random, field_info const& of) -> std::uint64_t {
  if (auto const words = words_of(of.id); !words.empty())
    return words[random.below(static_cast<std::uint32_t>(words.size()))].number;
  switch (of.kind) {
    case value_kind::country: {
      constexpr std::pair<char, char> codes[] = {{'-', '-'}, {'J', 'P'}, {'U', 'S'}, {'I', 'N'}};
      auto const [a, b] = codes[random.below(4)];
      return static_cast<std::uint64_t>(a) << 8 | static_cast<std::uint64_t>(b);
    }
    case value_kind::time:
      return 1'768'467'600'000'000 + random.below(20) * std::uint64_t{500'000};
    case value_kind::duration:
      return random.below(5) * std::uint64_t{1'000'000'000};
    case value_kind::decimal:
      return std::min<std::uint64_t>(of.largest, random.below(4'000'000));
    default:
      return random.below(3) == 0 ? random.next() % (of.largest + 1)
                                  : std::min<std::uint64_t>(of.largest, random.below(6));
  }
}

inline void invent_values(random_source& random, field_info const& of, comparison& to) {
  names const known;
  auto const pick = [&](std::vector<std::string> const& from) {
    return random.below(6) == 0 ? std::string{}
                                : from[random.below(static_cast<std::uint32_t>(from.size()))];
  };
  bool const is_set = random.below(2) == 0;
  auto const count = is_set ? 1 + random.below(random.below(8) == 0 ? 40 : 5) : 1;
  for (std::uint32_t i = 0; i < count; ++i) {
    bool const is_range = random.below(3) == 0;
    if (of.kind == value_kind::text || of.kind == value_kind::text_set) {
      to.texts.push_back(pick(of.id == field::sensor    ? known.sensors
                              : of.id == field::scanner ? known.scanners
                                                        : known.tools));
    } else if (of.kind == value_kind::address) {
      auto first = invent_address(random), last = first;
      if (is_range && first.is_ipv6())
        first = net::ipv6{0x20010DB8'00000000, 2}, last = net::ipv6{0x20010DB8'00000000, 9};
      else if (is_range)
        last = net::ipv4{first.as_ipv4().value() + random.below(9)};
      to.addresses.push_back({first, last});
    } else {
      auto low = invent_number(random, of), high = low;
      if (is_range && is_ordered(of.kind)) high = invent_number(random, of);
      to.numbers.push_back({std::min(low, high), std::max(low, high)});
    }
  }
  auto const sort = [](auto& all) {
    std::ranges::sort(all);
    all.erase(std::unique(all.begin(), all.end()), all.end());
  };
  sort(to.texts);
  sort(to.addresses);
  sort(to.numbers);
}

inline auto invent_comparison(random_source& random, target to) -> comparison {
  comparison out;
  for (;;) {
    auto const& info = all_fields()[random.below(fields)];
    if (!has(info, to)) continue;
    out.of = info.id;
    if (info.kind == value_kind::yes) {
      out.numbers = {{1, 1}};
      return out;
    }
    if (is_ordered(info.kind) && random.below(3) == 0) {
      out.how = static_cast<order>(1 + random.below(4));
      auto const value = invent_number(random, info);
      out.numbers = {{value, value}};
      return out;
    }
    out.is_negated = random.below(4) == 0;
    invent_values(random, info, out);
    return out;
  }
}

/// At most `depth` levels, in the form that `parse` gives.
inline auto invent_expression(random_source& random, target to, unsigned depth) -> expression {
  expression out;
  if (depth == 0 || random.below(3) == 0) {
    out.term = invent_comparison(random, to);
    return out;
  }
  out.is = static_cast<expression::form>(1 + random.below(3));
  bool const is_negation = out.is == expression::form::negation;
  auto const count = is_negation ? 1 : 2 + random.below(3);
  while (out.children.size() < count) {
    auto child = invent_expression(random, to, depth - 1);
    if (child.is == out.is && !is_negation) continue;
    out.children.push_back(std::move(child));
  }
  return out;
}

}  // namespace kizashi::filter::invented
