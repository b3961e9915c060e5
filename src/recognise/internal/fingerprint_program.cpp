#include "kizashi/recognise/internal/fingerprint_program.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <bitset>
#include <cstring>
#include <string_view>

#include "kizashi/recognise/internal/fingerprint_kernels.hpp"
#include "kizashi/recognise/traffic.hpp"

namespace kizashi::recognise::internal {
namespace {

/// Each word and, as payload needs a length, two tests for each condition.
constexpr std::size_t most_tests = words + 2 * most_fingerprints * most_conditions;

using net::attribute;
using net::bit;

/// Calls `use` with the column of a field, from `row` on. `ip_df` has none.
template <class Use>
auto with_column(net::packet_batch const& batch, field each, std::size_t row, Use const& use) {
  switch (each) {
    case field::ip_src:
      return use(batch.source.data() + row);
    case field::ip_dst:
      return use(batch.destination.data() + row);
    case field::ip_id:
      return use(batch.ip_id.data() + row);
    case field::ip_ttl:
      return use(batch.ttl.data() + row);
    case field::ip_len:
      return use(batch.ip_length.data() + row);
    case field::ip_df:
      break;
    case field::ip_proto:
      return use(batch.ip_protocol.data() + row);
    case field::tcp_seq:
      return use(batch.tcp_sequence.data() + row);
    case field::tcp_ack:
      return use(batch.tcp_acknowledgement.data() + row);
    case field::tcp_window:
      return use(batch.tcp_window.data() + row);
    case field::tcp_mss:
      return use(batch.tcp_mss.data() + row);
    case field::tcp_wscale:
      return use(batch.tcp_window_scale.data() + row);
    case field::tcp_options:
      return use(batch.tcp_options.data() + row);
    case field::tcp_srcport:
    case field::udp_srcport:
    case field::icmp_type:
      return use(batch.source_port.data() + row);
    case field::tcp_dstport:
    case field::udp_dstport:
    case field::icmp_code:
      return use(batch.destination_port.data() + row);
    case field::tcp_flags:
      return use(batch.tcp_flags.data() + row);
    case field::payload_length:
      break;
  }
  return use(batch.payload_length.data() + row);
}

auto payload_of(net::packet_batch const& batch, net::frame_block const& frames, std::size_t row)
    -> std::string_view {
  auto const index = batch.frame_index[row];
  if (index >= frames.frames.size()) return {};
  auto const frame = frames.data(frames.frames[index]);
  std::size_t const offset = batch.payload_offset[row];
  std::size_t const length = batch.payload_length[row];
  if (offset > frame.size() || length > frame.size() - offset) return {};
  return {reinterpret_cast<char const*>(frame.data()) + offset, length};
}

auto kind_of_row(net::packet_batch const& batch, tag_columns const& tags, std::size_t row,
                 word kind) -> std::uint64_t {
  auto const* const attributes = batch.attributes.data() + row;
  auto const of_type = [&](packet_type type) {
    auto const number = static_cast<std::uint32_t>(type);
    value_range const only[]{{number, number}};
    return rows_in(tags.type.data() + row, only);
  };
  auto const of_protocol = [&](std::uint8_t number) {
    value_range const only[]{{number, number}};
    return rows_in(batch.ip_protocol.data() + row, only) &
           rows_with(attributes, bit(attribute::ports));
  };
  switch (kind) {
    case word::ip:
      break;
    case word::ipv4:
      return ~rows_with(attributes,
                        static_cast<std::uint16_t>(bit(attribute::no_ip) | bit(attribute::ipv6)));
    case word::tcp:
      return of_protocol(net::protocol::tcp);
    case word::udp:
      return of_protocol(net::protocol::udp);
    case word::icmp:
      return of_protocol(net::protocol::icmp);
    case word::tcp_syn:
      return of_type(packet_type::tcp_syn);
    case word::tcp_synack:
      return of_type(packet_type::tcp_synack);
    case word::tcp_rst:
      return of_type(packet_type::tcp_rst);
  }
  return ~rows_with(attributes, bit(attribute::no_ip));
}

}  // namespace

/// The state of one chunk: what is known so far of its rows.
struct fingerprint_program::chunk {
  chunk(fingerprint_program const& of, net::packet_batch const& from, net::frame_block const& bytes,
        tag_columns const& known) noexcept
      : program{of}, batch{from}, frames{bytes}, tags{known} {}

