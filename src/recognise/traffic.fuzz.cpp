// Frames from strangers, decoded and recognised by their rows. The input is as of decode.fuzz.cpp:
// frames, each behind a byte for the link type and one for the captured bytes, and then one for
// those on the wire beyond. Types and classes must be of those there are, and must not depend on
// what lies behind the frames.
#include "kizashi/recognise/traffic.hpp"

#include <cstdint>
#include <memory>
#include <vector>

#include "kizashi/base/error.hpp"
#include "kizashi/net/byte_reader.hpp"
#include "kizashi/net/decode.hpp"
#include "kizashi/recognise/recogniser.hpp"

namespace {

using namespace kizashi;
using namespace kizashi::net;

constexpr link_type links[]{link_type::ethernet, link_type::raw_ip, link_type::linux_cooked,
                            link_type::ipv6};

void read_frames(byte_reader in, frame_block& block) {
  while (in.left() > 0 && block.frames.size() < 64) {
    auto const link = links[in.u8() % std::size(links)];
    auto const captured = in.u8();
    auto const beyond = in.u8();
    auto const data = in.bytes(captured == 255 ? in.left() : captured);
    auto const size = static_cast<std::uint32_t>(data.size());
    block.append(timestamp{1}, link, size + beyond, data);
  }
}

void check_row(packet_batch const& batch, recognise::tag_columns const& tags, std::size_t row) {
  KIZASHI_ASSERT(tags.type[row] < recognise::packet_types);
  KIZASHI_ASSERT(tags.traffic_class[row] < recognise::traffic_classes);
  auto const type = static_cast<recognise::packet_type>(tags.type[row]);
  auto const got = static_cast<recognise::traffic_class>(tags.traffic_class[row]);
  KIZASHI_ASSERT(got == recognise::traffic_class::unroutable || got == recognise::class_of(type));
  KIZASHI_ASSERT(batch.has(row, attribute::no_ip) == (type == recognise::packet_type::no_ip));
  static_cast<void>(recognise::victim_of(batch, row, type));
  static_cast<void>(recognise::port_of(batch, row, type));
}

}  // namespace

extern "C" auto LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) -> int {
  static auto const batch = std::make_unique<packet_batch>();
  static auto const tags = std::make_unique<recognise::tag_columns>();
  frame_block block;
  read_frames(byte_reader{{data, size}}, block);
  // A block without spare memory behind it shows a byte too many.
  std::vector<std::uint8_t> const exact(block.storage.data(),
                                        block.storage.data() + block.storage.size());
  if (!exact.empty()) block.borrow(exact);
  decode(block, *batch);
  recognise::add_traffic(*batch, block, *tags);
  for (std::size_t row = 0; row < batch->size(); ++row) check_row(*batch, *tags, row);
  return 0;
}
