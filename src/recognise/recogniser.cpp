#include "kizashi/recognise/recogniser.hpp"

namespace kizashi::recognise {

void recogniser::add(net::packet_batch const& batch, net::frame_block const& frames,
                     tag_columns& to) const {
  add_traffic(batch, frames, to);
  fingerprints_->match(batch, frames, to);
  scanners_->match(batch, to.scanner.data());
}

}  // namespace kizashi::recognise
