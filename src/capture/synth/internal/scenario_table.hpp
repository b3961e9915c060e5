// A table of a scenario: what every TOML table may have, and prefixes and things with weights.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "kizashi/base/toml_reader.hpp"
#include "kizashi/capture/synth/scenario.hpp"

namespace kizashi::capture::synth {

class scenario_table : public toml_reader {
public:
  using toml_reader::toml_reader;

  [[nodiscard]] auto prefixes(std::string_view key) -> std::vector<net::prefix>;
  /// A list of ports with equal weights or a table of ports with weights.
  [[nodiscard]] auto ports(std::string_view key) -> std::vector<port_weight>;
  /// A list of names with equal weights or a table of names with weights; names from `permitted`.
  [[nodiscard]] auto weights(std::string_view key, std::string_view permitted)
      -> std::vector<named_weight>;

private:
  using entry_taker = std::function<bool(std::string_view text, std::uint32_t weight)>;

  /// The entries of a list (each with weight 1) or of a table (name = weight), one by one; a
  /// message for each that `take` refuses.
  void entries(std::string_view key, std::string const& expected, bool are_numbers,
               entry_taker const& take);
};

}  // namespace kizashi::capture::synth
