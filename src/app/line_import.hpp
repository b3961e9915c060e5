// Lines of a data set on their way into a store.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "kizashi/base/error.hpp"
#include "kizashi/store/engine.hpp"

namespace kizashi::app {

struct import_counts {
  std::uint64_t stored = 0;
  std::uint64_t known = 0;  ///< in the store before
};

/// One file: its lines in their order.
class line_import {
public:
  virtual ~line_import() = default;
  /// Reads a line. Fails when it is not of the form; it can go on with the next then.
  [[nodiscard]] virtual auto parse(std::string_view line) -> status = 0;
  /// Stores what the line that was parsed last had, if anything.
  [[nodiscard]] virtual auto keep() -> status = 0;
  /// Returns when everything is durable. `is_whole`: the file was read to its end.
  [[nodiscard]] virtual auto finish(bool is_whole) -> status = 0;
  [[nodiscard]] virtual auto counts() const -> import_counts = 0;
};

/// `form`: "nict" or "flowtuple".
[[nodiscard]] auto open_line_import(std::string_view form, std::shared_ptr<store::engine> into,
                                    std::string const& sensor)
    -> result<std::unique_ptr<line_import>>;

}  // namespace kizashi::app
