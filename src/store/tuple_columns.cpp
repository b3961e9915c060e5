#include "kizashi/store/tuple_columns.hpp"

#include <algorithm>
#include <numeric>
#include <tuple>

namespace kizashi::store {
namespace {

constexpr std::uint64_t microseconds_per_minute = 60'000'000;

}  // namespace

/// Between `begin` and `end` stand the packets of one source in one minute.
template <class Address>
void tuple_columns<Address>::group_minute(packet_columns<Address> const& rows, std::uint32_t begin,
                                          std::uint32_t end) {
  auto const key = [&](std::uint32_t i) {
    return std::tie(rows.destination_[i], rows.source_port_[i], rows.destination_port_[i],
                    rows.protocol_[i], rows.tcp_flags_[i], rows.ttl_[i], rows.ip_length_[i],
                    rows.window_[i], rows.attributes_[i], rows.derived_[i], rows.type_[i],
                    rows.class_[i], rows.scanner_[i], rows.fingerprints_[i]);
  };
  order_.resize(end - begin);
  std::iota(order_.begin(), order_.end(), begin);
  std::ranges::sort(order_, {}, key);
  for (std::size_t i = 0; i < order_.size(); ++i) {
    if (i == 0 || key(order_[i]) != key(order_[i - 1])) {
      first_.push_back(order_[i]);
      packets_.push_back(0);
      bytes_.push_back(0);
    }
    ++packets_.back();
    bytes_.back() += rows.wire_length_[order_[i]];
  }
}

template <class Address>
void tuple_columns<Address>::group(packet_columns<Address> const& rows) {
  first_.clear();
  packets_.clear();
  bytes_.clear();
  auto const minute = [&](std::uint32_t i) { return rows.time_[i] / microseconds_per_minute; };
  auto const count = static_cast<std::uint32_t>(rows.size());
  for (std::uint32_t begin = 0, end = 0; begin < count; begin = end) {
    auto const of = minute(begin);
    for (end = begin + 1;
         end < count && rows.source_[end] == rows.source_[begin] && minute(end) == of;)
      ++end;
    group_minute(rows, begin, end);
  }
}

template <class Address>
template <class T>
auto tuple_columns<Address>::pick(std::vector<T> const& from, std::vector<T>& scratch) const
    -> std::vector<T> const& {
  scratch.resize(first_.size());
  for (std::size_t i = 0; i < first_.size(); ++i) scratch[i] = from[first_[i]];
  return scratch;
}

template <class Address>
void tuple_columns<Address>::write(packet_columns<Address> const& rows, std::uint16_t sensor,
                                   native_block& to) {
  group(rows);
  to.clear(first_.size());
  to.fill("sensor", sensor);
  scratch32_.resize(first_.size());
  for (std::size_t i = 0; i < first_.size(); ++i)
    scratch32_[i] =
        static_cast<std::uint32_t>(rows.time_[first_[i]] / microseconds_per_minute * 60);
  to.add("minute", scratch32_);
  add_addresses("src", pick(rows.source_, addresses_), to);
  add_addresses("dst", pick(rows.destination_, addresses_), to);
  to.add("src_port", pick(rows.source_port_, scratch16_));
  to.add("dst_port", pick(rows.destination_port_, scratch16_));
  to.add("protocol", pick(rows.protocol_, scratch8_));
  to.add("tcp_flags", pick(rows.tcp_flags_, scratch8_));
  to.add("ttl", pick(rows.ttl_, scratch8_));
  to.add("ip_length", pick(rows.ip_length_, scratch16_));
  to.add("window", pick(rows.window_, scratch16_));
  to.add("attributes", pick(rows.attributes_, scratch16_));
  to.add("derived", pick(rows.derived_, scratch8_));
  to.add("type", pick(rows.type_, scratch8_));
  to.add("class", pick(rows.class_, scratch8_));
  to.add("scanner", pick(rows.scanner_, scratch16_));
  to.add("fingerprints", pick(rows.fingerprints_, scratch64_));
  auto const& countries = pick(rows.country_, countries_);
  to.add_raw("country", "FixedString(2)", std::as_bytes(std::span{countries}), 2);
  to.add("asn", pick(rows.system_, scratch32_));
  to.add("packets", packets_);
  to.add("bytes", bytes_);
}

template class tuple_columns<std::uint32_t>;
template class tuple_columns<native_block::address16>;

}  // namespace kizashi::store
