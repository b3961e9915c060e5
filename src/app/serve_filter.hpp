// The filter language for the API.
#pragma once

#include <memory>

#include "kizashi/api/observatory.hpp"
#include "kizashi/store/engine.hpp"

namespace kizashi::app {

/// Reads filters by the names that `engine` has. It outlives the reader.
[[nodiscard]] auto filter_reader_of(std::shared_ptr<store::engine> engine) -> api::filter_reader;

/// The same for numbers of packets.
[[nodiscard]] auto packet_filter_reader_of(std::shared_ptr<store::engine> engine)
    -> api::packet_filter_reader;

}  // namespace kizashi::app
