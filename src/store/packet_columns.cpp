#include "kizashi/store/packet_columns.hpp"

#include <algorithm>
#include <bit>
#include <numeric>
#include <type_traits>

#include "kizashi/base/random.hpp"

namespace kizashi::store {
namespace {

using address16 = native_block::address16;

constexpr std::uint8_t sequence_is_destination = 1;
constexpr std::uint8_t ip_id_is_mixed = 4;

auto bytes_of(net::ipv6 a) noexcept -> address16 {
  address16 out;
  for (unsigned i = 0; i < 8; ++i) {
    out[i] = static_cast<std::uint8_t>(a.high() >> (56 - 8 * i));
    out[8 + i] = static_cast<std::uint8_t>(a.low() >> (56 - 8 * i));
  }
  return out;
}

auto low_bits(std::uint32_t a) noexcept -> std::uint32_t {
  return a;
}
auto low_bits(address16 const& a) noexcept -> std::uint32_t {
  return std::uint32_t{a[12]} << 24 | std::uint32_t{a[13]} << 16 | std::uint32_t{a[14]} << 8 |
         a[15];
}

auto number_of(std::uint32_t a) noexcept -> std::uint64_t {
  return a;
}
auto number_of(address16 const& a) noexcept -> std::uint64_t {
  std::uint64_t sum = 0;
  for (auto const each : a) sum = sum * 0x100000001B3 ^ each;
  return sum;
}

auto place_of(recognise::place_table const& places, std::uint32_t a) -> recognise::place {
  return places.find(net::ipv4{a});
}
auto place_of(recognise::place_table const& places, address16 const& a) -> recognise::place {
  std::uint64_t high = 0, low = 0;
  for (unsigned i = 0; i < 8; ++i) high = high << 8 | a[i], low = low << 8 | a[8 + i];
  return places.find(net::ipv6{high, low});
}

/// Microseconds since 1970. Times before are kept as 0, like those that are not known.
auto microseconds_of(std::int64_t time) noexcept -> std::uint64_t {
  return time < 0 ? 0 : static_cast<std::uint64_t>(time) / 1000;
}

/// The rows from `first` on in the order of their keys, and of rows where keys are equal. Keys go
/// with their rows through three passes over 11 bits each: to look them up would cost more.
void sort_rows(std::vector<std::uint32_t> const& keys, std::size_t first, row_order& to) {
  constexpr unsigned width = 11, passes = 3;
  constexpr std::size_t digits = std::size_t{1} << width;
  auto const count = keys.size() - first;
  to.sorted.resize(count);
  to.spare.resize(count);
  to.rows.resize(count);
  std::array<std::array<std::uint32_t, digits>, passes> begins{};
  auto const digit = [](std::uint32_t key, unsigned pass) {
    return key >> (pass * width) & (digits - 1);
  };
  for (std::size_t i = 0; i < count; ++i) {
    auto const key = keys[first + i];
    to.sorted[i] = std::uint64_t{key} << 32 | (first + i);
    for (unsigned pass = 0; pass < passes; ++pass) ++begins[pass][digit(key, pass)];
  }
  for (unsigned pass = 0; pass < passes; ++pass) {
    auto& at = begins[pass];
    std::exclusive_scan(at.begin(), at.end(), at.begin(), std::uint32_t{0});
    for (auto const each : to.sorted)
      to.spare[at[digit(static_cast<std::uint32_t>(each >> 32), pass)]++] = each;
    to.sorted.swap(to.spare);
  }
  for (std::size_t i = 0; i < count; ++i) to.rows[i] = static_cast<std::uint32_t>(to.sorted[i]);
}
void sort_rows(std::vector<address16> const& keys, std::size_t first, row_order& to) {
  to.rows.resize(keys.size() - first);
  std::iota(to.rows.begin(), to.rows.end(), static_cast<std::uint32_t>(first));
  std::ranges::stable_sort(to.rows, {}, [&](std::uint32_t row) { return keys[row]; });
}

}  // namespace

auto block_context::bits_of(std::uint64_t fingerprints_of_table) const noexcept -> std::uint64_t {
  std::uint64_t bits = 0;
  for (auto rest = fingerprints_of_table; rest != 0; rest &= rest - 1)
    bits |= fingerprints[static_cast<std::size_t>(std::countr_zero(rest))];
  return bits;
}

template <class Address>
template <class Mine, class Other, class Work>
void packet_columns<Address>::pair_up(Mine& ours, Other& other, Work work) {
  auto const each = [&](auto... column) { (work(ours.*column, other.*column), ...); };
  using self = packet_columns;
  each(&self::time_, &self::source_, &self::destination_, &self::source_port_,
       &self::destination_port_, &self::ip_length_, &self::payload_length_, &self::attributes_,
       &self::ip_id_, &self::window_, &self::mss_, &self::scanner_, &self::wire_length_,
       &self::sequence_, &self::acknowledgement_, &self::options_, &self::protocol_,
       &self::tcp_flags_, &self::ttl_, &self::window_scale_, &self::derived_, &self::type_,
       &self::class_, &self::fingerprints_);
}

template <class Address>
void packet_columns<Address>::reserve(std::size_t rows) {
  pair_up(*this, *this, [&](auto& column, auto&) { column.reserve(rows); });
}

template <class Address>
void packet_columns<Address>::clear() noexcept {
  pair_up(*this, *this, [](auto& column, auto&) { column.clear(); });
}

template <class Address>
void packet_columns<Address>::add(net::packet_batch const& batch,
                                  recognise::tag_columns const& tags,
                                  std::span<std::uint16_t const> rows,
                                  std::span<Address const> sources,
                                  std::span<Address const> destinations) {
  auto const take = [&](auto& to, auto const& from) {
    auto const begin = to.size();
    to.resize(begin + rows.size());
    for (std::size_t i = 0; i < rows.size(); ++i) to[begin + i] = from[rows[i]];
  };
  source_.insert(source_.end(), sources.begin(), sources.end());
  destination_.insert(destination_.end(), destinations.begin(), destinations.end());
  for (auto const row : rows) time_.push_back(microseconds_of(batch.time[row]));
  take(source_port_, batch.source_port);
  take(destination_port_, batch.destination_port);
  take(ip_length_, batch.ip_length);
  take(payload_length_, batch.payload_length);
  take(attributes_, batch.attributes);
  take(ip_id_, batch.ip_id);
  take(window_, batch.tcp_window);
  take(mss_, batch.tcp_mss);
  take(scanner_, tags.scanner);
  take(wire_length_, batch.wire_length);
  take(sequence_, batch.tcp_sequence);
  take(acknowledgement_, batch.tcp_acknowledgement);
  take(options_, batch.tcp_options);
  take(protocol_, batch.ip_protocol);
  take(tcp_flags_, batch.tcp_flags);
  take(ttl_, batch.ttl);
  take(window_scale_, batch.tcp_window_scale);
  take(type_, tags.type);
  take(class_, tags.traffic_class);
  take(fingerprints_, tags.fingerprints);
  add_derived(rows.size());
}

/// Of the last `count` rows: what follows from other columns is not stored but marked.
template <class Address>
void packet_columns<Address>::add_derived(std::size_t count) {
  auto const begin = size() - count;
  derived_.resize(size());
  for (auto i = begin; i < size(); ++i) {
    auto const to = low_bits(destination_[i]), sequence = sequence_[i];
    // As Masscan makes it (templ-pkt.c): the low 16 bits of all three.
    auto const mixed = static_cast<std::uint16_t>(to ^ sequence ^ destination_port_[i]);
    bool const has_sequence = sequence == to, has_ip_id = ip_id_[i] == mixed;
    sequence_[i] = has_sequence ? 0U : sequence;
    ip_id_[i] = has_ip_id ? std::uint16_t{0} : ip_id_[i];
    derived_[i] = static_cast<std::uint8_t>((has_sequence ? sequence_is_destination : 0) |
                                            (has_ip_id ? ip_id_is_mixed : 0));
  }
}

template <class Address>
auto packet_columns<Address>::digest(std::size_t count) const noexcept -> std::uint64_t {
  std::uint64_t sum = mix64(count);
  for (std::size_t i = 0; i < count; ++i) {
    sum = std::rotl(sum, 5) ^ time_[i] * 0x9E3779B97F4A7C15;
    sum = (sum ^ number_of(source_[i]) ^ std::rotl(number_of(destination_[i]), 32)) *
          0xBF58476D1CE4E5B9;
    sum ^= std::uint64_t{source_port_[i]} << 48 | std::uint64_t{destination_port_[i]} << 32 |
           sequence_[i];
  }
  return mix64(sum);
}

template <class Address>
void packet_columns<Address>::order(std::size_t first, row_order& to) const {
  sort_rows(source_, first, to);
  // A source's packets stand in the order of the stream, which nearly always is that of time.
  if (std::is_sorted(time_.begin() + static_cast<std::ptrdiff_t>(first), time_.end())) return;
  auto& rows = to.rows;
  auto const is_earlier = [&](std::uint32_t x, std::uint32_t y) { return time_[x] < time_[y]; };
  for (auto begin = rows.begin(); begin != rows.end();) {
    auto const end = std::find_if(
        begin, rows.end(), [&](std::uint32_t row) { return source_[row] != source_[*begin]; });
    if (!std::is_sorted(begin, end, is_earlier)) std::stable_sort(begin, end, is_earlier);
    begin = end;
  }
}

template <class Address>
void packet_columns<Address>::arrange(block_context const& with, std::size_t first,
                                      packet_columns& to) const {
  order(first, to.order_);
  auto const& rows = to.order_.rows;
  pair_up(*this, to, [&](auto const& from, auto& column) {
    column.resize(rows.size());
    for (std::size_t i = 0; i < rows.size(); ++i) column[i] = from[rows[i]];
  });
  to.number_tags(with);
  to.find_places(with.places);
}

template <class Address>
void packet_columns<Address>::number_tags(block_context const& with) {
  for (auto& each : scanner_) each = with.scanners[each];
  for (auto& each : fingerprints_) each = with.bits_of(each);
}

/// Rows of one source stand together: it is looked up once.
template <class Address>
void packet_columns<Address>::find_places(recognise::place_table const* places) {
  country_.resize(size());
  system_.resize(size());
  recognise::place at;
  for (std::size_t i = 0; i < size(); ++i) {
    if (places != nullptr && (i == 0 || source_[i] != source_[i - 1]))
      at = place_of(*places, source_[i]);
    auto const letters = at.country.text();
    country_[i] = {letters[0], letters[1]};
    system_[i] = at.asn.number();
  }
}

template <class Address>
void packet_columns<Address>::write(std::uint16_t sensor, native_block& to) const {
  to.clear(size());
  to.fill("sensor", sensor);
  to.add("ts", time_);
  add_addresses("src", source_, to);
  add_addresses("dst", destination_, to);
  to.add("src_port", source_port_);
  to.add("dst_port", destination_port_);
  to.add("protocol", protocol_);
  to.add("tcp_flags", tcp_flags_);
  to.add("ttl", ttl_);
  to.add("ip_length", ip_length_);
  to.add("wire_length", wire_length_);
  to.add("payload_length", payload_length_);
  to.add("attributes", attributes_);
  to.add("ip_id_stored", ip_id_);
  to.add("seq_stored", sequence_);
  to.add("ack", acknowledgement_);
  to.add("window", window_);
  to.add("options", options_);
  to.add("mss", mss_);
  to.add("window_scale", window_scale_);
  to.add("derived", derived_);
  to.add("type", type_);
  to.add("class", class_);
  to.add("scanner", scanner_);
  to.add("fingerprints", fingerprints_);
  to.add_raw("country", "FixedString(2)", std::as_bytes(std::span{country_}), 2);
  to.add("asn", system_);
}

template class packet_columns<std::uint32_t>;
template class packet_columns<address16>;

void packet_rows::add(net::packet_batch const& batch, recognise::tag_columns const& tags) {
  using net::attribute;
  auto const clear = [](auto&... each) { (each.clear(), ...); };
  clear(rows4_, rows6_, sources4_, destinations4_, sources6_, destinations6_);
  for (std::size_t row = 0; row < batch.size(); ++row) {
    if (batch.has(row, attribute::ipv6)) {
      auto const& pair = batch.ipv6[batch.source[row]];
      rows6_.push_back(static_cast<std::uint16_t>(row));
      sources6_.push_back(bytes_of(pair.source));
      destinations6_.push_back(bytes_of(pair.destination));
      continue;
    }
    bool const has_address = !batch.has(row, attribute::no_ip);
    rows4_.push_back(static_cast<std::uint16_t>(row));
    sources4_.push_back(has_address ? batch.source[row] : 0);
    destinations4_.push_back(has_address ? batch.destination[row] : 0);
  }
  ipv4.add(batch, tags, rows4_, sources4_, destinations4_);
  ipv6.add(batch, tags, rows6_, sources6_, destinations6_);
}

auto packet_rows::digest(std::size_t ipv4_rows, std::size_t ipv6_rows) const noexcept
    -> std::uint64_t {
  return mix64(ipv4.digest(ipv4_rows)) ^ ipv6.digest(ipv6_rows);
}

}  // namespace kizashi::store
