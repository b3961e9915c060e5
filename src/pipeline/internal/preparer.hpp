// The first half of the road, which any worker can walk for all: a block of frames becomes a batch,
// of that the rows that count, and the plan of who counts which.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>

#include "kizashi/filter/packet_predicate.hpp"
#include "kizashi/net/frame_block.hpp"
#include "kizashi/net/packet_batch.hpp"
#include "kizashi/net/prefix_set.hpp"
#include "kizashi/recognise/recogniser.hpp"
#include "kizashi/telescope/batch_plan.hpp"
#include "kizashi/telescope/batch_totals.hpp"

namespace kizashi::pipeline::internal {

/// One batch on its way. Reused.
struct prepared_batch {
  explicit prepared_batch(unsigned workers) : plan{workers} {}

  net::frame_block frames;
  std::unique_ptr<net::packet_batch> packets = std::make_unique<net::packet_batch>();
  std::unique_ptr<recognise::tag_columns> tags;  ///< null: nothing is recognised
  telescope::batch_plan plan;
};

class preparer {
public:
  /// `filter`: null where all packets count.
  preparer(net::prefix_set const& darknet, filter::packet_predicate const* filter,
           std::optional<recognise::recogniser> recogniser)
      : darknet_{&darknet}, filter_{filter}, recogniser_{recogniser} {}

  /// Decodes `each.frames`, leaves out what is not for the darknet and what the filter does not let
  /// through, adds the rest to the totals and recognises it.
  void prepare(prepared_batch& each);
  [[nodiscard]] auto filtered() const noexcept -> std::uint64_t { return filtered_; }
  [[nodiscard]] auto totals() const noexcept -> telescope::batch_totals const& { return totals_; }
  [[nodiscard]] auto totals() noexcept -> telescope::batch_totals& { return totals_; }

private:
  void leave_out_others(net::packet_batch& packets);
  void filter_rows(prepared_batch& each);
  void add_tags(prepared_batch& each) const;

  net::prefix_set const* darknet_;
  filter::packet_predicate const* filter_;
  std::optional<recognise::recogniser> recogniser_;
  telescope::batch_totals totals_;
  std::uint64_t filtered_ = 0;
};

}  // namespace kizashi::pipeline::internal
