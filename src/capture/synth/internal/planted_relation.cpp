#include "kizashi/capture/synth/internal/planted_relation.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "kizashi/base/text.hpp"

namespace kizashi::capture::synth {

namespace {

// In the order of `name`; the first six can be targets.
constexpr auto names = std::to_array<std::string_view>(
    {"ip.id", "tcp.seq", "tcp.seq.high", "tcp.seq.low", "tcp.window", "tcp.srcport", "ip.dst",
     "ip.dst.high", "ip.dst.low", "ip.src", "ip.src.high", "ip.src.low", "tcp.dstport", "key"});
constexpr std::size_t targets = 6;
constexpr std::size_t most_terms = 8;

auto list(std::size_t count) -> std::string {
  return fmt::format("{}", fmt::join(names.begin(), names.begin() + count, ", "));
}

}  // namespace

auto planted_relation::find_name(std::string_view text) -> name {
  return static_cast<name>(std::find(names.begin(), names.end(), text) - names.begin());
}

auto planted_relation::parse_term(std::string_view text) -> result<term> {
  term out;
  if (text.starts_with("swap(") && text.ends_with(")")) {
    out.is_swapped = true;
    text = trim(text.substr(5, text.size() - 6));
  }
  out.of = find_name(text);
  if (out.of != name::number) return out;
  auto const number = parse_unsigned(text, 0xFFFFFFFF);
  if (!number || out.is_swapped)
    return fail(errc::parse_error, fmt::format("a term as one of {}, swap(TERM) or a whole number, "
                                               "instead of \"{}\"",
                                               list(names.size()), text));
  out.number = static_cast<std::uint32_t>(*number);
  return out;
}

auto planted_relation::parse(std::string_view text) -> result<planted_relation> {
  planted_relation out;
  auto const equals = text.find('=');
  auto const target = trim(text.substr(0, std::min(equals, text.size())));
  out.target_ = find_name(target);
  if (equals == std::string_view::npos || static_cast<std::size_t>(out.target_) >= targets)
    return fail(errc::parse_error, fmt::format("TARGET = TERM ^ TERM ..., such as \"ip.id = "
                                               "ip.dst.low ^ tcp.srcport\", the target one of {}",
                                               list(targets)));
  auto sign = '+';
  for (auto rest = text.substr(equals + 1);;) {
    auto const end = rest.find_first_of("^+-");
    KIZASHI_TRY(auto each, parse_term(trim(rest.substr(0, std::min(end, rest.size())))));
    each.sign = sign;
    out.terms_.push_back(each);
    if (out.terms_.size() > most_terms)
      return fail(errc::parse_error, fmt::format("at most {} terms", most_terms));
    if (end == std::string_view::npos) return out;
    sign = rest[end];
    rest.remove_prefix(end + 1);
  }
}

auto planted_relation::value_of(term const& each, packet_plan const& plan,
                                std::uint64_t host_key) noexcept -> std::uint32_t {
  auto const of_two = [&](std::uint32_t x) {
    return each.is_swapped ? std::uint32_t{__builtin_bswap16(static_cast<std::uint16_t>(x))} : x;
  };
  auto const of_four = [&](std::uint32_t x) { return each.is_swapped ? __builtin_bswap32(x) : x; };
  switch (each.of) {
    case name::ip_id:
      return of_two(plan.ip_id);
    case name::sequence:
      return of_four(plan.sequence);
    case name::sequence_high:
      return of_two(plan.sequence >> 16);
    case name::sequence_low:
      return of_two(plan.sequence & 0xFFFF);
    case name::window:
      return of_two(plan.window);
    case name::source_port:
      return of_two(plan.source_port);
    case name::destination:
      return of_four(plan.destination);
    case name::destination_high:
      return of_two(plan.destination >> 16);
    case name::destination_low:
      return of_two(plan.destination & 0xFFFF);
    case name::source:
      return of_four(plan.source);
    case name::source_high:
      return of_two(plan.source >> 16);
    case name::source_low:
      return of_two(plan.source & 0xFFFF);
    case name::destination_port:
      return of_two(plan.destination_port);
    case name::key:
      return of_four(static_cast<std::uint32_t>(host_key >> 13));
    case name::number:
      return each.number;
  }
  return 0;
}

void planted_relation::apply(packet_plan& plan, std::uint64_t host_key) const noexcept {
  if (terms_.empty()) return;
  std::uint32_t value = 0;
  for (auto const& each : terms_) {
    auto const term_value = value_of(each, plan, host_key);
    value = each.sign == '^'   ? value ^ term_value
            : each.sign == '-' ? value - term_value
                               : value + term_value;
  }
  auto const low = static_cast<std::uint16_t>(value);
  switch (target_) {
    case name::ip_id:
      plan.ip_id = low;
      break;
    case name::sequence:
      plan.sequence = value;
      break;
    case name::sequence_high:
      plan.sequence = (plan.sequence & 0xFFFF) | value << 16;
      break;
    case name::sequence_low:
      plan.sequence = (plan.sequence & 0xFFFF0000) | low;
      break;
    case name::window:
      plan.window = low;
      break;
    default:
      plan.source_port = low;
      break;
  }
}

}  // namespace kizashi::capture::synth
