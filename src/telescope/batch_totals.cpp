#include "kizashi/telescope/batch_totals.hpp"

#include <algorithm>

namespace kizashi::telescope {
namespace {

using net::attribute;

/// How many rows carry the mark.
auto count_rows(net::packet_batch const& batch, attribute mark) noexcept -> std::uint64_t {
  std::uint32_t count = 0;
  for (std::size_t row = 0; row < batch.size(); ++row)
    count += static_cast<std::uint32_t>((batch.attributes[row] & bit(mark)) != 0);
  return count;
}

/// The flag class of six flag bits, as `tcp_flag_counts` says.
void add_flags(tcp_flag_counts& to, std::uint8_t flags, std::uint64_t packets) noexcept {
  using namespace net::tcp_flag;
  if (flags == 0) {
    to.null += packets;
  } else if (flags == (fin | psh | urg)) {
    to.xmas += packets;
  } else if ((flags & (syn | ack)) == syn) {
    to.syn += packets;
  } else if ((flags & (syn | ack)) == (syn | ack)) {
    to.synack += packets;
  } else if ((flags & rst) != 0) {
    to.rst += packets;
  } else if ((flags & fin) != 0) {
    to.fin += packets;
  } else if ((flags & ack) != 0) {
    to.ack += packets;
  } else {
    to.other += packets;
  }
}

}  // namespace

void batch_totals::add(net::packet_batch const& batch, batch_plan const& plan) {
  packets_.total += batch.size();
  for (std::size_t row = 0; row < batch.size(); ++row) wire_bytes_ += batch.wire_length[row];
  add_span(plan.first(), plan.last());
  add_marks(batch);
  add_kinds(batch);
}

void batch_totals::add_span(timestamp first, timestamp last) noexcept {
  if (first == timestamp::unknown()) return;
  first_ = first_ == timestamp::unknown() ? first : std::min(first_, first);
  last_ = std::max(last_, last);
}

void batch_totals::add_marks(net::packet_batch const& batch) {
  std::uint16_t any = 0;
  for (std::size_t row = 0; row < batch.size(); ++row) any |= batch.attributes[row];
  auto const count = [&](attribute mark) -> std::uint64_t {
    return (any & bit(mark)) == 0 ? 0 : count_rows(batch, mark);
  };
  auto const ipv6 = count(attribute::ipv6);
  auto const no_ip = count(attribute::no_ip);
  auto const arp = count(attribute::arp);
  packets_.ipv6 += ipv6;
  packets_.arp += arp;
  packets_.other += no_ip - arp;
  packets_.ipv4 += batch.size() - ipv6 - no_ip;
  packets_.unknown_link += count(attribute::unknown_link);
  packets_.malformed += count(attribute::malformed);
  packets_.truncated += count(attribute::truncated);
  packets_.fragments += count(attribute::fragment);
  packets_.later_fragments += count(attribute::later_fragment);
  packets_.tunnelled += count(attribute::tunnel);
}

auto batch_totals::kind_of(net::packet_batch const& batch, std::size_t row) noexcept
    -> std::size_t {
  auto const marks = batch.attributes[row];
  if ((marks & bit(attribute::no_ip)) != 0) return no_ip_kind;
  if ((marks & bit(attribute::ports)) == 0) return other_kind;
  switch (batch.ip_protocol[row]) {
    case net::protocol::tcp:
      return batch.tcp_flags[row] & 63U;
    case net::protocol::udp:
      return udp_kind;
    case net::protocol::icmp:
      return icmp_kind;
    case net::protocol::icmp6:
      return icmp6_kind;
    default:
      return other_kind;
  }
}

void batch_totals::add_kinds(net::packet_batch const& batch) {
  // Most packets of a darknet are of one kind. Four tables in turn keep one row's addition from
  // waiting for the last one's.
  std::array<std::array<std::uint32_t, kinds>, 4> tables{};
  for (std::size_t row = 0; row < batch.size(); ++row) {
    auto const kind = kind_of(batch, row);
    ++tables[row % 4][kind];
    if (kind == icmp_kind || kind == icmp6_kind)
      ++icmp_[(kind - icmp_kind) << 16 | (batch.source_port[row] & 255U) << 8 |
              (batch.destination_port[row] & 255U)];
  }
  for (auto const& table : tables)
    for (std::size_t kind = 0; kind < kinds; ++kind) by_kind_[kind] += table[kind];
}

void batch_totals::add(batch_totals const& other) {
  auto& a = packets_;
  auto const& b = other.packets_;
  a.total += b.total;
  a.ipv4 += b.ipv4;
  a.ipv6 += b.ipv6;
  a.arp += b.arp;
  a.other += b.other;
  a.unknown_link += b.unknown_link;
  a.malformed += b.malformed;
  a.truncated += b.truncated;
  a.fragments += b.fragments;
  a.later_fragments += b.later_fragments;
  a.tunnelled += b.tunnelled;
  wire_bytes_ += other.wire_bytes_;
  outside_ += other.outside_;
  add_span(other.first_, other.last_);
  for (std::size_t kind = 0; kind < kinds; ++kind) by_kind_[kind] += other.by_kind_[kind];
  for (std::size_t i = 0; i < icmp_.size(); ++i) icmp_[i] += other.icmp_[i];
}

void batch_totals::write(summary& out) const {
  out.packets = packets_;
  out.wire_bytes = wire_bytes_;
  out.outside = outside_;
  out.first = first_;
  out.last = last_;
  out.protocols = {};
  out.tcp_flags = {};
  for (std::size_t kind = 0; kind < udp_kind; ++kind) {
    out.protocols.tcp += by_kind_[kind];
    add_flags(out.tcp_flags, static_cast<std::uint8_t>(kind), by_kind_[kind]);
  }
  out.protocols.udp = by_kind_[udp_kind];
  out.protocols.icmp = by_kind_[icmp_kind];
  out.protocols.icmp6 = by_kind_[icmp6_kind];
  out.protocols.other = by_kind_[other_kind];
  for (std::size_t i = 0; i < icmp_.size(); ++i) {
    if (icmp_[i] == 0) continue;
    out.icmp.push_back({i >> 16 != 0 ? net::protocol::icmp6 : net::protocol::icmp,
                        static_cast<std::uint8_t>(i >> 8), static_cast<std::uint8_t>(i), icmp_[i]});
  }
  std::stable_sort(out.icmp.begin(), out.icmp.end(),
                   [](auto const& a, auto const& b) { return a.packets > b.packets; });
}

}  // namespace kizashi::telescope
