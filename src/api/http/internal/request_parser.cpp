#include "kizashi/api/http/internal/request_parser.hpp"

#include <algorithm>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>
#include <cctype>
#include <cstdint>
#include <limits>

#include <fmt/format.h>

#include "kizashi/api/http/target.hpp"

namespace kizashi::api::http::internal {
namespace {

namespace beast = boost::beast::http;

auto view_of(boost::beast::string_view text) noexcept -> std::string_view {
  return {text.data(), text.size()};
}

auto is_same(std::string_view a, std::string_view b) -> bool {
  return std::ranges::equal(a, b, [](char one, char other) {
    return std::tolower(static_cast<unsigned char>(one)) ==
           std::tolower(static_cast<unsigned char>(other));
  });
}

/// What went wrong, as the library numbers it.
auto failure_of(boost::system::error_code const& wrong) -> parse_failure {
  if (wrong == beast::error::header_limit || wrong == beast::error::buffer_overflow)
    return {431, "the head of the request is longer than 8 kB"};
  if (wrong == beast::error::body_limit) return {413, "the body of the request is too long"};
  if (wrong == beast::error::bad_version)
    return {505, "the version of HTTP is not known; expected HTTP/1.1 or HTTP/1.0"};
  if (wrong == beast::error::bad_content_length || wrong == beast::error::bad_transfer_encoding)
    return {400, "the length of the body is not clear: Content-Length and Transfer-Encoding"};
  return {400, fmt::format("this is no request of HTTP/1.1: {}", wrong.message())};
}

}  // namespace

struct request_parser::parser {
  beast::request_parser<beast::string_body> of;
};

request_parser::request_parser(std::size_t header_limit) : parser_{std::make_unique<parser>()} {
  parser_->of.header_limit(static_cast<std::uint32_t>(header_limit));
  // The limit follows from the route, which the head tells. `boost::none` does not stand for none
  // here: every Content-Length is beyond it.
  parser_->of.body_limit(std::numeric_limits<std::uint64_t>::max());
  parser_->of.eager(false);
}
request_parser::~request_parser() = default;

auto request_parser::refuse(unsigned status, std::string why) -> step {
  failure_ = {status, std::move(why)};
  return step::failed;
}

auto request_parser::read_head(std::string_view bytes, std::size_t& used) -> step {
  used = 0;
  // An empty line before a request is let pass (RFC 9112, section 2.2).
  if (!parser_->of.got_some())
    while (bytes.substr(used).starts_with("\r\n")) used += 2;
  bytes.remove_prefix(used);
  if (bytes.empty()) return step::more;
  boost::system::error_code wrong;
  auto const taken = parser_->of.put(boost::asio::const_buffer{bytes.data(), bytes.size()}, wrong);
  used += taken;
  // A line that goes on in the next one (RFC 9112, section 5.2): the library would take it.
  auto const head = bytes.substr(0, taken);
  if (head.find("\r\n ") != std::string_view::npos || head.find("\r\n\t") != std::string_view::npos)
    return refuse(400, "a field goes on in a second line, which is no longer done");
  if (wrong && wrong != beast::error::need_more) {
    failure_ = failure_of(wrong);
    return step::failed;
  }
  if (!parser_->of.is_header_done()) return step::more;
  return check_head() ? step::done : step::failed;
}

/// What the library leaves open and two readers could read in two ways.
auto request_parser::check_head() -> bool {
  auto const& fields = parser_->of.get();
  auto const count = [&](beast::field name) { return fields.count(name); };
  auto const hosts = count(beast::field::host);
  if (hosts > 1 || (hosts == 0 && fields.version() == 11))
    return refuse(400, "expected one Host field") != step::failed;
  if (count(beast::field::content_length) > 1)
    return refuse(400, "expected one Content-Length field at most") != step::failed;
  // "5, 5" would be read as 5.
  auto const length = view_of(fields[beast::field::content_length]);
  if (length.find_first_not_of("0123456789") != std::string_view::npos)
    return refuse(400, "the Content-Length is no number") != step::failed;
  auto const encodings = count(beast::field::transfer_encoding);
  if (encodings > 0) {
    if (encodings > 1 || count(beast::field::content_length) > 0 || fields.version() == 10)
      return refuse(400,
                    "the length of the body is not clear: Content-Length and Transfer-Encoding") !=
             step::failed;
    if (!is_same(view_of(fields[beast::field::transfer_encoding]), "chunked"))
      return refuse(501, "the Transfer-Encoding is not known; expected chunked") != step::failed;
  }
  for (auto const once : {beast::field::authorization, beast::field::content_type})
    if (count(once) > 1)
      return refuse(400, fmt::format("expected one {} field at most",
                                     view_of(beast::to_string(once)))) != step::failed;
  if (auto const expects = view_of(fields[beast::field::expect]); !expects.empty()) {
    if (!is_same(expects, "100-continue"))
      return refuse(417, "the expectation is not known; expected 100-continue") != step::failed;
    wants_continue_ = fields.version() == 11;
  }
  return true;
}

auto request_parser::read_body(std::string_view bytes, std::size_t limit, std::size_t& used)
    -> step {
  used = 0;
  auto& of = parser_->of;
  if (of.is_done()) return step::done;
  if (auto const length = of.content_length(); length && *length > limit)
    return refuse(413, limit == 0 ? std::string{"expected no body"}
                                  : fmt::format("the body has {} bytes; expected {} at most",
                                                *length, limit));
  of.body_limit(limit);
  while (used < bytes.size() && !of.is_done()) {
    boost::system::error_code wrong;
    auto const rest = bytes.substr(used);
    auto const taken = of.put(boost::asio::const_buffer{rest.data(), rest.size()}, wrong);
    used += taken;
    if (wrong == beast::error::need_more || (!wrong && taken == 0)) break;
    if (wrong == beast::error::body_limit)
      return refuse(413, limit == 0 ? std::string{"expected no body"}
                                    : fmt::format("the body is longer than {} bytes", limit));
    if (wrong) {
      failure_ = failure_of(wrong);
      return step::failed;
    }
  }
  return of.is_done() ? step::done : step::more;
}

auto request_parser::head() const -> request {
  auto const& of = parser_->of.get();
  request out;
  out.method = method_named(view_of(of.method_string()));
  out.target = std::string{view_of(of.target())};
  out.is_http_1_0 = of.version() == 10;
  for (auto const& each : of) out.fields.add(view_of(each.name_string()), view_of(each.value()));
  return out;
}

auto request_parser::take_body() -> std::string {
  return std::move(parser_->of.get().body());
}

auto request_parser::keeps_alive() const noexcept -> bool {
  return parser_->of.is_header_done() && parser_->of.keep_alive();
}

}  // namespace kizashi::api::http::internal
