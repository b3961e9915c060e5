#include "kizashi/store/house/columns.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "kizashi/store/inventory.hpp"

namespace kizashi::store {

auto column_list::named() const -> std::string {
  return fmt::format("{}", fmt::join(names, ", "));
}

auto column_list::typed() const -> std::string {
  std::vector<std::string> both;
  for (std::size_t i = 0; i < names.size(); ++i)
    both.push_back(fmt::format("{} {}", names[i], types[i]));
  return fmt::format("{}", fmt::join(both, ", "));
}

auto stored_columns(engine& in, std::string_view table) -> result<column_list> {
  KIZASHI_TRY(auto const rows,
              ask_rows(in, fmt::format("select name, type from system.columns where database = "
                                       "'default' and table = {} and default_kind != 'ALIAS'",
                                       sql_text(table))));
  if (rows.empty()) return fail(errc::not_found, fmt::format("the store has no table {}", table));
  column_list out;
  for (auto const& row : rows) {
    out.names.push_back(row[0]);
    out.types.push_back(row[1]);
  }
  return out;
}

}  // namespace kizashi::store
