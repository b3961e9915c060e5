// Reads requests of HTTP/1.x from bytes as they come. A thin cover of Boost.Beast's parser with the
// rules that it leaves open: one Host, one length, chunks or a length.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

#include "kizashi/api/http/message.hpp"

namespace kizashi::api::http::internal {

/// Why a request is refused.
struct parse_failure {
  unsigned status = 400;
  std::string why;
};

/// One request. First `read_head` until it is done, then `read_body`.
class request_parser {
public:
  explicit request_parser(std::size_t header_limit);
  ~request_parser();
  request_parser(request_parser const&) = delete;
  auto operator=(request_parser const&) -> request_parser& = delete;

  enum class step : std::uint8_t { more, done, failed };
  /// Takes what it can of `bytes`, and says in `used` how much that is; the rest comes again with
  /// more behind it.
  [[nodiscard]] auto read_head(std::string_view bytes, std::size_t& used) -> step;
  /// `limit`: bytes of the body at most; a longer one fails with 413.
  [[nodiscard]] auto read_body(std::string_view bytes, std::size_t limit, std::size_t& used)
      -> step;
  [[nodiscard]] auto failure() const noexcept -> parse_failure const& { return failure_; }

  /// After the head: method, target, fields.
  [[nodiscard]] auto head() const -> request;
  /// After the body.
  [[nodiscard]] auto take_body() -> std::string;
  [[nodiscard]] auto keeps_alive() const noexcept -> bool;
  /// Whether the client waits for "100 Continue" before it sends the body.
  [[nodiscard]] auto wants_continue() const noexcept -> bool { return wants_continue_; }

private:
  struct parser;
  [[nodiscard]] auto check_head() -> bool;
  auto refuse(unsigned status, std::string why) -> step;

  std::unique_ptr<parser> parser_;
  parse_failure failure_;
  bool wants_continue_ = false;
};

}  // namespace kizashi::api::http::internal
