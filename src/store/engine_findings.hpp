// What the engines concluded (docs/engines/README.md), on its way into a store and out of it.
//
//   engine_finding_writer to{store};
//   for (auto const& each : found) to.add(each, number++);
//   KIZASHI_TRY(to.flush());
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "kizashi/base/error.hpp"
#include "kizashi/engine/finding.hpp"
#include "kizashi/store/engine.hpp"

namespace kizashi::store {

/// Rows of the table `findings`. News of a finding have its id and stand in its place.
///
/// Memory: what was added since the last `flush`.
class engine_finding_writer {
public:
  /// No more go into one block: with all their sources and series that is some tens of MB.
  static constexpr std::size_t block_rows = 1000;

  explicit engine_finding_writer(std::shared_ptr<engine> into);
  /// `number`: what is told later has a higher one; of equal ids the highest stays.
  void add(kizashi::engine::finding const& found, std::uint64_t number);
  /// Durable when it returns. After a failure all that is not known to be stored is kept for the
  /// next. The same findings again change nothing.
  [[nodiscard]] auto flush() -> status;

private:
  struct told {
    kizashi::engine::finding found;
    std::uint64_t number;
  };

  std::shared_ptr<engine> engine_;
  std::vector<told> waiting_;
};

}  // namespace kizashi::store
