// Frames from strangers. The input is a list of frames, each behind a head of three bytes:
//   0  link type (an index into `links`), 1  captured bytes, 2  bytes on the wire beyond (or, from
//   128, below) the captured
// The fast kernel and the slow decoder must agree, and every row must keep the promises of
// packet_batch.hpp.
#include "kizashi/net/decode.hpp"

#include <algorithm>
#include <cstdlib>
#include <memory>

#include "kizashi/base/error.hpp"
#include "kizashi/net/byte_reader.hpp"

namespace {

using namespace kizashi;
using namespace kizashi::net;

constexpr link_type links[]{
    link_type::ethernet,       link_type::null_loopback,    link_type::raw_ip,
    link_type::linux_cooked,   link_type::linux_cooked_v2,  link_type::raw_ip_bsd,
    link_type::raw_ip_openbsd, link_type::openbsd_loopback, link_type::ipv4,
    link_type::ipv6,           static_cast<link_type>(127)};

void read_frames(byte_reader in, frame_block& block) {
  while (in.left() > 0 && block.frames.size() < 64) {
    auto const link = links[in.u8() % std::size(links)];
    auto const captured = in.u8();
    auto const difference = in.u8();
    auto const data = in.bytes(captured == 255 ? in.left() : captured);
    auto const size = static_cast<std::uint32_t>(data.size());
    auto const wire =
        difference < 128 ? size + difference : size - std::min(size, difference - 128U);
    block.append(timestamp{static_cast<std::int64_t>(size) + 1}, link, wire, data);
  }
}

void check_row(packet_batch const& batch, frame_block const& block, std::size_t i) {
  auto const row = batch.row(i);
  auto const& each = block.frames[i];
  auto const is = [&](attribute a) { return batch.has(i, a); };
  KIZASHI_ASSERT(row.payload_length == 0 ||
                 std::size_t{row.payload_offset} + row.payload_length <= each.captured);
  KIZASHI_ASSERT(!is(attribute::ipv6) ||
                 (row.source < batch.ipv6.size() && row.source == row.destination));
  KIZASHI_ASSERT(!is(attribute::no_ip) ||
                 (row.source == 0 && row.destination == 0 && !is(attribute::ports)));
  KIZASHI_ASSERT(!is(attribute::arp) || is(attribute::no_ip));
  KIZASHI_ASSERT(!is(attribute::unknown_link) || is(attribute::no_ip));
  KIZASHI_ASSERT(!is(attribute::later_fragment) ||
                 (is(attribute::fragment) && !is(attribute::ports)));
  KIZASHI_ASSERT(!is(attribute::truncated) || each.captured < each.wire);
  KIZASHI_ASSERT(!is(attribute::quoted) || is(attribute::ports));
  KIZASHI_ASSERT(is(attribute::ports) || (row.source_port == 0 && row.tcp_flags == 0));
  KIZASHI_ASSERT(row.wire_length == each.wire && row.time == each.time &&
                 batch.frame_index[i] == i);
}

void check_same(packet_batch const& fast, packet_batch const& slow) {
  for (std::size_t i = 0; i < fast.size(); ++i) KIZASHI_ASSERT(fast.row(i) == slow.row(i));
  KIZASHI_ASSERT(fast.ipv6.size() == slow.ipv6.size());
  for (std::size_t i = 0; i < fast.ipv6.size(); ++i)
    KIZASHI_ASSERT(fast.ipv6[i].source == slow.ipv6[i].source &&
                   fast.ipv6[i].destination == slow.ipv6[i].destination);
  KIZASHI_ASSERT(fast.quoted.size() == slow.quoted.size());
  for (std::size_t i = 0; i < fast.quoted.size(); ++i) {
    auto const &a = fast.quoted[i], &b = slow.quoted[i];
    KIZASHI_ASSERT(a.row == b.row && a.source == b.source && a.destination == b.destination);
    KIZASHI_ASSERT(a.source_port == b.source_port && a.destination_port == b.destination_port);
    KIZASHI_ASSERT(fast.has(a.row, attribute::quoted));
    KIZASHI_ASSERT(i == 0 || fast.quoted[i - 1].row < a.row);
  }
}

}  // namespace

extern "C" auto LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) -> int {
  static auto const fast = std::make_unique<packet_batch>();
  static auto const slow = std::make_unique<packet_batch>();
  frame_block block;
  read_frames(byte_reader{{data, size}}, block);
  // The kernel reads at fixed offsets: a block without spare memory behind it shows a byte too
  // many.
  std::vector<std::uint8_t> const exact(block.storage.data(),
                                        block.storage.data() + block.storage.size());
  if (!exact.empty()) block.borrow(exact);
  decode(block, *fast);
  slow->clear();
  for (std::size_t i = 0; i < block.frames.size(); ++i)
    slow->set_row(i, decode_frame(block, block.frames[i], i, *slow));
  slow->resize(block.frames.size());
  for (std::size_t i = 0; i < fast->size(); ++i) check_row(*fast, block, i);
  check_same(*fast, *slow);
  return 0;
}
