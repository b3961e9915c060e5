// Parquet files of others, as lines.
#pragma once

#include <filesystem>
#include <functional>
#include <string_view>

#include "kizashi/base/error.hpp"
#include "kizashi/store/engine.hpp"

namespace kizashi::store {

/// Takes the next line, without its end; what it returns ends the reading when it is a failure.
using line_taker = std::function<status(std::string_view)>;

/// Each row of `file` as a JSON object (`answer_form::json_lines`), in the order of the file. The
/// engine reads it: one at a time in a process. Fails when the file is no Parquet.
[[nodiscard]] auto read_parquet_lines(engine& by, std::filesystem::path const& file,
                                      line_taker const& take) -> status;

}  // namespace kizashi::store
