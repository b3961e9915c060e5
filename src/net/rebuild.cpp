#include "kizashi/net/rebuild.hpp"

#include <algorithm>
#include <span>

#include "kizashi/base/error.hpp"

namespace kizashi::net {
namespace {

constexpr std::size_t tcp_length = 20;
constexpr std::size_t most_options = 40;
constexpr std::uint8_t experimental_option = 254;  // RFC 4727

// IPv6 "next header" numbers.
constexpr std::uint8_t fragment_header = 44;
constexpr std::uint8_t destination_options = 60;

/// Numbers into the buffer, the highest byte first. Writing behind its end is a mistake here and
/// aborts.
class header_bytes {
public:
  explicit header_bytes(headers_buffer& to) noexcept : to_{to} {}

  [[nodiscard]] auto size() const noexcept -> std::size_t { return size_; }
  void put8(unsigned value) { put(value, 1); }
  void put16(unsigned value) { put(value, 2); }
  void put32(std::uint32_t value) { put(value, 4); }
  void put64(std::uint64_t value) { put(value, 8); }
  void zeros(std::size_t count) {
    for (; count > 0; --count) put8(0);
  }
  void set16(std::size_t at, unsigned value) {
    to_[at] = static_cast<std::uint8_t>(value >> 8);
    to_[at + 1] = static_cast<std::uint8_t>(value);
  }
  void cut(std::size_t size) { size_ = std::min(size_, size); }

  /// The one's complement sum of the bytes from `begin` on, as 16-bit words (RFC 1071).
  [[nodiscard]] auto sum(std::size_t begin, std::size_t end) const -> std::uint32_t {
    std::uint32_t sum = 0;
    for (auto i = begin; i < end; ++i)
      sum += static_cast<std::uint32_t>(to_[i]) << ((i - begin) % 2 == 0 ? 8 : 0);
    return sum;
  }

private:
  void put(std::uint64_t value, unsigned count) {
    KIZASHI_ASSERT(size_ + count <= to_.size());
    while (count-- > 0) to_[size_++] = static_cast<std::uint8_t>(value >> (8 * count));
  }

  headers_buffer& to_;
  std::size_t size_ = 0;
};

/// The checksum field for a sum of words.
auto finish(std::uint32_t sum) noexcept -> std::uint16_t {
  while (sum >> 16 != 0) sum = (sum >> 16) + (sum & 0xFFFF);
  return static_cast<std::uint16_t>(~sum);
}

/// Bytes that an option of this code takes. `is_short`: at least, for lists that would not fit.
auto option_size(std::uint32_t code, bool is_short) noexcept -> std::size_t {
  switch (code) {
    case 1:
      return 1;
    case 2:
      return 4;
    case 3:
      return 3;
    case 5:
    case 8:
      return is_short ? 2 : 10;
    default:
      return 2;
  }
}

auto options_size(std::uint32_t order, bool is_short) noexcept -> std::size_t {
  std::size_t size = 0;
  for (; order != 0; order >>= 4) size += option_size(order & 15, is_short);
  return size;
}

auto padded(std::size_t size) noexcept -> std::size_t {
  return (size + 3) / 4 * 4;
}

class header_builder {
public:
  header_builder(packet_batch const& batch, std::size_t row, headers_buffer& to) noexcept
      : batch_{batch}, is_{batch.row(row)}, to_{to} {}

  auto build() -> std::size_t {
    if (has(attribute::no_ip)) return 0;
    if (has(attribute::ipv6))
      put_ipv6();
    else
      put_ipv4();
    bool const is_cut = has(attribute::truncated) && !has(attribute::ports);
    if (is_cut && has(attribute::ip_options) && !has(attribute::ipv6)) to_.cut(20);
    if (has(attribute::ports) && !has(attribute::later_fragment)) put_transport();
    return to_.size();
  }

private:
  [[nodiscard]] auto has(attribute a) const noexcept -> bool {
    return (is_.attributes & bit(a)) != 0;
  }
  /// Bytes behind the IP header, as that says.
  [[nodiscard]] auto room() const noexcept -> std::size_t {
    return is_.ip_length > transport_at_ ? is_.ip_length - transport_at_ : 0;
  }

  void put_ipv4() {
    unsigned const words = has(attribute::ip_options) ? 6 : 5;
    bool const is_later = has(attribute::later_fragment);
    bool const has_more = has(attribute::fragment) && !is_later;
    to_.put16(0x4000U | words << 8);
    to_.put16(is_.ip_length);
    to_.put16(is_.ip_id);
    to_.put16((has(attribute::reserved_flag) ? 0x8000U : 0U) |
              (has(attribute::dont_fragment) ? 0x4000U : 0U) | (has_more ? 0x2000U : 0U) |
              (is_later ? 1U : 0U));
    to_.put8(is_.ttl);
    to_.put8(is_.ip_protocol);
    to_.put16(0);
    to_.put32(is_.source);
    to_.put32(is_.destination);
    to_.zeros(4 * (words - 5));
    to_.set16(10, finish(to_.sum(0, to_.size())));
    transport_at_ = to_.size();
    // The pseudo header (RFC 9293 section 3.1): addresses, protocol, length.
    pseudo_ = to_.sum(12, 20) + is_.ip_protocol + static_cast<std::uint32_t>(room());
  }

