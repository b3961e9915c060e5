#include "kizashi/pipeline/internal/preparer.hpp"

#include <array>

#include "kizashi/net/decode.hpp"

namespace kizashi::pipeline::internal {

void preparer::prepare(prepared_batch& each) {
  auto& packets = *each.packets;
  net::decode(each.frames, packets);
  if (!darknet_->is_empty()) leave_out_others(packets);
  each.plan.make(packets);
  totals_.add(packets, each.plan);
  if (!recogniser_) return;
  if (each.tags == nullptr) each.tags = std::make_unique<recognise::tag_columns>();
  recogniser_->add(packets, each.frames, *each.tags);
  each.plan.find_victims(packets, *each.tags);
}

void preparer::leave_out_others(net::packet_batch& packets) {
  std::array<std::uint8_t, net::packet_batch::capacity> keep;
  for (std::size_t row = 0; row < packets.size(); ++row)
    keep[row] = !packets.has(row, net::attribute::no_ip) &&
                darknet_->contains(packets.destination_address(row));
  totals_.add_outside(packets.retain(std::span{keep}.first(packets.size())));
}

}  // namespace kizashi::pipeline::internal
