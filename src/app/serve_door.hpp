// Where commands of the same machine ask a server how it is: a socket `status` in its folder. Who
// may open the folder may ask; nothing can be said to it.
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <string>

#include <CLI/CLI.hpp>

#include "kizashi/base/error.hpp"

namespace kizashi::app {

/// Gives `what()` to everybody of the same user, and to root, who comes. One thread.
class serve_door {
public:
  [[nodiscard]] static auto open(std::filesystem::path const& folder,
                                 std::function<std::string()> what)
      -> result<std::unique_ptr<serve_door>>;
  virtual ~serve_door() = default;
};

/// What the server in `folder` says. Fails with `not_found` when there is none, and with
/// `io_error` when it does not answer within five seconds.
[[nodiscard]] auto ask_serve_door(std::filesystem::path const& folder) -> result<std::string>;

/// The options --config and --data, by which commands name a server.
void add_server_options(CLI::App& command, std::string& config, std::string& data);

}  // namespace kizashi::app
