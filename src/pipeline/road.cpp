#include "kizashi/pipeline/road.hpp"

#include <chrono>
#include <new>

#include "kizashi/pipeline/internal/crew.hpp"

namespace kizashi::pipeline {

auto travel(capture::frame_source& from, road_options const& options,
            progress_callback const& progress) -> outcome {
  KIZASHI_ASSERT(options.workers >= 1 && options.workers <= 64);
  KIZASHI_ASSERT(options.window_length.count() > 0 &&
                 options.window_length <= std::chrono::days{1});
  KIZASHI_ASSERT(options.lateness.count() >= 0 && options.lateness <= options.window_length);
  try {
    return internal::crew{from, options, progress}.run();
  } catch (std::bad_alloc const&) {
    outcome nothing;
    nothing.is_partial = true;
    nothing.failure = fail(errc::limit_reached,
                           "not enough memory to begin; fewer threads (--threads) need less");
    return nothing;
  }
}

}  // namespace kizashi::pipeline
