// Any bytes are blocks or a failure; cut into pieces they are the same blocks.
#include "kizashi/store/native_reader.hpp"

#include <cstdlib>

namespace {

using namespace kizashi;
using namespace kizashi::store;

void touch(native_column const& column, std::uint64_t& sum) {
  auto const& type = column.type;
  for (std::size_t row = 0; row < column.size(); ++row) {
    sum = sum * 31 + (column.is_null(row) ? 1 : 0);
    if (type.kind == native_kind::unsigned_number) sum += column.unsigned_at(row);
    if (type.kind == native_kind::signed_number)
      sum += static_cast<std::uint64_t>(column.signed_at(row));
    if (type.kind == native_kind::real_number && column.real_at(row) > 0) ++sum;
    if (type.kind == native_kind::text || type.kind == native_kind::bytes)
      for (auto const letter : column.text_at(row)) sum += static_cast<std::uint8_t>(letter);
    if (type.kind == native_kind::list) {
      auto const [begin, end] = column.list_at(row);
      if (begin > end || end > column.elements().size()) std::abort();
    }
  }
  if (type.kind == native_kind::list) touch(column.elements(), sum);
}

struct seen {
  std::uint64_t sum = 0;
  bool is_whole = false;
};

auto read(std::span<std::uint8_t const> bytes, std::size_t piece) -> seen {
  seen it;
  native_reader reader{[&](native_rows const& rows) -> status {
    it.sum = it.sum * 131 + rows.count;
    for (auto const& column : rows.columns) touch(column, it.sum);
    return {};
  }};
  for (std::size_t at = 0; at < bytes.size(); at += piece)
    if (!reader.feed(bytes.subspan(at, std::min(piece, bytes.size() - at)))) return it;
  it.is_whole = reader.finish().has_value();
  return it;
}

}  // namespace

extern "C" auto LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) -> int {
  if (size > 4096) return 0;  // rows without bytes (lists of nothing) are quadratic below
  std::span<std::uint8_t const> const bytes{data, size};
  auto const whole = read(bytes, size + 1);
  for (auto const piece : {std::size_t{1}, std::size_t{7}}) {
    auto const pieces = read(bytes, piece);
    if (pieces.is_whole != whole.is_whole || (whole.is_whole && pieces.sum != whole.sum))
      std::abort();
  }
  return 0;
}
