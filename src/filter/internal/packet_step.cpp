#include "kizashi/filter/internal/packet_step.hpp"

#include <algorithm>

namespace kizashi::filter::internal {
namespace {

using form = packet_step::form;

auto has_row(block_mask const& mask) noexcept -> bool {
  std::uint8_t all = 0;
  for (auto const each : mask) all |= each;
  return all != 0;
}

/// `out` must not overlap the column: then the loop becomes a few wide instructions.
template <class T>
void in_range(T const* __restrict column, std::size_t count, T low, T span, bool is_first,
              std::uint8_t* __restrict out) noexcept {
  if (is_first) {
    for (std::size_t i = 0; i < count; ++i)
      out[i] = static_cast<std::uint8_t>(static_cast<T>(column[i] - low) <= span);
  } else {
    for (std::size_t i = 0; i < count; ++i)
      out[i] |= static_cast<std::uint8_t>(static_cast<T>(column[i] - low) <= span);
  }
}

template <class T>
void in_ranges(T const* column, std::size_t count, std::vector<number_range> const& ranges,
               block_mask& out) noexcept {
  if (ranges.empty()) out.fill(0);
  for (std::size_t i = 0; i < ranges.size(); ++i)
    in_range(column, count, static_cast<T>(ranges[i].low),
             static_cast<T>(ranges[i].high - ranges[i].low), i == 0, out.data());
}

auto is_in(std::vector<number_range> const& ranges, std::uint64_t number) noexcept -> bool {
  auto const behind = std::ranges::upper_bound(ranges, number, {}, &number_range::low);
  return behind != ranges.begin() && number <= std::prev(behind)->high;
}

template <class T>
void has_bits(T const* __restrict column, std::size_t count, T any, bool none,
              std::uint8_t* __restrict out) noexcept {
  if (none) {
    for (std::size_t i = 0; i < count; ++i)
      out[i] = static_cast<std::uint8_t>(((column[i] & any) != 0) | (column[i] == 0));
  } else {
    for (std::size_t i = 0; i < count; ++i)
      out[i] = static_cast<std::uint8_t>((column[i] & any) != 0);
  }
}

constexpr std::size_t few_ranges = 4;

}  // namespace

void packet_block::test(packet_step const& step, block_mask const& wanted,
                        block_mask& out) noexcept {
  switch (step.is) {
    case form::all:
      return test_all(step, wanted, out);
    case form::any:
      return test_any(step, wanted, out);
    case form::negation:
      test(step.children.front(), wanted, out);
      for (auto& each : out) each ^= 1;
      return;
    case form::never:
      out.fill(0);
      return;
    case form::guard:
      out.fill(1);
      break;
    case form::numbers:
      test_numbers(step, wanted, out);
      break;
    case form::bits:
      test_bits(step, out);
      break;
    case form::addresses:
      test_addresses(step, wanted, out);
      break;
  }
  apply(step.guard, out);
}

void packet_block::test_all(packet_step const& step, block_mask const& wanted,
                            block_mask& out) noexcept {
  block_mask left = wanted, more{};
  for (auto const& each : step.children) {
    test(each, left, more);
    for (std::size_t i = 0; i < block_rows; ++i) left[i] &= more[i];
    if (!has_row(left)) break;
  }
  out = left;
}

void packet_block::test_any(packet_step const& step, block_mask const& wanted,
                            block_mask& out) noexcept {
  block_mask left = wanted, more{};
  for (auto const& each : step.children) {
    test(each, left, more);
    for (std::size_t i = 0; i < block_rows; ++i) left[i] &= static_cast<std::uint8_t>(more[i] ^ 1);
    if (!has_row(left)) break;
  }
  for (std::size_t i = 0; i < block_rows; ++i)
    out[i] = wanted[i] & static_cast<std::uint8_t>(left[i] ^ 1);
}

template <class T>
void packet_block::test_column(T const& column, packet_step const& step,
                               block_mask& out) const noexcept {
  auto const* const values = column.data() + begin_;
  if (step.ranges.size() <= few_ranges) return in_ranges(values, count_, step.ranges, out);
  if constexpr (sizeof(values[0]) <= 2) {
    auto const* const table = step.table.data();
    for (std::size_t i = 0; i < count_; ++i)
      out[i] = static_cast<std::uint8_t>(table[values[i] / 64] >> values[i] % 64 & 1);
  } else {
    for (std::size_t i = 0; i < count_; ++i)
      out[i] = static_cast<std::uint8_t>(is_in(step.ranges, values[i]));
  }
}

void packet_block::test_numbers(packet_step const& step, block_mask const& wanted,
                                block_mask& out) noexcept {
  switch (step.column) {
    case field::source_port:
    case field::icmp_type:
      return test_column(batch_.source_port, step, out);
    case field::destination_port:
    case field::icmp_code:
      return test_column(batch_.destination_port, step, out);
    case field::protocol:
      return test_column(batch_.ip_protocol, step, out);
    case field::tcp_flags:
      return test_column(batch_.tcp_flags, step, out);
    case field::tcp_sequence:
      return test_column(batch_.tcp_sequence, step, out);
    case field::tcp_acknowledgement:
      return test_column(batch_.tcp_acknowledgement, step, out);
    case field::tcp_window:
      return test_column(batch_.tcp_window, step, out);
    case field::tcp_options:
      return test_column(batch_.tcp_options, step, out);
    case field::tcp_mss:
      return test_column(batch_.tcp_mss, step, out);
    case field::tcp_window_scale:
      return test_column(batch_.tcp_window_scale, step, out);
    case field::ttl:
      return test_column(batch_.ttl, step, out);
    case field::ip_id:
      return test_column(batch_.ip_id, step, out);
    case field::ip_length:
      return test_column(batch_.ip_length, step, out);
    case field::wire_length:
      return test_column(batch_.wire_length, step, out);
    case field::payload_length:
      return test_column(batch_.payload_length, step, out);
    case field::type:
      return test_column(tags_->type, step, out);
    case field::traffic_class:
      return test_column(tags_->traffic_class, step, out);
    case field::scanner:
      return test_column(tags_->scanner, step, out);
    case field::time:
      for (std::size_t i = 0; i < count_; ++i) {
        auto const time = batch_.time[begin_ + i];
        out[i] = static_cast<std::uint8_t>(
            time >= 0 && is_in(step.ranges, static_cast<std::uint64_t>(time) / 1000));
      }
      return;
    default:
      return test_places(step, wanted, out);
  }
}

void packet_block::test_bits(packet_step const& step, block_mask& out) const noexcept {
  auto const any = step.any_bit;
  bool const none = step.wants_no_bit;
  switch (step.column) {
    case field::flag:
      return has_bits(batch_.tcp_flags.data() + begin_, count_, static_cast<std::uint8_t>(any),
                      none, out.data());
    case field::attribute:
      return has_bits(batch_.attributes.data() + begin_, count_, static_cast<std::uint16_t>(any),
                      none, out.data());
    default:
      return has_bits(tags_->fingerprints.data() + begin_, count_, any, none, out.data());
  }
}

void packet_block::test_addresses(packet_step const& step, block_mask const& wanted,
                                  block_mask& out) const noexcept {
  using net::attribute;
  bool const is_source = step.column == field::source;
  auto const* const values =
      (is_source ? batch_.source.data() : batch_.destination.data()) + begin_;
  auto const* const attributes = batch_.attributes.data() + begin_;
  if (step.has_many) {
    for (std::size_t i = 0; i < count_; ++i)
      out[i] =
          static_cast<std::uint8_t>(wanted[i] != 0 && step.prefixes.contains(net::ipv4{values[i]}));
  } else {
    in_ranges(values, count_, step.ipv4, out);
  }
  constexpr auto ipv6 = net::bit(attribute::ipv6);
  std::uint16_t seen = 0;
  for (std::size_t i = 0; i < count_; ++i) seen |= attributes[i];
  if ((seen & ipv6) == 0) return;
  for (std::size_t i = 0; i < count_; ++i) {
    if ((attributes[i] & ipv6) == 0) continue;
    auto const& pair = batch_.ipv6[values[i]];
    out[i] = static_cast<std::uint8_t>(
        step.has_ipv6 && step.prefixes.contains(is_source ? pair.source : pair.destination));
  }
}

void packet_block::test_places(packet_step const& step, block_mask const& wanted,
                               block_mask& out) noexcept {
  for (std::size_t i = 0; i < count_; ++i) {
    out[i] = 0;
    if (wanted[i] == 0) continue;
    auto const row = begin_ + i;
    if (is_placed_[i] == 0) {
      is_placed_[i] = 1;
      bool const has_place = places_ != nullptr && !batch_.has(row, net::attribute::no_ip);
      place_of_[i] = has_place ? places_->find(batch_.source_address(row)) : recognise::place{};
    }
    auto const& at = place_of_[i];
    auto const letters = at.country.text();
    std::uint64_t const number =
        step.column == field::as
            ? at.asn.number()
            : static_cast<std::uint64_t>(static_cast<unsigned char>(letters[0]) << 8 |
                                         static_cast<unsigned char>(letters[1]));
    out[i] = static_cast<std::uint8_t>(is_in(step.ranges, number));
  }
}

void packet_block::apply(packet_guard const& guard, block_mask& out) const noexcept {
  if (guard.mask != 0) {
    auto const* const attributes = batch_.attributes.data() + begin_;
    for (std::size_t i = 0; i < count_; ++i)
      out[i] &= static_cast<std::uint8_t>((attributes[i] & guard.mask) == guard.want);
  }
  auto const [one, other] = guard.protocols;
  if (one == 0) return;
  auto const* const protocols = batch_.ip_protocol.data() + begin_;
  for (std::size_t i = 0; i < count_; ++i)
    out[i] &= static_cast<std::uint8_t>((protocols[i] == one) | (protocols[i] == other));
}

}  // namespace kizashi::filter::internal