  void begin(std::size_t first_row) noexcept {
    row = first_row;
    has_mask.reset();
    has_value.reset();
  }

  void compute(std::span<std::uint16_t const> needs) noexcept {
    for (auto const index : needs) {
      if (has_value[index]) continue;
      has_value[index] = true;
      places[index] = scratch[index].data();
      compute(program.values_[index], index);
    }
  }

  void compute(value const& each, std::uint16_t index) noexcept {
    auto* const out = scratch[index].data();
    switch (each.does) {
      case operation::number:
        return fill(each.number, out);
      case operation::field:
        return load(static_cast<field>(each.number), index);
      case operation::swap16:
      case operation::swap32:
        return swap_bytes(each.does, places[each.left], out);
      default:
        break;
    }
    auto const& right = program.values_[each.right];
    if (right.does == operation::number)
      combine(each.does, places[each.left], right.number, out);
    else
      combine(each.does, places[each.left], places[each.right], out);
  }

  void load(field each, std::uint16_t index) noexcept {
    auto* const out = scratch[index].data();
    if (each == field::ip_df)
      return widen_bit(batch.attributes.data() + row, bit(attribute::dont_fragment), out);
    with_column(batch, each, row, [&](auto const* column) {
      if constexpr (sizeof *column == sizeof *out)
        places[index] = column;
      else
        widen(column, out);
    });
  }

  /// Rows in which test `index` holds, of `wanted` at least.
  auto mask(std::uint16_t index, std::uint64_t wanted) noexcept -> std::uint64_t {
    auto const& each = program.tests_[index];
    if (each.is >= condition::form::starts) return in_payload(each, wanted);
    if (has_mask[index]) return masks[index];
    if (each.is == condition::form::ranges && is_cheaper_by_row(each, wanted))
      return in_ranges_by_row(each, wanted);
    has_mask[index] = true;
    return masks[index] = compute_mask(each);
  }

  /// Whether so few rows are left that the others need not be looked at.
  static auto is_cheaper_by_row(test const& each, std::uint64_t wanted) noexcept -> bool {
    return each.is_field && std::popcount(wanted) <= 6;
  }

  auto in_ranges_by_row(test const& each, std::uint64_t wanted) const noexcept -> std::uint64_t {
    auto const which = static_cast<field>(program.values_[each.left].number);
    auto const found = with_column(batch, which, row, [&](auto const* column) {
      std::uint64_t answer = 0;
      for (auto left = wanted; left != 0; left &= left - 1) {
        auto const i = std::countr_zero(left);
        std::uint32_t const value = column[i];
        std::uint64_t is_in = 0;
        for (auto const& range : each.ranges)
          is_in |= value - range.low <= range.high - range.low ? 1U : 0U;
        answer |= is_in << i;
      }
      return answer;
    });
    return each.is_negated ? wanted & ~found : found;
  }

  auto compute_mask(test const& each) noexcept -> std::uint64_t {
    if (each.is == condition::form::word) return kind_of_row(batch, tags, row, each.kind);
    if (each.is == condition::form::compare) {
      compute(each.needs);
      return rows_where(each.how, places[each.left], places[each.right]);
    }
    auto const rows = in_ranges(each);
    return each.is_negated ? ~rows : rows;
  }

  auto in_ranges(test const& each) noexcept -> std::uint64_t {
    if (each.is_field) {
      auto const which = static_cast<field>(program.values_[each.left].number);
      return with_column(batch, which, row,
                         [&](auto const* column) { return rows_in(column, each.ranges); });
    }
    auto const& left = program.values_[each.left];
    if (left.does == operation::field) return without_column(each.ranges);
    compute(each.needs);
    return rows_in(places[each.left], each.ranges);
  }

