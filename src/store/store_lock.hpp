// One process owns a store. Who comes second is told who the first is.
#pragma once

#include <filesystem>
#include <string_view>

#include "kizashi/base/error.hpp"
#include "kizashi/base/file_descriptor.hpp"

namespace kizashi::store {

/// Ownership of a store's folder for as long as the object lives. The system takes it back when
/// the process ends, however it ends. Held on the file `owner` in the folder, which stays.
class store_lock {
public:
  /// Makes the folder when it is not there. `holder` is what others are told: the command, and
  /// where it can be asked ("kizashi serve at /run/kizashi.sock"). Fails when somebody else, in
  /// this process too, holds the folder, with its process number and name.
  [[nodiscard]] static auto take(std::filesystem::path const& folder, std::string_view holder)
      -> result<store_lock>;

  /// Whether somebody, in this process too, holds the folder.
  [[nodiscard]] static auto is_held(std::filesystem::path const& folder) -> bool;

private:
  explicit store_lock(file_descriptor held) : held_{std::move(held)} {}
  file_descriptor held_;
};

}  // namespace kizashi::store
