#include "kizashi/store/internal/ledger.hpp"

#include <array>
#include <span>

#include <fmt/format.h>

#include "kizashi/store/native_reader.hpp"

namespace kizashi::store::internal {

auto read_ledger(engine& from, std::uint16_t sensor, ledger_key const& first)
    -> result<block_ledger> {
  block_ledger known;
  auto const sql = fmt::format(
      "select epoch, sequence, digest, packets, packets6 from ledger where sensor = {} and epoch = "
      "{} and sequence >= {}",
      sensor, first.epoch, first.sequence);
  native_reader reader{[&](native_rows const& rows) -> status {
    for (std::size_t i = 0; i < rows.count; ++i) {
      auto const value = [&](std::size_t column) { return rows.columns[column].unsigned_at(i); };
      auto& entry = known[{value(0), value(1)}];
      if (entry.ipv4 + entry.ipv6 <= value(3) + value(4)) entry = {value(2), value(3), value(4)};
    }
    return {};
  }};
  KIZASHI_TRY(from.ask({sql, answer_form::native, {}},
                       [&](std::span<std::uint8_t const> bytes) { return reader.feed(bytes); }));
  KIZASHI_TRY(reader.finish());
  return known;
}

auto write_ledger(engine& to, std::uint16_t sensor, ledger_key const& key,
                  ledger_entry const& entry, std::string const& token) -> status {
  native_block row{1};
  row.add("sensor", std::array{sensor});
  row.add("epoch", std::array{key.epoch});
  row.add("sequence", std::array{key.sequence});
  row.add("digest", std::array{entry.digest});
  row.add("packets", std::array{entry.ipv4});
  row.add("packets6", std::array{entry.ipv6});
  return to.insert("ledger", row, token);
}

}  // namespace kizashi::store::internal
