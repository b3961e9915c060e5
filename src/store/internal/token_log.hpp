// The embedded engine keeps the tokens of a table's blocks in a text file beside its parts, and
// writes a token before the part gets its name (ClickHouse 26.7, MergeTreeSink and
// MergeTreeDeduplicationLog). A process that is killed between the two leaves a token without its
// rows: the block, sent again, would be taken for one that is there, and be lost. So before a store
// is opened, tokens without a part are taken back, as the engine itself does when it drops a part.
#pragma once

#include <cstddef>
#include <filesystem>

#include "kizashi/base/error.hpp"

namespace kizashi::store::internal {

struct mended_tokens {
  std::size_t taken_back = 0;  ///< tokens whose part is not there
  std::size_t cut = 0;         ///< files whose end was no record: a machine that lost its power
  friend auto operator==(mended_tokens, mended_tokens) -> bool = default;
};

/// Mends all tables in the folder of an engine that does not run. Nothing to do is the rule. Cost:
/// one listing per table and the reading of its logs.
[[nodiscard]] auto mend_token_logs(std::filesystem::path const& engine_folder)
    -> result<mended_tokens>;

/// Has the system write each token to the disk before it goes on ("chattr +S"; kept by the files
/// that come later). The engine makes parts durable and tokens not, so that a machine that loses
/// its power could keep a part without its token, and store the block again. Returns how many
/// folders of tables have it; a file system without that flag (not ext4, XFS, Btrfs) gives 0.
/// Cost: a few milliseconds per block and table.
auto write_tokens_through(std::filesystem::path const& engine_folder) -> std::size_t;

}  // namespace kizashi::store::internal
