// What goes over HTTP, as plain values: a request that was read whole, and the answer to it.
// Nothing here knows the library that reads and writes them.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace kizashi::api::http {

enum class method : std::uint8_t { get, head, post, put, patch, remove, options, other };

/// "GET"; `remove` is DELETE.
[[nodiscard]] auto name_of(method each) noexcept -> std::string_view;
[[nodiscard]] auto method_named(std::string_view name) noexcept -> method;

/// Header fields. Names are kept in small letters.
class field_list {
public:
  /// Adds a field. What cannot stand in a header goes: of names all but the letters of RFC 9110's
  /// tokens, of values control characters, which become blanks. So no text can end a line.
  void add(std::string_view name, std::string_view value);
  /// The first field of that name (small letters); empty when there is none.
  [[nodiscard]] auto get(std::string_view name) const noexcept -> std::string_view;
  [[nodiscard]] auto count(std::string_view name) const noexcept -> std::size_t;
  [[nodiscard]] auto all() const noexcept
      -> std::vector<std::pair<std::string, std::string>> const& {
    return fields_;
  }

private:
  std::vector<std::pair<std::string, std::string>> fields_;
};

/// A name and its value in a query string.
struct query_item {
  std::string name;
  std::string value;
};

struct request {
  http::method method = method::other;
  std::string target;                 ///< as it came
  std::vector<std::string> segments;  ///< of the path, each decoded once; "/" has none
  std::vector<query_item> query;
  field_list fields;
  std::string body;
  std::string peer;          ///< the other end's address; empty on a Unix socket
  bool is_secure = false;    ///< came by TLS
  bool is_local = false;     ///< came by a Unix socket
  bool is_http_1_0 = false;  ///< knows no chunks
  /// Set when nobody waits for the answer any more; may be null.
  std::shared_ptr<std::atomic<bool> const> is_abandoned;

  [[nodiscard]] auto wants_stop() const noexcept -> bool { return is_abandoned && *is_abandoned; }
};

/// A body without an end that is known: the server asks for a piece whenever the one before is
/// written. So what a slow reader costs is one piece and its place in whatever the source reads.
/// All calls come from one thread at a time.
class stream_source {
public:
  virtual ~stream_source() = default;
  /// The next bytes, some 64 KiB at most; empty: nothing new. `server::wake_streams` has it asked
  /// again.
  [[nodiscard]] virtual auto next() -> std::string = 0;
  /// Bytes that say that the stream is alive, when nothing was new for a while.
  [[nodiscard]] virtual auto heartbeat() -> std::string = 0;
  /// Whether the stream ends here; asked before `next` and with each heartbeat.
  [[nodiscard]] virtual auto is_over() -> bool { return false; }
};

struct response {
  unsigned status = 200;
  std::string content_type;  ///< empty: no body
  std::string body;
  field_list fields;  ///< beyond those that the server writes itself
  /// Instead of `body`.
  std::shared_ptr<stream_source> stream = nullptr;
};

/// "Not Found".
[[nodiscard]] auto reason_of(unsigned status) noexcept -> std::string_view;

/// What a service says of a request whose body has not come yet.
struct admission {
  std::size_t body_limit = 0;  ///< bytes; a longer body is refused
  /// Answered at once on a thread of input and output: it waits for nothing.
  bool is_quick = false;
  std::optional<response> refusal = std::nullopt;  ///< given instead of an answer
};

/// What stands behind a server. Called from several threads at a time.
class service {
public:
  virtual ~service() = default;
  /// Looks at the head of a request. On a thread of input and output: it must not wait.
  [[nodiscard]] virtual auto admit(request const& head) -> admission = 0;
  [[nodiscard]] virtual auto answer(request const& whole) -> response = 0;
  /// A refusal by the server itself: `status` and a sentence. `peer`: as in a request.
  [[nodiscard]] virtual auto refuse(unsigned status, std::string_view why, std::string const& peer)
      -> response = 0;
};

}  // namespace kizashi::api::http
