// Rows of an answer, one at a time.
#pragma once

#include <functional>
#include <span>
#include <string_view>
#include <utility>

#include "kizashi/store/native_reader.hpp"
#include "kizashi/store/statistics.hpp"

namespace kizashi::store::internal {

/// For tables of the sources of an answer.
struct address_hash {
  auto operator()(net::address a) const noexcept -> std::size_t {
    if (!a.is_ipv6()) return std::hash<std::uint64_t>{}(a.as_ipv4().value());
    return std::hash<std::uint64_t>{}(a.as_ipv6().high() * 31 + a.as_ipv6().low());
  }
};

/// One row of an answer; columns by their place in the question.
class native_row {
public:
  native_row(native_rows const& of, std::size_t row) : of_{of}, row_{row} {}
  [[nodiscard]] auto number(std::size_t column) const -> std::uint64_t {
    return of_.columns[column].unsigned_at(row_);
  }
  /// Of a column that is as narrow.
  template <class T>
  [[nodiscard]] auto narrow(std::size_t column) const -> T {
    return static_cast<T>(number(column));
  }
  [[nodiscard]] auto text(std::size_t column) const -> std::string_view {
    return of_.columns[column].text_at(row_);
  }
  /// Of a column "src", of either family.
  [[nodiscard]] auto source(std::size_t column) const -> net::address {
    if (of_.columns[column].type.kind != native_kind::bytes)
      return net::ipv4{narrow<std::uint32_t>(column)};
    auto const bytes = text(column);
    std::uint64_t high = 0, low = 0;
    for (std::size_t i = 0; i < 8; ++i) {
      high = high << 8 | static_cast<std::uint8_t>(bytes[i]);
      low = low << 8 | static_cast<std::uint8_t>(bytes[8 + i]);
    }
    return net::ipv6{high, low};
  }
  [[nodiscard]] auto country(std::size_t column) const -> recognise::country_code {
    auto const letters = text(column);
    return {letters[0], letters[1]};
  }
  [[nodiscard]] auto column(std::size_t at) const -> native_column const& {
    return of_.columns[at];
  }
  [[nodiscard]] auto row() const -> std::size_t { return row_; }

private:
  native_rows const& of_;
  std::size_t row_;
};

/// Calls `use` with each row of the answer.
template <class Use>
[[nodiscard]] auto ask_rows(engine& in, std::string_view sql, ask_settings const& ask, Use use)
    -> status {
  native_reader reader{[&](native_rows const& rows) -> status {
    for (std::size_t i = 0; i < rows.count; ++i) use(native_row{rows, i});
    return {};
  }};
  KIZASHI_TRY(in.ask({sql, answer_form::native, ask.limits, ask.wants_stop},
                     [&](std::span<std::uint8_t const> bytes) { return reader.feed(bytes); }));
  return reader.finish();
}

}  // namespace kizashi::store::internal
