#include "kizashi/store/tuple_columns.hpp"

#include <algorithm>
#include <span>
#include <tuple>

namespace kizashi::store {
namespace {

constexpr std::uint64_t microseconds_per_minute = 60'000'000;
constexpr std::uint32_t seconds_per_hour = 3600;

/// The values of some rows.
template <class T>
void pick(std::vector<T> const& from, std::vector<std::uint32_t> const& rows, std::vector<T>& to) {
  to.resize(rows.size());
  for (std::size_t i = 0; i < rows.size(); ++i) to[i] = from[rows[i]];
}

/// Most of what tells the tuples of a source and minute apart, in one number: of IPv4 all of
/// addresses and ports, of IPv6 the half of an address in which hosts differ.
auto first_key(std::uint32_t destination, std::uint16_t source_port,
               std::uint16_t destination_port) noexcept -> std::uint64_t {
  return std::uint64_t{destination} << 32 | std::uint64_t{source_port} << 16 | destination_port;
}
auto first_key(native_block::address16 const& destination, std::uint16_t, std::uint16_t) noexcept
    -> std::uint64_t {
  std::uint64_t low = 0;
  for (std::size_t i = 8; i < 16; ++i) low = low << 8 | destination[i];
  return low;
}

}  // namespace

template <class Address>
void tuple_columns<Address>::clear() noexcept {
  auto const all = [](auto&... each) { (each.clear(), ...); };
  all(minute_, source_, destination_, source_port_, destination_port_, ip_length_, window_,
      attributes_, scanner_, protocol_, tcp_flags_, ttl_, derived_, type_, class_, fingerprints_,
      packets_, bytes_, country_, system_);
}

template <class Address>
void tuple_columns<Address>::add(row const& each) {
  minute_.push_back(each.minute);
  source_.push_back(each.source);
  destination_.push_back(each.destination);
  source_port_.push_back(each.source_port);
  destination_port_.push_back(each.destination_port);
  ip_length_.push_back(each.ip_length);
  window_.push_back(each.window);
  attributes_.push_back(each.attributes);
  scanner_.push_back(each.scanner);
  protocol_.push_back(each.protocol);
  tcp_flags_.push_back(each.tcp_flags);
  ttl_.push_back(each.ttl);
  derived_.push_back(each.derived);
  type_.push_back(each.type);
  class_.push_back(each.traffic_class);
  fingerprints_.push_back(each.fingerprints);
  packets_.push_back(each.packets);
  bytes_.push_back(each.bytes);
  country_.push_back(each.country);
  system_.push_back(each.system);
}

/// Between `begin` and `end` stand the packets of one source in one minute.
template <class Address>
void tuple_columns<Address>::group_minute(packet_columns<Address> const& packets,
                                          std::uint32_t begin, std::uint32_t end) {
  auto const rest = [&](std::uint32_t i) {
    return std::tie(packets.destination_[i], packets.source_port_[i], packets.destination_port_[i],
                    packets.protocol_[i], packets.tcp_flags_[i], packets.ttl_[i],
                    packets.ip_length_[i], packets.window_[i], packets.attributes_[i],
                    packets.derived_[i], packets.type_[i], packets.class_[i], packets.scanner_[i],
                    packets.fingerprints_[i]);
  };
  order_.resize(end - begin);
  for (auto i = begin; i < end; ++i)
    order_[i - begin] = {
        first_key(packets.destination_[i], packets.source_port_[i], packets.destination_port_[i]),
        i};
  if (order_.size() > 1)
    std::ranges::sort(order_, [&](keyed_row const& x, keyed_row const& y) {
      return x.key != y.key ? x.key < y.key : rest(x.row) < rest(y.row);
    });
  for (std::size_t i = 0; i < order_.size(); ++i) {
    auto const at = order_[i].row;
    if (i == 0 || order_[i].key != order_[i - 1].key || rest(at) != rest(order_[i - 1].row)) {
      first_.push_back(at);
      packets_.push_back(0);
      bytes_.push_back(0);
    }
    ++packets_.back();
    bytes_.back() += packets.wire_length_[at];
  }
}

template <class Address>
void tuple_columns<Address>::group(packet_columns<Address> const& packets) {
  first_.clear();
  auto const minute = [&](std::uint32_t i) { return packets.time_[i] / microseconds_per_minute; };
  auto const count = static_cast<std::uint32_t>(packets.size());
  for (std::uint32_t begin = 0, end = 0; begin < count; begin = end) {
    auto const of = minute(begin);
    for (end = begin + 1;
         end < count && packets.source_[end] == packets.source_[begin] && minute(end) == of;)
      ++end;
    group_minute(packets, begin, end);
  }
}

template <class Address>
void tuple_columns<Address>::collect(packet_columns<Address> const& packets) {
  clear();
  group(packets);
  minute_.resize(first_.size());
  for (std::size_t i = 0; i < first_.size(); ++i)
    minute_[i] =
        static_cast<std::uint32_t>(packets.time_[first_[i]] / microseconds_per_minute * 60);
  auto const take = [&](auto const& from, auto& to) { pick(from, first_, to); };
  take(packets.source_, source_);
  take(packets.destination_, destination_);
  take(packets.source_port_, source_port_);
  take(packets.destination_port_, destination_port_);
  take(packets.ip_length_, ip_length_);
  take(packets.window_, window_);
  take(packets.attributes_, attributes_);
  take(packets.scanner_, scanner_);
  take(packets.protocol_, protocol_);
  take(packets.tcp_flags_, tcp_flags_);
  take(packets.ttl_, ttl_);
  take(packets.derived_, derived_);
  take(packets.type_, type_);
  take(packets.class_, class_);
  take(packets.fingerprints_, fingerprints_);
  take(packets.country_, country_);
  take(packets.system_, system_);
}

template <class Address>
void tuple_columns<Address>::write(std::uint16_t sensor, native_block& to) const {
  to.clear(size());
  to.fill("sensor", sensor);
  to.add("minute", minute_);
  add_addresses("src", source_, to);
  add_addresses("dst", destination_, to);
  to.add("src_port", source_port_);
  to.add("dst_port", destination_port_);
  to.add("protocol", protocol_);
  to.add("tcp_flags", tcp_flags_);
  to.add("ttl", ttl_);
  to.add("ip_length", ip_length_);
  to.add("window", window_);
  to.add("attributes", attributes_);
  to.add("derived", derived_);
  to.add("type", type_);
  to.add("class", class_);
  to.add("scanner", scanner_);
  to.add("fingerprints", fingerprints_);
  to.add_raw("country", "FixedString(2)", std::as_bytes(std::span{country_}), 2);
  to.add("asn", system_);
  to.add("packets", packets_);
  to.add("bytes", bytes_);
}

/// Between `begin` and `end` stand the tuples of one source in one hour, whose place is one.
template <class Address>
void tuple_columns<Address>::group_hour(std::uint32_t begin, std::uint32_t end) {
  keys_.clear();
  for (auto i = begin; i < end; ++i) {
    bool const has_port = (attributes_[i] & net::bit(net::attribute::ports)) != 0;
    auto const service = std::uint64_t{protocol_[i]} << 17 |
                         std::uint64_t{destination_port_[i]} << 1 | (has_port ? 1U : 0U);
    keys_.push_back(service << 32 | i);
  }
  if (keys_.size() > 1) std::ranges::sort(keys_);
  for (std::size_t k = 0; k < keys_.size(); ++k) {
    auto const i = static_cast<std::uint32_t>(keys_[k]);
    if (k == 0 || keys_[k] >> 32 != keys_[k - 1] >> 32) {
      first_.push_back(i);
      hour_packets_.push_back(0);
      hour_bytes_.push_back(0);
    }
    hour_packets_.back() += packets_[i];
    hour_bytes_.back() += bytes_[i];
  }
}

template <class Address>
void tuple_columns<Address>::write_hours(std::uint16_t sensor, native_block& to) {
  first_.clear();
  hour_packets_.clear();
  hour_bytes_.clear();
  auto const hour = [&](std::uint32_t i) { return minute_[i] / seconds_per_hour; };
  auto const count = static_cast<std::uint32_t>(size());
  for (std::uint32_t begin = 0, end = 0; begin < count; begin = end) {
    for (end = begin + 1;
         end < count && source_[end] == source_[begin] && hour(end) == hour(begin);)
      ++end;
    group_hour(begin, end);
  }
  to.clear(first_.size());
  to.fill("sensor", sensor);
  std::vector<std::uint32_t> numbers(first_.size());
  for (std::size_t i = 0; i < first_.size(); ++i) numbers[i] = hour(first_[i]) * seconds_per_hour;
  to.add("hour", numbers);
  std::vector<Address> addresses;
  pick(source_, first_, addresses);
  add_addresses("src", addresses, to);
  std::vector<std::uint8_t> bytes;
  pick(protocol_, first_, bytes);
  to.add("protocol", bytes);
  std::vector<std::uint16_t> shorts;
  pick(destination_port_, first_, shorts);
  to.add("port", shorts);
  for (std::size_t i = 0; i < first_.size(); ++i)
    bytes[i] = (attributes_[first_[i]] & net::bit(net::attribute::ports)) != 0;
  to.add("has_port", bytes);
  std::vector<std::array<char, 2>> countries;
  pick(country_, first_, countries);
  to.add_raw("country", "FixedString(2)", std::as_bytes(std::span{countries}), 2);
  pick(system_, first_, numbers);
  to.add("asn", numbers);
  to.add("packets", hour_packets_);
  to.add("bytes", hour_bytes_);
}

template class tuple_columns<std::uint32_t>;
template class tuple_columns<native_block::address16>;

}  // namespace kizashi::store
