// ClickHouse inside the process: nothing to install, configure or start.
#pragma once

#include <filesystem>
#include <memory>
#include <string>

#include "kizashi/base/error.hpp"
#include "kizashi/store/engine.hpp"

namespace kizashi::store {

/// Opens the store in `folder`, which is made when it is not there, and owns it until the last
/// holder of the engine lets go; `holder` is what others are told meanwhile (`store_lock`). Opened
/// twice in a process, it is the same engine. One process has one store open at a time: the engine
/// cannot do more.
///
/// Takes about 0.15 s and 200 MB of memory. Fails when the library is not there, when the processor
/// is too old for it, when the folder has another owner and when the engine cannot open it.
[[nodiscard]] auto open_embedded_engine(std::filesystem::path const& folder,
                                        std::string_view holder = "kizashi")
    -> result<std::shared_ptr<engine>>;

/// Whether `open_embedded_engine` can work on this machine; fails with what is missing and how to
/// get it.
[[nodiscard]] auto find_embedded_engine() -> status;

}  // namespace kizashi::store
