// The lines of a file that is imported, whatever it is packed as.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "kizashi/capture/packed_lines.hpp"
#include "kizashi/store/engine.hpp"

namespace kizashi::app {

class import_lines {
public:
  /// Takes the next line; what it returns ends the reading when it is a failure.
  using taker = std::function<status(capture::text_line const&, capture::progress const&)>;

  /// A name that ends in .parquet is read by the engine `by`, its rows as JSON lines; all else is
  /// text, plain or packed. Fails when it cannot be opened.
  [[nodiscard]] static auto open(std::string const& file, std::shared_ptr<store::engine> by)
      -> result<import_lines>;
  /// Once.
  [[nodiscard]] auto for_each(taker const& take) -> status;

private:
  import_lines(std::string file, std::shared_ptr<store::engine> by,
               std::optional<capture::packed_lines> text)
      : file_{std::move(file)}, engine_{std::move(by)}, text_{std::move(text)} {}
  std::string file_;
  std::shared_ptr<store::engine> engine_;
  std::optional<capture::packed_lines> text_;  // none: Parquet
};

}  // namespace kizashi::app
