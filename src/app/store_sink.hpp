// What `kizashi read` saw and found, on its way into a store.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "kizashi/app/report.hpp"
#include "kizashi/engine/finding.hpp"
#include "kizashi/pipeline/road.hpp"
#include "kizashi/store/observation_writer.hpp"
#include "kizashi/store/packet_writer.hpp"

namespace kizashi::app {

class store_sink final : public pipeline::batch_sink {
public:
  /// Opens the store in `folder`, made when it is not there, for packets that `sensor` saw. `with`
  /// has the tables that recognise them and where sources are; it must live as long.
  [[nodiscard]] static auto open(std::string const& folder, std::string const& sensor,
                                 report const& with) -> result<store_sink>;

  [[nodiscard]] auto take(net::packet_batch const& packets, recognise::tag_columns const& tags)
      -> status override {
    return writer_.add(packets, tags);
  }
  /// Returns when every packet is durable.
  [[nodiscard]] auto finish(bool is_whole) -> status { return writer_.finish(is_whole); }
  /// For windows.
  [[nodiscard]] auto found() -> store::observation_writer& { return *found_; }
  /// After `finish`: stores the windows, and the events and victims that `all` gives.
  [[nodiscard]] auto finish_observations(store::observation_writer::giver const& all) -> status {
    return found_->finish(writer_.epoch(), writer_.counts().packets, all);
  }
  /// Puts findings of engines there, too.
  [[nodiscard]] auto keep(std::vector<engine::finding> const& found) -> status;
  /// "5,000,000 packets stored in DIR", and what else there is to say.
  [[nodiscard]] auto describe() const -> std::string;

private:
  store_sink(std::shared_ptr<store::engine> into, std::string folder, std::string dropped,
             store::packet_writer writer, std::unique_ptr<store::observation_writer> found)
      : engine_{std::move(into)},
        folder_{std::move(folder)},
        dropped_{std::move(dropped)},
        writer_{std::move(writer)},
        found_{std::move(found)} {}

  std::shared_ptr<store::engine> engine_;
  std::string folder_;
  std::string dropped_;  // which days the store keeps no more; empty: none
  store::packet_writer writer_;
  std::unique_ptr<store::observation_writer> found_;
};

}  // namespace kizashi::app
