// The store for commands that ask it.
#pragma once

#include <filesystem>
#include <memory>
#include <string>

#include "kizashi/store/engine.hpp"
#include "kizashi/store/house/check.hpp"

namespace kizashi::app {

/// Opens the store in `folder`, which is made when it is not there; while it is open, other
/// commands can ask it (`store::store_door`). `command` ("kizashi read") is what those are told
/// that want it for themselves.
[[nodiscard]] auto open_with_door(std::string const& folder, std::string const& command)
    -> result<std::shared_ptr<store::engine>>;

/// The store that is in `folder`, for questions; makes none. When another process owns it, that
/// one is asked, else it is opened. Fails when there is no store, when somebody owns it and cannot
/// be asked, and without the engine. What its answers will lack, because it is damaged or not
/// there, is said on standard error.
[[nodiscard]] auto open_store_to_ask(std::string const& folder, std::string const& command)
    -> result<std::shared_ptr<store::engine>>;

/// Owns the store that is in `folder`, for commands that keep house, and say themselves what is
/// missing. Fails when somebody else owns it.
[[nodiscard]] auto open_store_to_keep(std::string const& folder, std::string const& command)
    -> result<std::shared_ptr<store::engine>>;

/// Fails when no store is in `folder`.
[[nodiscard]] auto expect_store(std::string const& folder) -> status;

/// Whether nothing is in `folder`, or no folder there: whoever opens a store makes a new one.
[[nodiscard]] auto is_new_store(std::string const& folder) -> bool;
/// Takes away a store that this process has made and closed, with nothing in it: of a folder for
/// which `is_new_store` was true, all that is in it. `had_folder`: the folder itself stays.
void remove_new_store(std::string const& folder, bool had_folder);

/// The folder as the store's own functions want it: absolute, without links.
[[nodiscard]] auto folder_of(std::string const& store) -> std::filesystem::path;

/// "packets, 2026-06-01: the part 20260601_1_1_0 was isolated as damaged".
[[nodiscard]] auto describe(store::defect const& what) -> std::string;

}  // namespace kizashi::app
