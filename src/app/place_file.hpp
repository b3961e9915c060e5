// Where the place table lies.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "kizashi/recognise/place.hpp"

namespace kizashi::app {

/// place.table beside the program, then share/kizashi/place.table of its installation.
[[nodiscard]] auto usual_place_files() -> std::vector<std::filesystem::path>;

/// Opens `named`, which must be there, or, when it is empty, the first of the usual files that is.
/// None there: an empty table, and `hint` says in one line how to get one. Fails when a file is
/// there and cannot be used.
[[nodiscard]] auto open_places(std::string const& named, std::string& hint)
    -> result<recognise::place_table>;

}  // namespace kizashi::app
