#include "kizashi/recognise/internal/fingerprint_contradiction.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <map>
#include <vector>

#include <fmt/format.h>

#include "kizashi/net/packet_batch.hpp"

namespace kizashi::recognise::internal {
namespace {

constexpr std::uint32_t all_bits = 0xFFFFFFFF;

/// What is known of a value: it lies between two numbers and has some bits always or never.
struct knowledge {
  std::uint32_t low = 0;
  std::uint32_t high = all_bits;
  std::uint32_t always = 0;
  std::uint32_t possible = all_bits;

  [[nodiscard]] auto is_constant() const -> bool { return low == high; }
};

constexpr auto bits_below(std::uint32_t most) -> std::uint32_t {
  return most == 0 ? 0 : all_bits >> std::countl_zero(most);
}

/// Each half of what is known says something of the other.
auto agreed(knowledge of) -> knowledge {
  of.low = std::max(of.low, of.always);
  of.high = std::min(of.high, of.possible);
  if (of.low > of.high) return of;  // nothing is left: nobody can pass
  auto const varying = bits_below(of.low ^ of.high);
  of.always |= of.low & ~varying;
  of.possible &= of.low | varying;
  return of;
}

auto constant(std::uint32_t number) -> knowledge {
  return {number, number, number, number};
}
auto between(std::uint32_t low, std::uint32_t high) -> knowledge {
  return agreed({low, high, 0, all_bits});
}
auto of_bits(std::uint32_t always, std::uint32_t possible) -> knowledge {
  return agreed({0, all_bits, always, possible});
}

auto shifted(operation does, knowledge const& of, knowledge const& by) -> knowledge {
  if (!by.is_constant()) return does == operation::shift_right ? between(0, of.high) : knowledge{};
  if (by.low >= 32) return constant(0);
  if (does == operation::shift_right)
    return agreed(
        {of.low >> by.low, of.high >> by.low, of.always >> by.low, of.possible >> by.low});
  auto out = of_bits(of.always << by.low, of.possible << by.low);
  if (of.high <= all_bits >> by.low)
    out = agreed({of.low << by.low, of.high << by.low, out.always, out.possible});
  return out;
}

auto swapped(operation does, knowledge const& of) -> knowledge {
  auto const swap = [does](std::uint32_t each) {
    return does == operation::swap32
               ? __builtin_bswap32(each)
               : static_cast<std::uint32_t>(__builtin_bswap16(static_cast<std::uint16_t>(each)));
  };
  return of_bits(swap(of.always), swap(of.possible));
}

auto combined(operation does, knowledge const& a, knowledge const& b) -> knowledge {
  switch (does) {
    case operation::add:
      if (a.is_constant() && b.is_constant()) return constant(a.low + b.low);
      return a.high <= all_bits - b.high ? between(a.low + b.low, a.high + b.high) : knowledge{};
    case operation::subtract:
      if (a.is_constant() && b.is_constant()) return constant(a.low - b.low);
      return a.low >= b.high ? between(a.low - b.high, a.high - b.low) : knowledge{};
    case operation::bit_and:
      return agreed({0, std::min(a.high, b.high), a.always & b.always, a.possible & b.possible});
    case operation::bit_or:
      return agreed(
          {std::max(a.low, b.low), all_bits, a.always | b.always, a.possible | b.possible});
    case operation::bit_xor:
      return of_bits((a.always & ~b.possible) | (b.always & ~a.possible),
                     (a.possible | b.possible) & ~(a.always & b.always));
    default:
      return shifted(does, a, b);
  }
}

/// The same numbers by ranges that ascend and are apart: as many as are needed and no more.
auto joined(std::vector<value_range> all) -> std::vector<value_range> {
  std::ranges::sort(all, {}, &value_range::low);
  std::vector<value_range> out;
  for (auto const& each : all) {
    if (!out.empty() && each.low <= out.back().high)
      out.back().high = std::max(out.back().high, each.high);
    else
      out.push_back(each);
  }
  return out;
}

/// Which numbers a field may have, by ranges that ascend and are apart.
class field_values {
public:
  explicit field_values(std::uint32_t most) : ranges_{{0, most}} {}

