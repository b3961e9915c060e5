// One connection through the door of a store, from either side: whole messages, waits that end when
// somebody wants to stop.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <span>
#include <string_view>

#include "kizashi/base/error.hpp"
#include "kizashi/base/local_socket.hpp"

namespace kizashi::store::internal {

/// Asked ten times a second while a connection waits; none: it waits for as long as it takes.
using stop_question = std::function<bool()>;

/// Sends all of `bytes`. Fails with `errc::interrupted` when somebody wants to stop, and with
/// `errc::io_error` when the other side has gone.
[[nodiscard]] auto send_all(int to, std::span<std::uint8_t const> bytes,
                            stop_question const& wants_stop) -> status;
[[nodiscard]] auto send_all(int to, std::string_view bytes, stop_question const& wants_stop)
    -> status;
/// Fills all of `bytes`, likewise.
[[nodiscard]] auto receive_all(int from, std::span<std::uint8_t> bytes,
                               stop_question const& wants_stop) -> status;
/// Whether the other side has closed or died.
[[nodiscard]] auto has_left(int other) -> bool;
/// The door's address in the folder of a store.
[[nodiscard]] inline auto door_address(std::filesystem::path const& folder)
    -> result<local_address> {
  return local_address::of(folder, "door");
}

}  // namespace kizashi::store::internal
