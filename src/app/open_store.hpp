// The store for commands that ask it.
#pragma once

#include <memory>
#include <string>

#include "kizashi/store/engine.hpp"

namespace kizashi::app {

/// Opens the store that is in `folder`; makes none. `command` ("kizashi query") is what others are
/// told meanwhile. Fails when there is no store, when somebody else owns it, and without the
/// engine.
[[nodiscard]] auto open_store_to_ask(std::string const& folder, std::string const& command)
    -> result<std::shared_ptr<store::engine>>;

}  // namespace kizashi::app
