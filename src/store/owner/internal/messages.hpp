// What is said through the door of a store: one request per connection, then replies up to an end.
// Numbers are little-endian, as on every machine that the engine runs on.
//
//   request  "KZQ1" | kind u8 | form u8 | memory u64 | seconds u64 | threads u32 | length u32 | SQL
//   reply    kind u8 | length u32 | bytes
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "kizashi/base/error.hpp"
#include "kizashi/store/engine.hpp"

namespace kizashi::store::internal {

enum class request_kind : std::uint8_t {
  hello,    ///< answered by one piece: the engine's version
  ask,      ///< answered by the pieces of `engine::ask`
  parquet,  ///< answered by the pieces of a file
};

struct door_request {
  request_kind kind = request_kind::hello;
  answer_form form = answer_form::native;
  ask_limits limits;
  std::string sql;
};

/// Bytes before the SQL.
constexpr std::size_t request_head = 30;
/// A question may name many addresses (`packet_search`).
constexpr std::size_t most_sql = std::size_t{32} << 20;

[[nodiscard]] auto encode(door_request const& request) -> std::string;
/// Reads the head; `sql` is still empty, its length is the second. Fails on what is none.
struct request_start {
  door_request request;
  std::size_t sql_length = 0;
};
[[nodiscard]] auto decode_head(std::span<std::uint8_t const, request_head> bytes)
    -> result<request_start>;

enum class reply_kind : std::uint8_t { piece, failure, end };

struct reply_head {
  reply_kind kind = reply_kind::end;
  std::uint32_t length = 0;
};
constexpr std::size_t reply_head_size = 5;
/// The longest reply; longer pieces are cut.
constexpr std::uint32_t most_reply = std::uint32_t{1} << 20;

[[nodiscard]] auto encode(reply_head const& head) -> std::string;
[[nodiscard]] auto decode_reply(std::span<std::uint8_t const, reply_head_size> bytes)
    -> result<reply_head>;

/// A failure as the bytes of a reply, and back.
[[nodiscard]] auto encode(error const& what) -> std::string;
[[nodiscard]] auto decode_failure(std::string_view bytes) -> error;

}  // namespace kizashi::store::internal
