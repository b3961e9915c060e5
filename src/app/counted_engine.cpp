#include "kizashi/app/counted_engine.hpp"

#include <array>

namespace kizashi::app {
namespace {

constexpr std::array question_bounds{0.003, 0.01, 0.03, 0.1, 0.3, 1.0, 3.0, 10.0, 30.0};

}  // namespace

counted_engine::counted_engine(std::shared_ptr<store::engine> behind, metrics& counters)
    : behind_{std::move(behind)},
      seconds_{counters.histogram("kizashi_store_question_seconds",
                                  "How long questions of the API to the store took.",
                                  question_bounds)},
      failed_{counters.counter("kizashi_store_questions_failed_total",
                               "Of these, those that failed or were ended.")} {}

auto counted_engine::see(std::chrono::steady_clock::time_point begin, status outcome) -> status {
  seconds_.see(std::chrono::duration<double>{std::chrono::steady_clock::now() - begin}.count());
  if (!outcome) failed_.add();
  return outcome;
}

auto counted_engine::ask(store::question const& asked, store::answer_sink const& sink) -> status {
  return see(std::chrono::steady_clock::now(), behind_->ask(asked, sink));
}

auto counted_engine::ask_parquet(store::question const& asked, std::filesystem::path const& file)
    -> status {
  return see(std::chrono::steady_clock::now(), behind_->ask_parquet(asked, file));
}

}  // namespace kizashi::app
