#include "kizashi/store/house/record.hpp"

#include <algorithm>
#include <array>
#include <system_error>

#include <fmt/format.h>

#include "kizashi/base/durable_file.hpp"
#include "kizashi/base/input_file.hpp"
#include "kizashi/base/text.hpp"
#include "kizashi/base/time.hpp"
#include "kizashi/store/engine.hpp"

namespace kizashi::store {
namespace {

constexpr std::string_view record_head = "kizashi-record 1";
constexpr std::array<std::string_view, 4> states = {"closing", "archived", "dropping", "dropped"};

auto parse_line(std::string_view line) -> result<recorded_day> {
  auto const fields = split(line, '\t');
  if (fields.size() != 8) return fail(errc::parse_error, "expected 8 values with tabs between");
  recorded_day out;
  auto const state = std::ranges::find(states, fields[0]);
  if (state == states.end())
    return fail(errc::parse_error,
                fmt::format("\"{}\" is no state; expected {}", fields[0], fmt::join(states, ", ")));
  out.state = static_cast<day_state>(state - states.begin());
  if (!is_plain_name(fields[1]))
    return fail(errc::parse_error, fmt::format("\"{}\" is no table's name", fields[1]));
  out.table = fields[1];
  KIZASHI_TRY(check_day(fields[2]));
  out.day = fields[2];
  KIZASHI_TRY(out.rows, parse_unsigned(fields[3], UINT64_MAX));
  KIZASHI_TRY(out.last_block, parse_unsigned(fields[4], UINT64_MAX));
  KIZASHI_TRY(out.digest, parse_unsigned(fields[5], UINT64_MAX));
  KIZASHI_TRY(out.bytes, parse_unsigned(fields[6], UINT64_MAX));
  if (fields[7] != "-") out.file = fields[7];
  if (out.file.find('/') != std::string::npos || out.file.starts_with('.'))
    return fail(errc::parse_error, fmt::format("\"{}\" is no file of an archive", out.file));
  return out;
}

}  // namespace

auto check_day(std::string_view text) -> status {
  if (text.size() == 10 && timestamp::parse(fmt::format("{}T00:00:00Z", text))) return {};
  return fail(errc::parse_error,
              fmt::format("\"{}\" is no day; expected one such as 2026-01-15", text));
}

auto archive_file(std::filesystem::path const& folder, recorded_day const& of)
    -> std::filesystem::path {
  return folder / "archive" / of.table / of.file;
}

auto store_record::load(std::filesystem::path const& folder) -> result<store_record> {
  store_record out;
  auto const file = (folder / "record").string();
  std::error_code ignored;
  if (!std::filesystem::exists(file, ignored)) return out;
  KIZASHI_TRY(auto const text,
              read_whole_file(file, "read the store's record", std::size_t{256} << 20));
  std::size_t number = 0;
  for (auto const line : split(text, '\n')) {
    ++number;
    if (number == 1 && line != record_head)
      return fail(errc::unsupported,
                  fmt::format("{}:1: expected \"{}\"; a newer Kizashi may have written it", file,
                              record_head));
    if (number == 1 || line.empty()) continue;
    auto day = parse_line(line);
    if (!day)
      return fail(day.error().code, fmt::format("{}:{}: {}; the store's record is damaged: take "
                                                "it from a backup",
                                                file, number, day.error().message));
    out.days.push_back(std::move(*day));
  }
  return out;
}

auto store_record::save(std::filesystem::path const& folder) const -> status {
  auto text = fmt::format("{}\n", record_head);
  for (auto const& day : days)
    text += fmt::format("{}\t{}\t{}\t{}\t{}\t{}\t{}\t{}\n",
                        states[static_cast<std::size_t>(day.state)], day.table, day.day, day.rows,
                        day.last_block, day.digest, day.bytes, day.file.empty() ? "-" : day.file);
  return write_durably(folder / "record", text);
}

}  // namespace kizashi::store
