#include "kizashi/pipeline/road.hpp"

#include "kizashi/pipeline/internal/crew.hpp"

namespace kizashi::pipeline {

auto travel(capture::frame_source& from, road_options const& options,
            progress_callback const& progress) -> outcome {
  KIZASHI_ASSERT(options.workers >= 1 && options.workers <= 64);
  KIZASHI_ASSERT(options.window_length.count() > 0);
  KIZASHI_ASSERT(options.lateness.count() >= 0 && options.lateness <= options.window_length);
  return internal::crew{from, options, progress}.run();
}

}  // namespace kizashi::pipeline
