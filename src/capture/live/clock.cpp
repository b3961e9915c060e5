#include "kizashi/capture/live/clock.hpp"

#include <chrono>
#include <thread>

namespace kizashi::capture::live {
namespace {

class machine_clock final : public clock {
public:
  auto now() -> timestamp override {
    auto const since = std::chrono::system_clock::now().time_since_epoch();
    return timestamp{std::chrono::duration_cast<duration>(since).count()};
  }
  auto steady() -> duration override {
    return std::chrono::duration_cast<duration>(
        std::chrono::steady_clock::now().time_since_epoch());
  }
  void sleep(duration length) override {
    if (length.count() > 0) std::this_thread::sleep_for(length);
  }
};

}  // namespace

auto system_clock() -> clock& {
  static machine_clock clock;
  return clock;
}

}  // namespace kizashi::capture::live
