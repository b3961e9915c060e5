// An engine whose questions are counted and timed, for Prometheus.
#pragma once

#include <chrono>
#include <memory>
#include <utility>

#include "kizashi/base/metrics.hpp"
#include "kizashi/store/engine.hpp"

namespace kizashi::app {

/// Hands everything on to another engine.
class counted_engine final : public store::engine {
public:
  /// `counters` lives as long.
  counted_engine(std::shared_ptr<store::engine> behind, metrics& counters);

  [[nodiscard]] auto capabilities() const noexcept -> store::engine_capabilities const& override {
    return behind_->capabilities();
  }
  [[nodiscard]] auto is_owner() const noexcept -> bool override { return behind_->is_owner(); }
  [[nodiscard]] auto run(std::string_view statement) -> status override {
    return behind_->run(statement);
  }
  [[nodiscard]] auto insert(std::string_view table, store::native_block const& block,
                            std::string_view token) -> status override {
    return behind_->insert(table, block, token);
  }
  [[nodiscard]] auto ask(store::question const& asked, store::answer_sink const& sink)
      -> status override;
  [[nodiscard]] auto ask_parquet(store::question const& asked, std::filesystem::path const& file)
      -> status override;
  [[nodiscard]] auto folder() const -> std::filesystem::path override { return behind_->folder(); }
  [[nodiscard]] auto at_rest(std::function<status()> const& work) -> status override {
    return behind_->at_rest(work);
  }
  void ask_in(std::string_view database) override { behind_->ask_in(database); }

private:
  [[nodiscard]] auto see(std::chrono::steady_clock::time_point begin, status outcome) -> status;

  std::shared_ptr<store::engine> behind_;
  metric_histogram& seconds_;
  metric_counter& failed_;
};

}  // namespace kizashi::app
