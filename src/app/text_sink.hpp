// Where reports go: standard output, a file.
#pragma once

#include <string>
#include <string_view>

#include "kizashi/answer/text_sink.hpp"
#include "kizashi/base/error.hpp"
#include "kizashi/base/output_file.hpp"

namespace kizashi::app {

using answer::string_sink;
using answer::text_sink;

/// Buffered standard output. SIGPIPE must be ignored. When the reader of a pipe has gone, `write`
/// and `flush` fail with `errc::interrupted`: a person who looks at the first lines only has not
/// made a mistake.
class standard_output final : public text_sink {
public:
  [[nodiscard]] auto write(std::string_view text) -> status override;
  [[nodiscard]] auto flush() -> status;

private:
  std::string buffer_;
};

class file_sink final : public text_sink {
public:
  explicit file_sink(output_file file) : file_{std::move(file)} {}
  [[nodiscard]] auto write(std::string_view text) -> status override { return file_.write(text); }
  [[nodiscard]] auto commit() -> status { return file_.commit(); }

private:
  output_file file_;
};

}  // namespace kizashi::app
