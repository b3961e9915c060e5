#include "kizashi/app/engine_run.hpp"

#include <algorithm>

#include "kizashi/store/engine_findings.hpp"
#include "kizashi/store/stored_findings.hpp"

namespace kizashi::app {

auto engine_run::make(std::vector<engine::chosen_engine> chosen)
    -> result<std::unique_ptr<engine_run>> {
  auto found = std::make_unique<engine::finding_list>();
  KIZASHI_TRY(auto desk, engine::schedule::make(chosen, *found));
  return std::unique_ptr<engine_run>{
      new engine_run{std::move(chosen), std::move(found), std::move(desk)}};
}

engine_run::engine_run(std::vector<engine::chosen_engine> chosen,
                       std::unique_ptr<engine::finding_list> found, engine::schedule desk)
    : chosen_{std::move(chosen)},
      found_{std::move(found)},
      desk_{std::move(desk)},
      windows_{desk_.lengths(),
               [this](engine::activity_window const& closed) { return desk_.observe(closed); }} {}

auto engine_run::finish() -> result<detect_report> {
  KIZASHI_TRY(windows_.finish());
  KIZASHI_TRY(desk_.finish());
  return detect_report{std::move(chosen_), std::move(found_->all), windows_.counted(),
                       windows_.late(), false};
}

auto engine_packets::take(net::packet_batch const& packets, recognise::tag_columns const& tags)
    -> status {
  KIZASHI_TRY(to_.windows().take(packets, tags, sensor_));
  return also_ == nullptr ? status{} : also_->take(packets, tags);
}

auto worth_keeping(std::vector<engine::finding> const& found)
    -> std::vector<engine::finding const*> {
  auto const is_shortage = [](engine::finding const& each) {
    return each.kind == engine::kind::shortage;
  };
  bool const is_nothing_else = std::ranges::all_of(found, is_shortage);
  std::vector<engine::finding const*> out;
  for (auto const& each : found)
    if (is_nothing_else || !is_shortage(each)) out.push_back(&each);
  return out;
}

auto keep_in_store(std::shared_ptr<store::engine> const& into,
                   std::vector<engine::finding> const& found) -> result<std::size_t> {
  KIZASHI_TRY(auto number, store::next_finding_number(*into));
  auto const all = worth_keeping(found);
  store::engine_finding_writer to{into};
  for (auto const* each : all) to.add(*each, number++);
  KIZASHI_TRY(to.flush());
  return all.size();
}

}  // namespace kizashi::app
