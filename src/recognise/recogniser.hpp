// All that is recognised of a batch by its rows alone, in one step.
#pragma once

#include "kizashi/net/frame_block.hpp"
#include "kizashi/net/packet_batch.hpp"
#include "kizashi/recognise/fingerprint.hpp"
#include "kizashi/recognise/scanner_list.hpp"
#include "kizashi/recognise/tag_columns.hpp"

namespace kizashi::recognise {

/// Immutable, shared by all workers; the tables outlive it.
class recogniser {
public:
  recogniser(fingerprint_table const& fingerprints, scanner_list const& scanners) noexcept
      : fingerprints_{&fingerprints}, scanners_{&scanners} {}

  /// Fills all columns of `to` for the batch's rows. `frames` is the block it was decoded from.
  void add(net::packet_batch const& batch, net::frame_block const& frames, tag_columns& to) const;

private:
  fingerprint_table const* fingerprints_;
  scanner_list const* scanners_;
};

/// Fills `type` and `traffic_class` by docs/traffic.md. Payload is looked at in `frames`.
void add_traffic(net::packet_batch const& batch, net::frame_block const& frames, tag_columns& to);

}  // namespace kizashi::recognise
