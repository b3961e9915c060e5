// What somebody has set on a page and wants to see again: the page and its query string, by a name.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "kizashi/access/audit.hpp"
#include "kizashi/base/error.hpp"
#include "kizashi/base/time.hpp"

namespace kizashi::access {

class catalog;

struct saved_view {
  std::int64_t id = 0;
  std::string name;   ///< 1 to 100 bytes without control characters
  std::string page;   ///< 1 to 64 letters, digits, "-" and "_"
  std::string query;  ///< of the URL, at most 8,000 bytes without control characters
  timestamp made;
};

/// Of an account; more are refused.
inline constexpr std::size_t most_views = 200;

class views {
public:
  explicit views(std::shared_ptr<catalog> in) : in_{std::move(in)} {}

  /// The newest first.
  [[nodiscard]] auto list(std::string_view account) const -> result<std::vector<saved_view>>;
  /// Of `wanted` name, page and query. Fails with `not_found` on an account that is not there, with
  /// `limit_reached` where it has `most_views`, and with `parse_error` on texts that cannot be.
  [[nodiscard]] auto add(std::string_view account, saved_view wanted, actor const& by,
                         timestamp now) const -> result<saved_view>;
  /// Fails with `not_found` on one that is not there or another's.
  [[nodiscard]] auto remove(std::int64_t id, std::string_view account, actor const& by,
                            timestamp now) const -> status;

private:
  std::shared_ptr<catalog> in_;
};

}  // namespace kizashi::access
