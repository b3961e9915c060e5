#include "kizashi/engine/internal/open_rows.hpp"

#include <array>
#include <cstring>

namespace kizashi::engine::internal {

namespace {

constexpr std::uint8_t usual_protocol = 6;  // TCP

// The first byte of a row says what follows of it, in this order.
enum part : std::uint8_t {
  has_ipv4 = 1,      // 4 bytes; with neither it is the source of the row before
  has_ipv6 = 2,      // 16 bytes
  has_service = 4,   // a port, 2 bytes; without it is the service of the row before
  has_protocol = 8,  // 1 byte; without it is the usual one
  has_packets = 16,  // 4 bytes; without it is 1
  has_target = 32,   // 4 bytes; without it there are several
};
constexpr std::size_t longest = 1 + 16 + 2 + 1 + 4 + 4;

class packer {
public:
  template <class T>
  void put(T value) {
    std::memcpy(bytes_.data() + size_, &value, sizeof value);
    size_ += sizeof value;
  }
  void put(part which) { bytes_[0] |= which; }
  void give_to(std::vector<std::uint8_t>& out) const {
    out.insert(out.end(), bytes_.begin(), bytes_.begin() + static_cast<std::ptrdiff_t>(size_));
  }

private:
  std::array<std::uint8_t, longest> bytes_{};
  std::size_t size_ = 1;
};

template <class T>
auto take(std::uint8_t const*& at) -> T {
  T value;
  std::memcpy(&value, at, sizeof value);
  at += sizeof value;
  return value;
}

}  // namespace

void open_rows::push(open_row const& row) {
  packer out;
  auto const is_first = size_ == 0;
  if (is_first || row.source != last_.source) {
    out.put(row.source.is_ipv6() ? has_ipv6 : has_ipv4);
    if (row.source.is_ipv6())
      out.put(row.source.as_ipv6().high()), out.put(row.source.as_ipv6().low());
    else
      out.put(row.source.as_ipv4().value());
  }
  if (is_first || row.at != last_.at) {
    out.put(has_service);
    out.put(row.at.port);
    if (row.at.protocol != usual_protocol) out.put(has_protocol), out.put(row.at.protocol);
  }
  if (row.packets != 1) out.put(has_packets), out.put(row.packets);
  if (row.target != activity_row::several) out.put(has_target), out.put(row.target);
  out.give_to(bytes_);
  ++size_;
  last_ = row;
}

auto open_rows::cursor::next() -> open_row const* {
  if (left_ == 0) return nullptr;
  --left_;
  auto const has = *at_++;
  if (has & has_ipv4) row_.source = net::ipv4{take<std::uint32_t>(at_)};
  if (has & has_ipv6) {
    auto const high = take<std::uint64_t>(at_);
    row_.source = net::ipv6{high, take<std::uint64_t>(at_)};
  }
  if (has & has_service) {
    row_.at.port = take<std::uint16_t>(at_);
    row_.at.protocol = has & has_protocol ? take<std::uint8_t>(at_) : usual_protocol;
  }
  row_.packets = has & has_packets ? take<std::uint32_t>(at_) : 1;
  row_.target = has & has_target ? take<std::uint32_t>(at_) : activity_row::several;
  return &row_;
}

}  // namespace kizashi::engine::internal
