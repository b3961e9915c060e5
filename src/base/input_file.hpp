// A file that is read whole: configuration, tables and lists that people write.
#pragma once

#include <cstddef>
#include <string>

#include "kizashi/base/error.hpp"

namespace kizashi {

/// All bytes of a file, a pipe or a device, at most `limit` of them. Fails when it cannot be opened
/// or read ("PATH: cannot VERB: reason"; `verb` such as "read the labels"), and when there are
/// more.
[[nodiscard]] auto read_whole_file(std::string const& path, std::string_view verb,
                                   std::size_t limit) -> result<std::string>;

}  // namespace kizashi