  /// Leaves what lies in one of `permitted` too.
  void restrict_to(std::span<value_range const> wanted) {
    auto const permitted = joined({wanted.begin(), wanted.end()});
    std::vector<value_range> left;
    for (auto const& each : ranges_)
      for (auto const& other : permitted) {
        auto const low = std::max(each.low, other.low);
        auto const high = std::min(each.high, other.high);
        if (low <= high) left.push_back({low, high});
      }
    ranges_ = std::move(left);
  }
  void take_out(std::uint32_t number) {
    std::vector<value_range> others;
    if (number > 0) others.push_back({0, number - 1});
    if (number < all_bits) others.push_back({number + 1, all_bits});
    restrict_to(others);
  }
  [[nodiscard]] auto is_empty() const -> bool { return ranges_.empty(); }
  [[nodiscard]] auto known() const -> knowledge {
    knowledge out{all_bits, 0, all_bits, 0};
    for (auto const& each : ranges_) {
      auto const one = between(each.low, each.high);
      out = {std::min(out.low, one.low), std::max(out.high, one.high), out.always & one.always,
             out.possible | one.possible};
    }
    return out;
  }

private:
  std::vector<value_range> ranges_;
};

auto is_equal(expression const& a, expression const& b) -> bool {
  return std::ranges::equal(a, b, [](expression_node const& x, expression_node const& y) {
    return x.does == y.does && x.value == y.value && x.left == y.left && x.right == y.right;
  });
}

auto field_of(expression const& of) -> std::optional<field> {
  if (of.size() != 1 || of[0].does != operation::field) return std::nullopt;
  return static_cast<field>(of[0].value);
}

auto most_of(field each) -> std::uint32_t {
  if (each == field::ip_df) return 1;
  if (each == field::icmp_type || each == field::icmp_code) return 255;
  return largest_of(each);
}

/// All that some conditions together say of a packet.
class packet_knowledge {
public:
  explicit packet_knowledge(std::span<condition const* const> all) : all_{all} {
    for (std::size_t i = 0; i < fields; ++i) values_.emplace_back(most_of(static_cast<field>(i)));
    for (auto const* const each : all_) learn(*each);
  }

  /// Whether some packet may pass.
  [[nodiscard]] auto is_possible() const -> bool {
    return !has_two_bytes_ && std::ranges::none_of(values_, &field_values::is_empty) &&
           std::ranges::all_of(all_, [&](auto const* each) { return may_hold(*each); });
  }
  [[nodiscard]] auto known_of(expression const& of) const -> knowledge {
    std::vector<knowledge> known;
    for (auto const& each : of) {
      if (each.does == operation::number)
        known.push_back(constant(each.value));
      else if (each.does == operation::field)
        known.push_back(values_[each.value].known());
      else if (each.does <= operation::swap32)
        known.push_back(swapped(each.does, known[each.left]));
      else
        known.push_back(combined(each.does, known[each.left], known[each.right]));
    }
    return known.back();
  }

private:
  auto values(field of) -> field_values& { return values_[static_cast<std::size_t>(of)]; }

  void learn(condition const& each) {
    if (each.is == condition::form::word) learn(each.kind);
    for (auto const* const side : {&each.left, &each.right})
      for (auto const& node : *side)
        if (node.does == operation::field) learn(word_of(static_cast<field>(node.value)));
    if (each.is == condition::form::compare) learn_comparison(each);
    if (each.is == condition::form::ranges)
      if (auto const of = field_of(each.left); of && !each.is_negated)
        values(*of).restrict_to(each.ranges);
    if (each.is >= condition::form::starts) learn_payload(each);
  }

  void learn(word kind) {
    auto const protocol = kind == word::udp                        ? net::protocol::udp
                          : kind == word::icmp                     ? net::protocol::icmp
                          : kind == word::ip || kind == word::ipv4 ? 0
                                                                   : net::protocol::tcp;
    if (protocol != 0) restrict_to_bits(field::ip_proto, protocol, protocol);
    // docs/traffic.md has the flags of each type.
    namespace flag = net::tcp_flag;
    if (kind == word::tcp_syn)
      restrict_to_bits(field::tcp_flags, flag::syn, 0xFFU & ~(flag::ack | flag::fin | flag::rst));
    if (kind == word::tcp_synack)
      restrict_to_bits(field::tcp_flags, flag::syn | flag::ack, 0xFFU & ~flag::rst);
    if (kind == word::tcp_rst) restrict_to_bits(field::tcp_flags, flag::rst, 0xFF);
  }

  /// For fields of a byte.
  void restrict_to_bits(field of, std::uint32_t always, std::uint32_t possible) {
    std::vector<value_range> permitted;
    for (std::uint32_t each = 0; each < 256; ++each)
      if ((each & always) == always && (each & ~possible) == 0) permitted.push_back({each, each});
    values(of).restrict_to(permitted);
  }

