#include "kizashi/store/owner/internal/messages.hpp"

#include <algorithm>

#include "kizashi/net/byte_reader.hpp"

namespace kizashi::store::internal {
namespace {

constexpr std::string_view magic = "KZQ1";

template <class Number>
void put(std::string& to, Number value) {
  for (std::size_t i = 0; i < sizeof value; ++i)
    to += static_cast<char>(static_cast<std::uint64_t>(value) >> (8 * i) & 0xFF);
}

auto not_understood() -> tl::unexpected<error> {
  return fail(errc::parse_error,
              "the other side speaks another language; both must be of the same Kizashi");
}

}  // namespace

auto encode(door_request const& request) -> std::string {
  std::string out{magic};
  put(out, static_cast<std::uint8_t>(request.kind));
  put(out, static_cast<std::uint8_t>(request.form));
  put(out, request.limits.memory);
  put(out, static_cast<std::uint64_t>(request.limits.time.count()));
  put(out, std::uint32_t{request.limits.threads});
  put(out, static_cast<std::uint32_t>(request.sql.size()));
  KIZASHI_ASSERT(out.size() == request_head);
  return out + request.sql;
}

auto decode_head(std::span<std::uint8_t const, request_head> bytes) -> result<request_start> {
  if (!std::equal(magic.begin(), magic.end(), bytes.begin())) return not_understood();
  net::byte_reader fields{bytes.subspan(magic.size())};
  request_start out;
  auto const kind = fields.u8(), form = fields.u8();
  out.request.limits.memory = fields.little64();
  auto const seconds = fields.little64();
  out.request.limits.threads = fields.little32();
  out.sql_length = fields.little32();
  constexpr std::uint64_t most_seconds = 366 * 86'400;
  constexpr unsigned most_threads = 1024;
  bool const is_known = kind <= static_cast<std::uint8_t>(request_kind::parquet) &&
                        form <= static_cast<std::uint8_t>(answer_form::named_lines);
  bool const is_sane = out.sql_length <= most_sql && seconds <= most_seconds &&
                       out.request.limits.threads <= most_threads;
  if (!is_known || !is_sane) return not_understood();
  out.request.kind = static_cast<request_kind>(kind);
  out.request.form = static_cast<answer_form>(form);
  out.request.limits.time = std::chrono::seconds{static_cast<std::int64_t>(seconds)};
  return out;
}

auto encode(reply_head const& head) -> std::string {
  std::string out;
  put(out, static_cast<std::uint8_t>(head.kind));
  put(out, head.length);
  return out;
}

auto decode_reply(std::span<std::uint8_t const, reply_head_size> bytes) -> result<reply_head> {
  net::byte_reader fields{bytes};
  auto const kind = fields.u8();
  auto const length = fields.little32();
  if (kind > static_cast<std::uint8_t>(reply_kind::end) || length > most_reply)
    return not_understood();
  return reply_head{static_cast<reply_kind>(kind), length};
}

auto encode(error const& what) -> std::string {
  return static_cast<char>(what.code) + what.message.substr(0, most_reply - 1);
}

auto decode_failure(std::string_view bytes) -> error {
  auto const code = bytes.empty() ? 255 : static_cast<std::uint8_t>(bytes.front());
  if (code > static_cast<std::uint8_t>(errc::limit_reached))
    return {errc::io_error, "the store's owner failed and does not say why"};
  return {static_cast<errc>(code), std::string{bytes.substr(1)}};
}

}  // namespace kizashi::store::internal
