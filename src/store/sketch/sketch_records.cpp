#include "kizashi/store/sketch/sketch_records.hpp"

#include <algorithm>
#include <cstring>
#include <iterator>
#include <type_traits>
#include <utility>

#include <fmt/format.h>

#include "kizashi/base/random.hpp"
#include "kizashi/net/byte_reader.hpp"

namespace kizashi::store {
namespace {

constexpr std::uint32_t mark = 0x52535A4B;  // "KZSR"
constexpr std::size_t head_size = 64;
constexpr std::size_t summed_size = head_size - 8;  // of the head, without its own sum
constexpr std::size_t most_values = 4096;           // of a record

template <class Number>
void append_little(std::string& to, Number number) {
  for (unsigned i = 0; i < sizeof number; ++i)
    to += static_cast<char>(static_cast<std::uint64_t>(number) >> (8 * i) & 255);
}

void append_value(std::string& to, net::ipv6 value) {
  append_little(to, value.high());
  append_little(to, value.low());
}
void append_value(std::string& to, std::uint32_t value) {
  append_value(to, net::ipv6{0, value});
}

auto bytes_of(std::string_view text) -> std::span<std::uint8_t const> {
  return {reinterpret_cast<std::uint8_t const*>(text.data()), text.size()};
}

void append_payload(std::span<std::uint32_t const> values, std::string& to) {
  for (std::size_t i = 1; i < values.size(); ++i) {
    auto step = values[i] - values[i - 1];
    for (; step > 127; step >>= 7) to += static_cast<char>((step & 127U) | 128U);
    to += static_cast<char>(step);
  }
}
void append_payload(std::span<net::ipv6 const> values, std::string& to) {
  for (auto const& each : values.subspan(1)) append_value(to, each);
}

template <class Value>
void append_all(sketch_key of, std::span<Value const> values, std::string& to) {
  while (!values.empty()) {
    auto const part = values.first(std::min(values.size(), most_values));
    auto const begin = to.size();
    append_little(to, mark);
    append_little(to, of.sensor);
    append_little(to, static_cast<std::uint16_t>(of.kind));
    append_little(to, static_cast<std::uint32_t>(part.size()));
    auto const length_at = to.size();
    to.resize(begin + head_size);
    append_payload(part, to);
    auto const payload = bytes_of(to).subspan(begin + head_size);
    std::string rest;
    append_little(rest, static_cast<std::uint32_t>(payload.size()));
    append_value(rest, part.front());
    append_value(rest, part.back());
    append_little(rest, sum_of(payload));
    std::memcpy(to.data() + length_at, rest.data(), rest.size());
    rest.clear();
    append_little(rest, sum_of(bytes_of(to).subspan(begin, summed_size)));
    std::memcpy(to.data() + begin + summed_size, rest.data(), rest.size());
    values = values.subspan(part.size());
  }
}

auto damaged(std::size_t at, std::string_view why) {
  return fail(errc::parse_error, fmt::format("is damaged at byte {}: {}", at, why));
}

/// The addresses that the first and the last value stand for; none when they are none.
auto range_of(sketch_kind kind, net::ipv6 first, net::ipv6 last)
    -> std::optional<net::address_range> {
  if (last < first) return {};
  if (is_ipv6(kind)) return net::address_range{first, last};
  auto const most = kind == sketch_kind::ipv4_blocks ? 0xFFFFFFU : 0xFFFFFFFFU;
  if (last.high() != 0 || last.low() > most) return {};
  auto const low = static_cast<std::uint32_t>(first.low());
  auto const high = static_cast<std::uint32_t>(last.low());
  if (kind == sketch_kind::ipv4_sources) return net::address_range{net::ipv4{low}, net::ipv4{high}};
  return net::address_range{net::ipv4{low << 8}, net::ipv4{high << 8 | 255U}};
}

auto is_intact(sketch_record const& of) -> bool {
  return sum_of(of.payload) == of.sum;
}

/// Runs of ascending values, one behind the other, as one.
template <class Value>
void merge_runs(std::vector<Value>& values, std::vector<std::size_t> begins) {
  while (begins.size() > 1) {
    std::vector<Value> merged;
    std::vector<std::size_t> begins_of_merged;
    merged.reserve(values.size());
    for (std::size_t i = 0; i < begins.size(); i += 2) {
      auto const at = [&](std::size_t run) {
        auto const where = run < begins.size() ? begins[run] : values.size();
        return values.begin() + static_cast<std::ptrdiff_t>(where);
      };
      begins_of_merged.push_back(merged.size());
      std::set_union(at(i), at(i + 1), at(i + 1), at(i + 2), std::back_inserter(merged));
    }
    values = std::move(merged);
    begins = std::move(begins_of_merged);
  }
}

/// The values of one key while its records are read.
template <class Value>
struct collected {
  std::vector<Value> values;
  std::vector<std::size_t> begins;  // of runs