  /// `ip.df`, which is 0 or 1.
  auto without_column(std::span<value_range const> ranges) const noexcept -> std::uint64_t {
    auto const has = [&](std::uint32_t value) {
      return std::ranges::any_of(
          ranges, [&](auto const& each) { return each.low <= value && value <= each.high; });
    };
    auto const set = rows_with(batch.attributes.data() + row, bit(attribute::dont_fragment));
    return (has(1) ? set : 0) | (has(0) ? ~set : 0);
  }

  auto in_payload(test const& each, std::uint64_t wanted) const noexcept -> std::uint64_t {
    std::uint64_t answer = 0;
    for (auto left = wanted; left != 0; left &= left - 1) {
      auto const i = static_cast<std::size_t>(std::countr_zero(left));
      if (holds(each, payload_of(batch, frames, row + i))) answer |= std::uint64_t{1} << i;
    }
    return answer;
  }

  static auto holds(test const& each, std::string_view payload) noexcept -> bool {
    if (each.is != condition::form::contains)
      return payload.size() >= each.offset && payload.substr(each.offset).starts_with(each.bytes);
    if (payload.empty()) return each.bytes.empty();
    // memmem takes time in proportion to both lengths, whatever a stranger writes.
    return ::memmem(payload.data(), std::min(payload.size(), longest_search), each.bytes.data(),
                    each.bytes.size()) != nullptr;
  }

  /// Rows of `rows` in which all tests of an entry hold.
  auto rows_of(entry const& each, std::uint64_t rows) noexcept -> std::uint64_t {
    for (auto const index : each.tests) {
      if (rows == 0) break;
      rows &= mask(index, rows);
    }
    return rows;
  }

  /// A row that does not pass gets a number that it shares with no other sequence number.
  void write_key(entry const& each, std::uint64_t rows, std::uint32_t* out) noexcept {
    auto const* const sequence = batch.tcp_sequence.data() + row;
    if (rows == 0) return scramble(sequence, out);
    compute(each.needs);
    auto const* const key = places[each.key];
    if (std::popcount(rows) <= 32) {
      scramble(sequence, out);
      for (; rows != 0; rows &= rows - 1) {
        auto const i = static_cast<std::size_t>(std::countr_zero(rows));
        out[i] = key[i];
      }
      return;
    }
    std::memcpy(out, key, chunk_rows * sizeof *out);
    for (auto other = ~rows; other != 0; other &= other - 1) {
      auto const i = static_cast<std::size_t>(std::countr_zero(other));
      out[i] = sequence[i] * 0x9E3779B1U;
    }
  }

  fingerprint_program const& program;
  net::packet_batch const& batch;
  net::frame_block const& frames;
  tag_columns const& tags;
  std::size_t row = 0;
  std::bitset<most_tests> has_mask;
  std::bitset<most_values> has_value;
  std::array<std::uint64_t, most_tests> masks;
  std::array<std::uint32_t const*, most_values> places;
  alignas(64) std::array<std::array<std::uint32_t, chunk_rows>, most_values> scratch;
};

void fingerprint_program::run(net::packet_batch const& batch, net::frame_block const& frames,
                              tag_columns& to) const {
  chunk at{*this, batch, frames, to};
  for (std::size_t row = 0; row < batch.size(); row += chunk_rows) {
    // Columns are as long as whole chunks; what stands behind the last row counts for nothing.
    auto const left = batch.size() - row;
    auto const all = left >= chunk_rows ? ~std::uint64_t{0} : (std::uint64_t{1} << left) - 1;
    at.begin(row);
    auto* const marks = to.fingerprints.data() + row;
    std::memset(marks, 0, chunk_rows * sizeof *marks);
    for (auto const& each_group : groups_) {
      auto const rows = all & at.mask(each_group.first, all);
      if (rows == 0) continue;
      for (auto const& each : each_group.entries) {
        auto const found = at.rows_of(each, rows);
        if (each.is_key)
          at.write_key(each, found, to.keys[each.number].data() + row);
        else if (found != 0)
          mark(found, std::uint64_t{1} << each.number, marks);
      }
    }
  }
}

static_assert(net::packet_batch::capacity % chunk_rows == 0);

}  // namespace kizashi::recognise::internal
