#include "kizashi/store/internal/names.hpp"

#include <algorithm>
#include <map>

#include <fmt/format.h>

#include "kizashi/store/native_reader.hpp"

namespace kizashi::store::internal {
namespace {

using known_names = std::map<std::string, std::uint16_t, std::less<>>;

auto read_names(engine& from, std::string_view kind) -> result<known_names> {
  known_names known;
  auto const sql = fmt::format("select name, number from names where kind = {}", sql_text(kind));
  native_reader reader{[&](native_rows const& rows) -> status {
    for (std::size_t i = 0; i < rows.count; ++i)
      known.emplace(rows.columns[0].text_at(i),
                    static_cast<std::uint16_t>(rows.columns[1].unsigned_at(i)));
    return {};
  }};
  KIZASHI_TRY(from.ask({sql, answer_form::native, {}},
                       [&](std::span<std::uint8_t const> bytes) { return reader.feed(bytes); }));
  KIZASHI_TRY(reader.finish());
  return known;
}

auto write_names(engine& in, std::string_view kind, std::vector<std::string_view> const& names,
                 std::vector<std::uint16_t> const& numbers) -> status {
  native_block rows{names.size()};
  std::vector<std::string_view> const kinds(names.size(), kind);
  rows.add_strings("kind", kinds);
  rows.add("number", numbers);
  rows.add_strings("name", names);
  return in.insert("names", rows, {});
}

}  // namespace

auto numbers_of(engine& in, std::string_view kind, std::span<std::string const> names)
    -> result<std::vector<std::uint16_t>> {
  KIZASHI_TRY(auto known, read_names(in, kind));
  std::size_t last = 0;
  for (auto const& each : known) last = std::max<std::size_t>(last, each.second);
  std::vector<std::uint16_t> answer, new_numbers;
  std::vector<std::string_view> new_names;
  for (auto const& name : names) {
    auto const [at, is_new] = known.try_emplace(name, static_cast<std::uint16_t>(last + 1));
    if (is_new) {
      if (++last > 65535)
        return fail(errc::limit_reached, fmt::format("the store has 65,535 {} names", kind));
      new_names.push_back(at->first);
      new_numbers.push_back(at->second);
    }
    answer.push_back(at->second);
  }
  KIZASHI_TRY(write_names(in, kind, new_names, new_numbers));
  return answer;
}

auto names_by_number(engine& in, std::string_view kind)
    -> result<std::map<std::uint16_t, std::string>> {
  KIZASHI_TRY(auto const known, read_names(in, kind));
  std::map<std::uint16_t, std::string> names;
  for (auto const& [name, number] : known) names.emplace(number, name);
  return names;
}

}  // namespace kizashi::store::internal
