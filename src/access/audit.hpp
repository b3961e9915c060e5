// The audit log: who did what, when, from where, on what, and how it ended. Rows are only added;
// each holds a hash over itself and the row before it, so that a row that was changed or taken away
// shows. Old rows can go by age: the chain then begins at the last one that went.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "kizashi/access/secret.hpp"
#include "kizashi/base/error.hpp"
#include "kizashi/base/time.hpp"

namespace kizashi::access {

class catalog;

/// Everything that can stand in the log. A new one needs a name in audit.cpp.
enum class audit_action : std::uint8_t {
  account_added,
  account_changed,
  account_removed,
  password_set,      ///< by somebody else
  password_changed,  ///< by its owner
  logged_in,
  logged_out,
  sessions_revoked,
  token_added,
  token_revoked,
  request_refused,
  data_exported,
  question_asked,
  settings_changed,
  audit_trimmed,
  view_added,
  view_removed,
};

enum class audit_outcome : std::uint8_t { done, refused, failed };

[[nodiscard]] auto name_of(audit_action which) -> std::string_view;
[[nodiscard]] auto name_of(audit_outcome which) -> std::string_view;
[[nodiscard]] auto parse_audit_action(std::string_view text) -> result<audit_action>;
/// All names, in the order of the list.
[[nodiscard]] auto audit_action_names() -> std::vector<std::string_view>;

/// Who does something, for the log. Names of accounts have no parentheses; others do.
struct actor {
  std::string name;     ///< of the account, or such as "(command line)", "(nobody)"
  std::string address;  ///< from where: an address, a user of this machine
};

struct audit_event {
  timestamp at;
  actor by;
  audit_action action = audit_action::request_refused;
  std::string subject;  ///< on what: the name of an account, a path
  audit_outcome outcome = audit_outcome::done;
  std::string details = "{}";  ///< a JSON object, at most 16 KiB. Never a secret
};

struct audit_row : audit_event {
  std::int64_t id = 0;  ///< 1, 2, 3 ... without gaps
  digest hash{};
};

struct audit_filter {
  std::string who;                     ///< empty: anybody
  std::optional<audit_action> action;  ///< absent: any
  timestamp from;                      ///< unknown: from the beginning
  timestamp to;                        ///< not included; unknown: to the end
  std::int64_t before = 0;             ///< only rows with a lower id; 0: all
  std::size_t limit = 100;             ///< 1 to 1000
};

/// The newest rows first.
struct audit_page {
  std::vector<audit_row> rows;
  std::int64_t next = 0;  ///< `before` of the next page; 0: there is none
};

/// A place in the chain that somebody has noted elsewhere.
struct audit_mark {
  std::int64_t id = 0;
  digest hash{};
  friend auto operator==(audit_mark const&, audit_mark const&) -> bool = default;
};
/// "17:64 hexadecimal digits".
[[nodiscard]] auto to_string(audit_mark const& mark) -> std::string;
[[nodiscard]] auto parse_audit_mark(std::string_view text) -> result<audit_mark>;

struct audit_verdict {
  std::uint64_t rows = 0;
  audit_mark first;                  ///< the last row that was dropped by age; 0: none
  audit_mark last;                   ///< the newest row
  std::vector<std::string> defects;  ///< empty: the chain holds. At most 20
};

class audit_log {
public:
  explicit audit_log(std::shared_ptr<catalog> in) : in_{std::move(in)} {}

  /// Adds a row, on the disk when this returns. Texts of strangers may be anything: they are cut to
  /// 256 bytes and bytes that are no UTF-8 replaced. Fails when `details` is no JSON object.
  [[nodiscard]] auto record(audit_event const& event) const -> status;
  [[nodiscard]] auto list(audit_filter const& filter) const -> result<audit_page>;
  /// Reckons the whole chain again. With `noted`, also whether that row is still in it. Reads every
  /// row; writers of this process wait for at most 1,000 rows at a time.
  [[nodiscard]] auto verify(std::optional<audit_mark> const& noted = {}) const
      -> result<audit_verdict>;
  /// Drops the oldest rows up to the first that is not older than `limit`, and says so in the log.
  /// The number of rows that went.
  [[nodiscard]] auto trim(timestamp limit, actor const& by, timestamp now) const
      -> result<std::int64_t>;

private:
  std::shared_ptr<catalog> in_;
};

}  // namespace kizashi::access
