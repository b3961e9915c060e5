// What can be said of a statement before an engine has seen it.
#pragma once

#include <string_view>

namespace kizashi::store::internal {

/// `sql` without the comments, spaces and semicolons that follow its last word, so that a clause
/// can be put behind it. Knows ClickHouse's comments (--, //, #! and "# ", /* */), quotes (' " `,
/// with backslashes) and heredocs ($tag$). Empty when there is no word.
[[nodiscard]] auto statement_body(std::string_view sql) noexcept -> std::string_view;

}  // namespace kizashi::store::internal
