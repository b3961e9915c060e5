// Sockets in folders, by which processes of one machine talk: who may open the file may talk.
#pragma once

#include <filesystem>
#include <string>

#include "kizashi/base/error.hpp"
#include "kizashi/base/file_descriptor.hpp"

namespace kizashi {

/// The address of a socket in a folder with a name of any length. (That of a socket has 107 bytes
/// at most, so the folder is named by an open file.)
class local_address {
public:
  /// `name`: of the socket in `folder`, 32 bytes at most. Fails when there is no such folder.
  [[nodiscard]] static auto of(std::filesystem::path const& folder, std::string name)
      -> result<local_address>;
  /// Fails with `errc::not_found` when there is no socket, or nobody behind it.
  [[nodiscard]] auto connect() const -> result<file_descriptor>;
  /// For the owner of the folder alone: takes away what one that died left. Only the same user may
  /// open what it makes.
  [[nodiscard]] auto listen() const -> result<file_descriptor>;
  void remove() const;

private:
  local_address(std::filesystem::path folder, std::string name, file_descriptor open)
      : folder_{std::move(folder)}, name_{std::move(name)}, open_{std::move(open)} {}
  std::filesystem::path folder_;
  std::string name_;
  file_descriptor open_;
};

/// Whether the other side of a connection runs as the same user, or as root.
[[nodiscard]] auto is_same_user(int other) -> bool;

}  // namespace kizashi
