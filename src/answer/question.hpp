// What was asked of a store, as answers repeat it.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "kizashi/answer/words.hpp"
#include "kizashi/recognise/place.hpp"
#include "kizashi/store/statistics.hpp"

namespace kizashi::answer {

/// A question, and what its answer needs beside the numbers.
struct asked {
  std::string store;  ///< as a person named it
  store::packet_filter filter;
  std::vector<std::string> sensors;  ///< those that were named
  stored_names sensor_names;
  stored_names tag_names = {};  ///< of tools or scanners, where rows are by them
  store::count_options options;
  /// Never null; without a table every address is at `place{}`.
  std::shared_ptr<recognise::place_table const> places =
      std::make_shared<recognise::place_table const>();
  /// What the one who asks may see, where that is not everything: written into the answer.
  std::optional<json> scope;

  [[nodiscard]] auto sensor_name(std::uint16_t number) const -> std::string {
    auto const found = sensor_names.find(number);
    return found == sensor_names.end() ? fmt::format("sensor {}", number) : found->second;
  }
};

}  // namespace kizashi::answer
