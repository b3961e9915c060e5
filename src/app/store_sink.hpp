// The packets of `kizashi read` on their way into a store.
#pragma once

#include <optional>
#include <string>

#include "kizashi/app/report.hpp"
#include "kizashi/pipeline/road.hpp"
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
  /// "5,000,000 packets stored in DIR", and what else there is to say.
  [[nodiscard]] auto describe() const -> std::string;

private:
  store_sink(std::string folder, store::packet_writer writer)
      : folder_{std::move(folder)}, writer_{std::move(writer)} {}

  std::string folder_;
  store::packet_writer writer_;
};

}  // namespace kizashi::app