  void add(std::vector<Value> const& more) {
    if (values.empty() || more.front() <= values.back()) begins.push_back(values.size());
    values.insert(values.end(), more.begin(), more.end());
  }
};

template <class Value>
using collected_sets = std::map<sketch_key, collected<Value>>;

template <class Value>
auto collect(sketch_record const& record, std::vector<Value>& buffer, collected_sets<Value>& to)
    -> status {
  KIZASHI_TRY(read_values(record, buffer));
  to[record.of].add(buffer);
  return {};
}

template <class Value>
auto merged(collected_sets<Value>& from) -> std::map<sketch_key, std::vector<Value>> {
  std::map<sketch_key, std::vector<Value>> out;
  for (auto& [of, each] : from) {
    merge_runs(each.values, std::move(each.begins));
    out.emplace(of, std::move(each.values));
  }
  return out;
}

template <class Value>
auto count_lacking(std::map<sketch_key, std::vector<Value>> const& here,
                   std::map<sketch_key, std::vector<Value>> const& other) -> std::uint64_t {
  std::uint64_t sum = 0;
  for (auto const& [of, values] : other) {
    auto const found = here.find(of);
    if (found == here.end()) {
      sum += values.size();
      continue;
    }
    std::vector<Value> missing;
    std::ranges::set_difference(values, found->second, std::back_inserter(missing));
    sum += missing.size();
  }
  return sum;
}

}  // namespace

auto sum_of(std::span<std::uint8_t const> bytes) noexcept -> std::uint64_t {
  // Four sums side by side: one would wait for its own multiplication.
  std::uint64_t sums[4] = {1, 2, 3, bytes.size()};
  constexpr std::uint64_t odd = 0x9E3779B97F4A7C15;
  std::size_t at = 0;
  for (; at + 32 <= bytes.size(); at += 32) {
    for (std::size_t i = 0; i < 4; ++i) {
      std::uint64_t word = 0;
      std::memcpy(&word, bytes.data() + at + 8 * i, sizeof word);
      sums[i] = (sums[i] ^ word) * odd;
      sums[i] ^= sums[i] >> 29;
    }
  }
  for (; at < bytes.size(); ++at) sums[at % 4] = (sums[at % 4] ^ bytes[at]) * odd;
  return mix64(sums[0] ^ mix64(sums[1] ^ mix64(sums[2] ^ mix64(sums[3]))));
}

void append_records(sketch_key of, std::span<std::uint32_t const> values, std::string& to) {
  append_all(of, values, to);
}
void append_records(sketch_key of, std::span<net::ipv6 const> values, std::string& to) {
  append_all(of, values, to);
}

auto record_walker::next() -> result<std::optional<sketch_record>> {
  if (at_ == 0) {
    if (bytes_.size() < sketch_head.size() ||
        std::memcmp(bytes_.data(), sketch_head.data(), sketch_head.size()) != 0)
      return damaged(0, fmt::format("it does not begin with \"{}\"", sketch_head));
    at_ = sketch_head.size();
  }
  if (at_ == bytes_.size()) return std::optional<sketch_record>{};
  net::byte_reader in{bytes_.subspan(at_)};
  bool const is_marked = in.little32() == mark;
  sketch_record out;
  out.of.sensor = in.little16();
  auto const kind = in.little16();
  out.count = in.little32();
  auto const length = in.little32();
  auto const value = [&] {
    auto const high = in.little64();
    return net::ipv6{high, in.little64()};
  };
  auto const first = value(), last = value();
  out.sum = in.little64();
  auto const sum = in.little64();
  if (in.is_exhausted() || !is_marked || sum_of(bytes_.subspan(at_, summed_size)) != sum)
    return damaged(at_, "no record is there");
  out.payload = in.bytes(length);
  out.of.kind = static_cast<sketch_kind>(kind);
  if (in.is_exhausted()) return damaged(at_, "the record is longer than the file");
  if (kind > static_cast<std::uint16_t>(sketch_kind::ipv6_destinations) || out.count == 0 ||
      out.count > most_values)
    return damaged(at_, "a record of no known kind");
  auto const where = range_of(out.of.kind, first, last);
  if (!where) return damaged(at_, "the record's range is none");
  out.where = *where;
  at_ += head_size + length;
  return out;
}

auto read_values(sketch_record const& of, std::vector<std::uint32_t>& to) -> status {
  KIZASHI_ASSERT(!is_ipv6(of.of.kind));
  auto const wrong = [] { return fail(errc::parse_error, "is damaged: values of a record"); };
  if (!is_intact(of)) return wrong();
  auto const shift = of.of.kind == sketch_kind::ipv4_blocks ? 8U : 0U;
  std::uint64_t value = of.where.first.as_ipv4().value() >> shift;
  auto const last = of.where.last.as_ipv4().value() >> shift;
  to.resize(of.count);
  to[0] = static_cast<std::uint32_t>(value);
  auto const* at = of.payload.data();
  auto const* const end = at + of.payload.size();
  for (std::size_t i = 1; i < of.count; ++i) {
    std::uint64_t step = 0;
    for (unsigned bits = 0;; bits += 7) {
      if (at == end || bits > 28) return wrong();
      auto const byte = *at++;
      step |= std::uint64_t{byte & 127U} << bits;
      if (byte < 128) break;
    }
    value += step;
    if (step == 0 || value > last) return wrong();
    to[i] = static_cast<std::uint32_t>(value);
  }
  return value == last && at == end ? status{} : wrong();
}

auto read_values(sketch_record const& of, std::vector<net::ipv6>& to) -> status {
  KIZASHI_ASSERT(is_ipv6(of.of.kind));
  auto const wrong = [] { return fail(errc::parse_error, "is damaged: values of a record"); };
  if (!is_intact(of) || of.payload.size() != std::size_t{16} * (of.count - 1)) return wrong();
  to.clear();
  to.push_back(of.where.first.as_ipv6());
  net::byte_reader in{of.payload};
  while (in.left() > 0) {
    auto const high = in.little64();
    net::ipv6 const value{high, in.little64()};
    if (value <= to.back()) return wrong();
    to.push_back(value);
  }
  return to.back() == of.where.last.as_ipv6() ? status{} : wrong();
}

auto sketch_sets::read(std::span<std::uint8_t const> bytes) -> result<sketch_sets> {
  record_walker records{bytes};
  collected_sets<std::uint32_t> ipv4;
  collected_sets<net::ipv6> ipv6;
  std::vector<std::uint32_t> values;
  std::vector<net::ipv6> values6;
  for (;;) {
    KIZASHI_TRY(auto const record, records.next());
    if (!record) break;
    KIZASHI_TRY(is_ipv6(record->of.kind) ? collect(*record, values6, ipv6)
                                         : collect(*record, values, ipv4));
  }
  return sketch_sets{merged(ipv4), merged(ipv6)};
}

auto sketch_sets::to_bytes() const -> std::string {
  std::string out{sketch_head};
  for (auto const& [of, values] : ipv4) append_records(of, values, out);
  for (auto const& [of, values] : ipv6) append_records(of, values, out);
  return out;
}

auto sketch_sets::lacks(sketch_sets const& other) const -> std::uint64_t {
  return count_lacking(ipv4, other.ipv4) + count_lacking(ipv6, other.ipv6);
}

}  // namespace kizashi::store
