// The door of a store: while one process owns it, others ask through here. A socket `door` in the
// store's folder, for processes of the same user and of root.
//
//   KIZASHI_TRY(auto const door, store_door::open(engine, "/var/lib/kizashi/store"));
#pragma once

#include <filesystem>
#include <memory>

#include "kizashi/base/error.hpp"
#include "kizashi/store/engine.hpp"

namespace kizashi::store {

/// Answers questions of other processes, each in a thread of its own, `most_guests` at a time. A
/// guest that leaves ends its question. Only reads: what writes is refused by `engine::ask`.
class store_door {
public:
  static constexpr unsigned most_guests = 32;

  /// `folder`: that of the store which `of` is. The engine must be the one that owns it.
  [[nodiscard]] static auto open(std::shared_ptr<engine> of, std::filesystem::path const& folder)
      -> result<std::unique_ptr<store_door>>;
  /// No more guests come in; those that are there have ten seconds for their answers.
  virtual ~store_door() = default;
};

}  // namespace kizashi::store
