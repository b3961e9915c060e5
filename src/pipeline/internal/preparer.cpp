#include "kizashi/pipeline/internal/preparer.hpp"

#include <array>

#include "kizashi/net/decode.hpp"

namespace kizashi::pipeline::internal {
namespace {

/// Keeps the rows for which `keep[row]` is not zero, as `net::packet_batch::retain` does.
void retain(recognise::tag_columns& tags, std::span<std::uint8_t const> keep) noexcept {
  std::size_t count = 0;
  for (std::size_t row = 0; row < keep.size(); ++row) {
    if (keep[row] == 0) continue;
    tags.type[count] = tags.type[row];
    tags.traffic_class[count] = tags.traffic_class[row];
    tags.scanner[count] = tags.scanner[row];
    tags.fingerprints[count] = tags.fingerprints[row];
    for (auto& each : tags.keys) each[count] = each[row];
    ++count;
  }
}

}  // namespace

void preparer::prepare(prepared_batch& each) {
  auto& packets = *each.packets;
  net::decode(each.frames, packets);
  if (!darknet_->is_empty()) leave_out_others(packets);
  bool const is_recognised_first = filter_ != nullptr && filter_->needs_tags();
  if (is_recognised_first) add_tags(each);
  if (filter_ != nullptr) filter_rows(each);
  each.plan.make(packets);
  totals_.add(packets, each.plan);
  if (!recogniser_) return;
  if (!is_recognised_first) add_tags(each);
  each.plan.find_victims(packets, *each.tags);
}

void preparer::add_tags(prepared_batch& each) const {
  if (each.tags == nullptr) each.tags = std::make_unique<recognise::tag_columns>();
  recogniser_->add(*each.packets, each.frames, *each.tags);
}

void preparer::filter_rows(prepared_batch& each) {
  auto& packets = *each.packets;
  std::array<std::uint8_t, net::packet_batch::capacity> keep;
  auto const kept = std::span{keep}.first(packets.size());
  filter_->select(packets, each.tags.get(), kept);
  if (filter_->needs_tags()) retain(*each.tags, kept);
  filtered_ += packets.retain(kept);
}

void preparer::leave_out_others(net::packet_batch& packets) {
  std::array<std::uint8_t, net::packet_batch::capacity> keep;
  for (std::size_t row = 0; row < packets.size(); ++row)
    keep[row] = !packets.has(row, net::attribute::no_ip) &&
                darknet_->contains(packets.destination_address(row));
  totals_.add_outside(packets.retain(std::span{keep}.first(packets.size())));
}

}  // namespace kizashi::pipeline::internal
