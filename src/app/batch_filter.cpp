#include "kizashi/app/batch_filter.hpp"

#include <array>
#include <string>
#include <utility>

#include "kizashi/app/place_file.hpp"
#include "kizashi/recognise/recogniser.hpp"

namespace kizashi::app {

auto batch_filter::make(filter::expression const& of) -> result<std::unique_ptr<batch_filter>> {
  std::unique_ptr<batch_filter> out{new batch_filter};
  std::string no_table;
  KIZASHI_TRY(out->places_, open_places({}, no_table));
  KIZASHI_TRY(auto made, filter::packet_predicate::make(
                             of, {&out->fingerprints_, &out->scanners_, &out->places_, "local"}));
  out->wanted_ = std::make_unique<filter::packet_predicate const>(std::move(made));
  if (out->wanted_->needs_tags()) out->tags_ = std::make_unique<recognise::tag_columns>();
  return out;
}

void batch_filter::apply(net::frame_block const& block, net::packet_batch& batch) {
  if (tags_) recognise::recogniser{fingerprints_, scanners_}.add(batch, block, *tags_);
  std::array<std::uint8_t, net::packet_batch::capacity> keep;
  wanted_->select(batch, tags_.get(), keep);
  batch.retain(std::span{keep}.first(batch.size()));
}

}  // namespace kizashi::app
