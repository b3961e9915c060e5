#include "kizashi/access/internal/audit_chain.hpp"

#include <algorithm>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace kizashi::access::internal {
namespace {

constexpr std::size_t most_text = 256;
constexpr std::size_t most_details = std::size_t{16} << 10U;

void put_number(std::string& bytes, std::uint64_t number) {
  for (int i = 0; i < 8; ++i) bytes += static_cast<char>((number >> (8 * i)) & 0xff);
}

void put_text(std::string& bytes, std::string_view text) {
  put_number(bytes, text.size());
  bytes += text;
}

auto check_details(std::string const& details) -> status {
  if (details.size() > most_details)
    return fail(errc::limit_reached,
                fmt::format("the details of an audit row have {} bytes; expected "
                            "{} at most",
                            details.size(), most_details));
  if (!nlohmann::json::parse(details, nullptr, false).is_object())
    return fail(errc::parse_error, "the details of an audit row are no JSON object");
  return {};
}

}  // namespace

auto hash_row(digest const& before, audit_row const& row) -> digest {
  std::string bytes{reinterpret_cast<char const*>(before.data()), before.size()};
  put_number(bytes, static_cast<std::uint64_t>(row.id));
  put_number(bytes, static_cast<std::uint64_t>(row.at.nanoseconds()));
  put_text(bytes, row.by.name);
  put_text(bytes, row.by.address);
  put_text(bytes, name_of(row.action));
  put_text(bytes, row.subject);
  put_text(bytes, name_of(row.outcome));
  put_text(bytes, row.details);
  return digest_of(bytes);
}

auto clean_text(std::string_view text, std::size_t limit) -> std::string {
  // The writer of JSON knows what is UTF-8; its quotes and escapes go again.
  auto const is_cut = text.size() > limit;
  if (is_cut) text = text.substr(0, limit);
  auto const quoted = nlohmann::json(std::string{text})
                          .dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
  auto clean = nlohmann::json::parse(quoted, nullptr, false).get<std::string>();
  std::erase(clean, '\0');
  if (!is_cut) return clean;
  return clean + "...";
}

auto read_digest(statement const& row, int column) -> digest {
  digest sum{};
  auto const bytes = row.text(column);
  if (bytes.size() == sum.size()) std::ranges::copy(bytes, sum.begin());
  return sum;
}

auto append_audit(database& in, audit_event const& event) -> status {
  KIZASHI_TRY(check_details(event.details));
  audit_row row{event, 0, {}};
  row.by.name = clean_text(event.by.name, most_text);
  row.by.address = clean_text(event.by.address, most_text);
  row.subject = clean_text(event.subject, most_text);
  digest before{};
  {
    KIZASHI_TRY(auto last, in.prepare("select last_id, last_hash from audit_chain"));
    KIZASHI_TRY(auto const has_row, last.step());
    if (!has_row)
      return fail(errc::io_error,
                  fmt::format("{}: the audit log has lost its end; put the catalogue back from a "
                              "backup",
                              in.file()));
    row.id = last.number(0) + 1;
    before = read_digest(last, 1);
  }
  row.hash = hash_row(before, row);
  KIZASHI_TRY(auto added, in.prepare("insert into audit values (?, ?, ?, ?, ?, ?, ?, ?, ?)"));
  added.bind(row.id).bind(row.at.nanoseconds()).bind(row.by.name).bind(row.by.address);
  added.bind(name_of(row.action)).bind(row.subject).bind(name_of(row.outcome)).bind(row.details);
  KIZASHI_TRY(added.bind(std::span<std::uint8_t const>{row.hash}).run());
  KIZASHI_TRY(auto moved, in.prepare("update audit_chain set last_id = ?, last_hash = ?"));
  return moved.bind(row.id).bind(std::span<std::uint8_t const>{row.hash}).run();
}

}  // namespace kizashi::access::internal
