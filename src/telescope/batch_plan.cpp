#include "kizashi/telescope/batch_plan.hpp"

#include <algorithm>
#include <array>

#include "kizashi/base/random.hpp"
#include "kizashi/recognise/traffic.hpp"

namespace kizashi::telescope {
namespace {

constexpr auto capacity = net::packet_batch::capacity;

constexpr auto all_rows = [] {
  std::array<std::uint16_t, capacity> rows{};
  for (std::size_t i = 0; i < capacity; ++i) rows[i] = static_cast<std::uint16_t>(i);
  return rows;
}();

/// A shard for 32 well or badly mixed bits. Not the bits by which the tables place their members:
/// a worker's tables would otherwise be filled in one corner.
[[gnu::always_inline]] inline auto shard_of_bits(std::uint32_t bits) noexcept -> unsigned {
  return (bits * 0x85EBCA6BU ^ 0x5BD1E995U) >> 26;
}
static_assert(shards == 1U << (32 - 26));

/// Neighbouring shards belong to different workers, so that going through the shards in their order
/// keeps all workers busy.
[[gnu::always_inline]] inline auto owner_of(unsigned shard, unsigned workers) noexcept -> unsigned {
  return shard % workers;
}

}  // namespace

auto shard_of(net::ipv4 a) noexcept -> unsigned {
  return shard_of_bits(a.value());
}

auto shard_of(net::ipv6 a) noexcept -> unsigned {
  return shard_of_bits(static_cast<std::uint32_t>(mix64(a.high() ^ mix64(a.low()))));
}

auto shard_of_victim(net::address victim) noexcept -> unsigned {
  if (!victim.is_ipv6()) return shard_of_bits(victim.as_ipv4().value() >> 8);
  return shard_of_bits(static_cast<std::uint32_t>(mix64(victim.as_ipv6().high())));
}

batch_plan::batch_plan(unsigned workers)
    : workers_{workers}, lists_(std::size_t{workers} * 4), victims_(workers), tags_(capacity) {
  for (auto& each : lists_) each.rows.resize(capacity);
  for (auto& each : victims_) each.rows.resize(capacity);
}

void batch_plan::make(net::packet_batch const& batch) {
  size_ = batch.size();
  read_times(batch);
  read_ports(batch);
  std::uint16_t seen = 0;
  for (std::size_t row = 0; row < size_; ++row) seen |= batch.attributes[row];
  is_plain_ =
      workers_ == 1 && (seen & (bit(net::attribute::ipv6) | bit(net::attribute::no_ip))) == 0;
  if (!is_plain_) share_rows(batch);
}

void batch_plan::read_times(net::packet_batch const& batch) {
  auto const* const times = batch.time.data();
  bool has_disorder = false;
  for (std::size_t row = 1; row < size_; ++row) has_disorder |= times[row] < times[row - 1];
  first_ = last_ = timestamp::unknown();
  is_in_order_ = size_ == 0 || (!has_disorder && timestamp{times[0]}.is_known());
  if (is_in_order_) {
    if (size_ > 0) first_ = timestamp{times[0]}, last_ = timestamp{times[size_ - 1]};
    return;
  }
  for (std::size_t row = 0; row < size_; ++row) {
    timestamp const time{times[row]};
    if (!time.is_known()) continue;
    first_ = first_.is_known() ? std::min(first_, time) : time;
    last_ = std::max(last_, time);
  }
}

/// Without a branch, for the compiler to turn into vectors.
void batch_plan::read_ports(net::packet_batch const& batch) {
  using namespace net;
  for (std::size_t row = 0; row < size_; ++row) {
    std::uint32_t const ip_protocol = batch.ip_protocol[row];
    bool const is_tcp = ip_protocol == protocol::tcp;
    bool const is_udp = ip_protocol == protocol::udp;
    bool const is_read = (batch.attributes[row] & bit(attribute::ports)) != 0;
    bool const is_syn =
        is_tcp & ((batch.tcp_flags[row] & (tcp_flag::syn | tcp_flag::ack)) == tcp_flag::syn);
    std::uint32_t const tag = std::uint32_t{is_udp} * 65536 + batch.destination_port[row] +
                              std::uint32_t{is_syn} * port_tag::syn;
    tags_[row] = is_read & (is_tcp | is_udp) ? tag : port_tag::none;
  }
}

void batch_plan::share_rows(net::packet_batch const& batch) {
  for (auto& each : lists_) each.size = 0;
  auto const add = [](row_list& to, std::size_t row) {
    to.rows[to.size++] = static_cast<std::uint16_t>(row);
  };
  for (std::size_t row = 0; row < size_; ++row) {
    auto const marks = batch.attributes[row];
    if ((marks & (bit(net::attribute::ipv6) | bit(net::attribute::no_ip))) == 0) {
      auto const source = shard_of_bits(batch.source[row]);
      auto const destination = shard_of_bits(batch.destination[row]);
      add(list(owner_of(source, workers_), row_kind::ipv4_source), row);
      add(list(owner_of(destination, workers_), row_kind::ipv4_destination), row);
    } else if ((marks & bit(net::attribute::ipv6)) != 0) {
      auto const& pair = batch.ipv6[batch.source[row]];
      add(list(owner_of(shard_of(pair.source), workers_), row_kind::ipv6_source), row);
      add(list(owner_of(shard_of(pair.destination), workers_), row_kind::ipv6_destination), row);
    }
  }
}

void batch_plan::find_victims(net::packet_batch const& batch, recognise::tag_columns const& tags) {
  for (auto& each : victims_) each.size = 0;
  for (std::size_t row = 0; row < size_; ++row) {
    using recognise::traffic_class;
    if (static_cast<traffic_class>(tags.traffic_class[row]) != traffic_class::backscatter) continue;
    auto const type = static_cast<recognise::packet_type>(tags.type[row]);
    auto const shard = shard_of_victim(recognise::victim_of(batch, row, type));
    auto& to = victims_[owner_of(shard, workers_)];
    to.rows[to.size++] = static_cast<std::uint16_t>(row);
  }
}

auto batch_plan::rows(unsigned worker, row_kind kind) const noexcept
    -> std::span<std::uint16_t const> {
  if (is_plain_) {
    bool const is_ipv4 = kind == row_kind::ipv4_source || kind == row_kind::ipv4_destination;
    return std::span{all_rows}.first(is_ipv4 ? size_ : 0);
  }
  auto const& each = lists_[worker * 4 + static_cast<unsigned>(kind)];
  return std::span{each.rows}.first(each.size);
}

}  // namespace kizashi::telescope
