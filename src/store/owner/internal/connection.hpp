// One connection through the door of a store, from either side: whole messages, waits that end when
// somebody wants to stop.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <span>
#include <string_view>

#include "kizashi/base/error.hpp"
#include "kizashi/base/file_descriptor.hpp"

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
/// Whether the other side runs as the same user, or as root.
[[nodiscard]] auto is_permitted(int other) -> bool;

/// The door's address in a folder with a name of any length. (That of a socket has 107 bytes at
/// most, so the folder is named by an open file.)
class door_address {
public:
  [[nodiscard]] static auto of(std::filesystem::path const& folder) -> result<door_address>;
  /// Fails with `errc::not_found` when there is no door, or nobody behind it.
  [[nodiscard]] auto connect() const -> result<file_descriptor>;
  /// Takes away what an owner that died left. Only for who owns the folder.
  [[nodiscard]] auto listen() const -> result<file_descriptor>;
  void remove() const;

private:
  door_address(std::filesystem::path folder, file_descriptor open)
      : folder_{std::move(folder)}, open_{std::move(open)} {}
  std::filesystem::path folder_;
  file_descriptor open_;
};

}  // namespace kizashi::store::internal
