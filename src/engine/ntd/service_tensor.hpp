// The counts of a window as a tensor.
#pragma once

#include <cstdint>
#include <vector>

#include "kizashi/engine/internal/group_window.hpp"
#include "kizashi/engine/ntd/tucker.hpp"

namespace kizashi::engine::ntd {

/// The tensor of a window, and what its ports are.
struct service_tensor {
  tensor counts;                  ///< bin x source x service
  std::vector<service> services;  ///< ascending
  std::size_t services_seen = 0;  ///< before the bound
};

/// `least`: packets from which on a place counts. `most`: services; of more, those with most
/// packets, the first of equals.
[[nodiscard]] auto tensor_of(kizashi::engine::internal::group_rows const& whole,
                             std::uint64_t least, std::size_t most) -> service_tensor;

}  // namespace kizashi::engine::ntd