  void put_ipv6() {
    auto const& pair = batch_.ipv6[is_.source];
    bool const is_fragment = has(attribute::fragment) || is_.ip_id != 0;
    // A chain that was cut ends with the number of the header that is missing.
    bool const is_extension = is_.ip_protocol == 0 || is_.ip_protocol == 43 ||
                              is_.ip_protocol == fragment_header || is_.ip_protocol == 51 ||
                              is_.ip_protocol == destination_options || is_.ip_protocol == 135 ||
                              is_.ip_protocol == 139 || is_.ip_protocol == 140;
    bool const has_one = is_fragment || (has(attribute::ip_options) && !is_extension);
    unsigned const next = !has_one      ? is_.ip_protocol
                          : is_fragment ? fragment_header
                                        : destination_options;
    to_.put32(0x60000000U);
    to_.put16(is_.ip_length > 40 ? is_.ip_length - 40U : 0U);
    to_.put8(next);
    to_.put8(is_.ttl);
    to_.put64(pair.source.high());
    to_.put64(pair.source.low());
    to_.put64(pair.destination.high());
    to_.put64(pair.destination.low());
    if (is_fragment && has_one) {
      bool const is_later = has(attribute::later_fragment);
      to_.put16(unsigned{is_.ip_protocol} << 8);
      to_.put16(is_later ? 8U : has(attribute::fragment) ? 1U : 0U);
      to_.put32(is_.ip_id);
    } else if (has_one) {
      to_.put16(unsigned{is_.ip_protocol} << 8);
      to_.put16(0x0104);  // PadN over the four bytes that are left
      to_.put32(0);
    }
    transport_at_ = to_.size();
    pseudo_ = to_.sum(8, 40) + is_.ip_protocol + static_cast<std::uint32_t>(room());
  }

  void put_transport() {
    if (is_.ip_protocol == protocol::tcp) return put_tcp();
    if (is_.ip_protocol == protocol::udp) return put_udp();
    put_icmp();
  }

  void put_tcp() {
    bool const is_part = has(attribute::fragment) || room() < tcp_length;
    auto const most = is_part ? most_options : std::min(most_options, room() - tcp_length);
    bool const is_short = padded(options_size(is_.tcp_options, false)) > most;
    auto const size = options_size(is_.tcp_options, is_short);
    // Where the options were cut they are longer than what is there.
    bool const is_cut = has(attribute::truncated);
    auto const length = is_cut && size > 0 ? padded(size + 1) : padded(size);
    to_.put16(is_.source_port);
    to_.put16(is_.destination_port);
    to_.put32(is_.tcp_sequence);
    to_.put32(is_.tcp_acknowledgement);
    to_.put8(static_cast<unsigned>(std::min<std::size_t>((tcp_length + length) / 4, 15)) << 4);
    to_.put8(is_.tcp_flags);
    to_.put16(is_.tcp_window);
    to_.put32(0);
    for (auto rest = is_.tcp_options; rest != 0; rest >>= 4) put_option(rest & 15, is_short);
    if (!is_cut) to_.zeros(length - size);
    // Cut in the fixed part, behind the window: the urgent pointer is not there.
    if (is_cut && size == 0) to_.cut(to_.size() - 1);
    put_checksum(16);
  }

  void put_option(std::uint32_t code, bool is_short) {
    auto const size = option_size(code, is_short);
    if (code == 1) return to_.put8(1);
    to_.put8(code <= 8 ? code : experimental_option);
    if (code == 15) return to_.put8(0);  // no length can be that small
    to_.put8(static_cast<unsigned>(size));
    if (code == 2) return to_.put16(is_.tcp_mss);
    if (code == 3) return to_.put8(is_.tcp_window_scale);
    to_.zeros(size - 2);
  }

  void put_udp() {
    to_.put16(is_.source_port);
    to_.put16(is_.destination_port);
    to_.put16(static_cast<unsigned>(room()));
    to_.put16(0);
    put_checksum(6);
  }

  void put_icmp() {
    to_.put8(is_.source_port);
    to_.put8(is_.destination_port);
    to_.put16(0);
    if (has(attribute::truncated)) return;
    to_.put32(0);
    // Only that of ICMPv6 is over a pseudo header too (RFC 4443 section 2.3).
    if (is_.ip_protocol == protocol::icmp) pseudo_ = 0;
    put_checksum(2);
  }

  /// The checksum at `at` of the transport header, where that is all of the packet.
  void put_checksum(std::size_t at) {
    if (to_.size() != is_.ip_length || has(attribute::fragment)) return;
    auto sum = finish(pseudo_ + to_.sum(transport_at_, to_.size()));
    if (sum == 0 && is_.ip_protocol == protocol::udp) sum = 0xFFFF;  // 0 says that there is none
    to_.set16(transport_at_ + at, sum);
  }

  packet_batch const& batch_;
  packet is_;
  header_bytes to_;
  std::size_t transport_at_ = 0;
  std::uint32_t pseudo_ = 0;
};

}  // namespace

auto rebuild_headers(packet_batch const& batch, std::size_t row, headers_buffer& to) noexcept
    -> std::size_t {
  return header_builder{batch, row, to}.build();
}

}  // namespace kizashi::net
