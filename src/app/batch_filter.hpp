// A filter on the batches of captures, outside of the road.
#pragma once

#include <memory>

#include "kizashi/filter/packet_predicate.hpp"
#include "kizashi/net/frame_block.hpp"

namespace kizashi::app {

/// Recognises packets by the tables inside the program where the filter asks for that. One owner.
class batch_filter {
public:
  /// Fails as `filter::packet_predicate::make` and `open_places` do.
  [[nodiscard]] static auto make(filter::expression const& of)
      -> result<std::unique_ptr<batch_filter>>;

  /// Leaves the rows of `batch`, which was decoded from `block`, for which the filter holds.
  void apply(net::frame_block const& block, net::packet_batch& batch);

private:
  batch_filter() = default;

  recognise::fingerprint_table fingerprints_ = recognise::fingerprint_table::shipped();
  recognise::scanner_list scanners_ = recognise::scanner_list::shipped();
  recognise::place_table places_;
  std::unique_ptr<filter::packet_predicate const> wanted_;
  std::unique_ptr<recognise::tag_columns> tags_;
};

}  // namespace kizashi::app
