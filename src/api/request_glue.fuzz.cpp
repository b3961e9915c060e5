// What strangers put into an address, a field or a cursor: taken apart, it is as it was described,
// and nothing of it comes out where it could end a line.
#include <cstdint>
#include <span>
#include <string_view>

#include "kizashi/api/cursor.hpp"
#include "kizashi/api/handlers/handlers.hpp"
#include "kizashi/api/http/internal/answer_text.hpp"
#include "kizashi/api/http/internal/request_parser.hpp"
#include "kizashi/api/http/target.hpp"
#include "kizashi/api/memory_access.hpp"
#include "kizashi/api/router.hpp"
#include "kizashi/live/event_log.hpp"

namespace {

using namespace kizashi;

/// A server without a store: whatever comes gets an answer.
struct glue {
  live::event_log events;
  live::frame_log frames;
  metrics counters;
  api::memory_access accounts;
  api::job_list jobs{{.threads = 0}};
  api::observatory of{.events = events, .frames = frames, .counters = counters, .access = accounts};
  api::router router{{api::all_routes(of, jobs), accounts, {}, {}}};
  glue() { accounts.add("t", {.name = "t", .role = api::role::analyst, .scope = {true, {}, {}}}); }
};

void check(api::http::response const& of) {
  auto const text = api::http::internal::head_text(of, {});
  std::size_t lines = 0, at = 0;
  for (; (at = text.find('\n', at)) != std::string::npos; ++at) {
    KIZASHI_ASSERT(at > 0 && text[at - 1] == '\r');
    ++lines;
  }
  // A status, a line for each field, an empty one: at most 20 fields are written.
  KIZASHI_ASSERT(lines <= 22 && text.ends_with("\r\n\r\n"));
}

void read_request(std::string_view bytes) {
  static glue of;
  using step = api::http::internal::request_parser::step;
  api::http::internal::request_parser parser{8192};
  std::size_t used = 0;
  if (parser.read_head(bytes, used) != step::done) return;
  KIZASHI_ASSERT(used <= bytes.size());
  auto head = parser.head();
  auto target = api::http::parse_target(head.target);
  if (!target) return;
  head.segments = std::move(target->segments);
  head.query = std::move(target->query);
  auto const admitted = of.router.admit(head);
  if (admitted.refusal) return check(*admitted.refusal);
  bytes.remove_prefix(used);
  if (parser.read_body(bytes, admitted.body_limit, used) != step::done) return;
  head.body = parser.take_body();
  KIZASHI_ASSERT(head.body.size() <= admitted.body_limit);
  check(of.router.answer(head));
}

}  // namespace

extern "C" auto LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) -> int {
  std::string_view const text{reinterpret_cast<char const*>(data), size};
  if (auto const read = api::parse_cursor(text)) KIZASHI_ASSERT(api::to_text(*read) == text);
  if (auto const place = live::event_place::parse(text))
    KIZASHI_ASSERT(live::event_place::parse(place->to_string()) == place);
  read_request(text);
  return 0;
}
