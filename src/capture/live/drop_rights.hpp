// What runs with rights opens its sockets and files and then gives the rights up, for good.
#pragma once

#include <cstdint>
#include <string>

#include "kizashi/base/error.hpp"

namespace kizashi::capture::live {

/// Gives up all that the process may do beyond an ordinary user: every capability (effective,
/// permitted, inheritable, ambient and, where that is permitted, bounding), and with
/// no_new_privs the way back through set-user-id programs. As root and with a `user`, the process
/// becomes that user with its group and no others; without one root's files stay open to it.
/// `user` is a name or empty; it is not changed when the process is not root.
///
/// The system keeps capabilities for each thread, so this must come before threads are started.
/// Fails when there are several already, when there is no such user (`not_found`) or the system
/// refuses; the process must then end. What is open stays open.
[[nodiscard]] auto drop_rights(std::string const& user = {}) -> status;

/// What the calling thread may do. Masks have bit n for capability n.
struct held_rights {
  unsigned user = 0;   ///< effective
  unsigned group = 0;  ///< effective
  std::uint64_t effective = 0;
  std::uint64_t permitted = 0;
  std::uint64_t inheritable = 0;
  std::uint64_t bounding = 0;
  std::uint64_t ambient = 0;
  bool no_new_privileges = false;

  /// Whether there is no capability to use and none to get.
  [[nodiscard]] auto is_without_capabilities() const noexcept -> bool {
    return (effective | permitted | inheritable | ambient) == 0;
  }
};
/// Asks the system.
[[nodiscard]] auto look_at_rights() -> held_rights;

}  // namespace kizashi::capture::live