  void learn_comparison(condition const& each) {
    auto const left = field_of(each.left);
    auto const right = field_of(each.right);
    auto const number = known_of(left ? each.right : each.left);
    if (left.has_value() == right.has_value() || !number.is_constant()) return;
    auto& of = values(left ? *left : *right);
    auto const n = number.low;
    if (each.how == comparison::unequal) return of.take_out(n);
    if (each.how == comparison::equal) return restrict_to(of, n, n);
    auto const is_less = each.how == comparison::less;
    if (left)  // value < n, value <= n
      return is_less && n == 0 ? of.restrict_to({}) : restrict_to(of, 0, n - is_less);
    return is_less && n == all_bits ? of.restrict_to({}) : restrict_to(of, n + is_less, all_bits);
  }
  static void restrict_to(field_values& of, std::uint32_t low, std::uint32_t high) {
    value_range const only[]{{low, high}};
    of.restrict_to(only);
  }

  void learn_payload(condition const& each) {
    auto const least = each.offset + static_cast<std::uint32_t>(each.bytes.size());
    restrict_to(values(field::payload_length), least, all_bits);
    if (each.is == condition::form::contains) return;
    for (std::size_t i = 0; i < each.bytes.size(); ++i)
      if (auto const [at, is_new] = bytes_.try_emplace(each.offset + i, each.bytes[i]);
          !is_new && at->second != each.bytes[i])
        has_two_bytes_ = true;
  }

  [[nodiscard]] auto may_hold(condition const& each) const -> bool {
    if (each.is == condition::form::compare) {
      auto const a = known_of(each.left);
      auto const b = known_of(each.right);
      auto const is_same = is_equal(each.left, each.right);
      switch (each.how) {
        case comparison::equal:
          return a.low <= b.high && b.low <= a.high && (a.always & ~b.possible) == 0 &&
                 (b.always & ~a.possible) == 0;
        case comparison::unequal:
          return !is_same && !(a.is_constant() && b.is_constant() && a.low == b.low);
        case comparison::less:
          return !is_same && a.low < b.high;
        case comparison::less_or_equal:
          return a.low <= b.high;
      }
    }
    if (each.is != condition::form::ranges || each.is_negated) return true;
    auto const value = known_of(each.left);
    return std::ranges::any_of(each.ranges, [&](value_range const& range) {
      auto const other = between(range.low, range.high);
      return value.low <= other.high && other.low <= value.high &&
             (value.always & ~other.possible) == 0 && (other.always & ~value.possible) == 0;
    });
  }

  std::span<condition const* const> all_;
  std::vector<field_values> values_;
  std::map<std::size_t, char> bytes_;  ///< of the payload, by place
  bool has_two_bytes_ = false;         ///< for one place
};

auto may_pass(std::initializer_list<condition const*> all) -> bool {
  return packet_knowledge{std::span{all.begin(), all.size()}}.is_possible();
}

auto shown(knowledge const& of) -> std::string {
  return of.is_constant() ? fmt::format("{}", of.low) : fmt::format("{} to {}", of.low, of.high);
}

/// Of a condition that fails by itself.
auto reason_of(condition const& each) -> std::string {
  packet_knowledge const nothing{std::span<condition const* const>{}};
  auto const is_number = [](expression const& of) {
    return std::ranges::all_of(of, [](auto const& node) { return node.does != operation::field; });
  };
  if (each.is == condition::form::compare && is_equal(each.left, each.right))
    return "both sides are the same";
  if (each.is == condition::form::compare && !is_number(each.left) && !is_number(each.right))
    return fmt::format("the sides are {} and {}", shown(nothing.known_of(each.left)),
                       shown(nothing.known_of(each.right)));
  auto const& side =
      each.is == condition::form::compare && is_number(each.left) ? each.right : each.left;
  auto const known = nothing.known_of(side);
  auto const of = field_of(side);
  if (of) return fmt::format("{} is {}", name_of(*of), shown(known));
  return fmt::format("the value is {}, with bits of 0x{:x} only", shown(known), known.possible);
}

}  // namespace

auto find_contradiction(std::span<condition const> all) -> std::optional<contradiction> {
  std::vector<condition const*> together;
  for (auto const& each : all) together.push_back(&each);
  if (packet_knowledge{together}.is_possible()) return std::nullopt;
  for (std::size_t i = 0; i < all.size(); ++i)
    if (!may_pass({&all[i]}))
      return contradiction{i, fmt::format("no packet passes it: {}", reason_of(all[i]))};
  for (std::size_t i = 0; i < all.size(); ++i)
    for (std::size_t j = 0; j < i; ++j)
      if (!may_pass({&all[j], &all[i]}))
        return contradiction{i, fmt::format("no packet passes both it and match[{}]", j + 1)};
  return contradiction{all.size() - 1, "no packet passes it and all the others"};
}

}  // namespace kizashi::recognise::internal
