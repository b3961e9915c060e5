// The chain under the audit log: how a row is hashed, and how one is added.
#pragma once

#include "kizashi/access/audit.hpp"
#include "kizashi/access/internal/database.hpp"

namespace kizashi::access::internal {

/// BLAKE2b-256 over the hash of the row before and the row: id and time as 8 bytes, the lowest
/// first, then who, address, action, subject, outcome and details, each as its length in 8 bytes
/// and its bytes.
[[nodiscard]] auto hash_row(digest const& before, audit_row const& row) -> digest;

/// Adds a row. The caller is in a transaction that may write; the row stays when that is committed.
[[nodiscard]] auto append_audit(database& in, audit_event const& event) -> status;

/// `text` in UTF-8, in at most `limit` bytes.
[[nodiscard]] auto clean_text(std::string_view text, std::size_t limit) -> std::string;

[[nodiscard]] auto read_digest(statement const& row, int column) -> digest;

}  // namespace kizashi::access::internal
