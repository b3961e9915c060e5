// The store of another process, asked through its door (`store_door.hpp`).
#pragma once

#include <filesystem>
#include <memory>

#include "kizashi/base/error.hpp"
#include "kizashi/store/engine.hpp"

namespace kizashi::store {

/// The store in `folder`, which another process owns. `run` and `insert` fail: what writes is done
/// by the owner. Fails with `errc::not_found` when nobody answers there.
[[nodiscard]] auto ask_owner(std::filesystem::path const& folder)
    -> result<std::shared_ptr<engine>>;

}  // namespace kizashi::store
