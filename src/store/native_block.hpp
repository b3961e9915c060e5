// Writes columns as a block of ClickHouse's Native format, the one row format of the store: what is
// inserted into the embedded engine and what is sent to a cluster are the same bytes.
//
//   native_block block{rows};
//   block.add("sensor", sensors);           // UInt16
//   block.add_datetime64("ts", micros, 6);   // DateTime64(6, 'UTC')
//   engine.insert("packets", block, token);
//
// The format (ClickHouse documentation, "Native"): number of columns and of rows, then column by
// column name, type and values. Numbers of things and lengths are LEB128; values are little-endian.
#pragma once

#include <array>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <ranges>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "kizashi/base/error.hpp"

namespace kizashi::store {

/// Numbers that have a column type of their own.
template <class T>
concept native_number = std::same_as<T, std::uint8_t> || std::same_as<T, std::uint16_t> ||
    std::same_as<T, std::uint32_t> || std::same_as<T, std::uint64_t> ||
    std::same_as<T, std::int8_t> || std::same_as<T, std::int16_t> ||
    std::same_as<T, std::int32_t> || std::same_as<T, std::int64_t> || std::same_as<T, double>;

/// "UInt16" and the like.
template <native_number T>
[[nodiscard]] constexpr auto native_type_of() -> std::string_view {
  if constexpr (std::same_as<T, double>) return "Float64";
  constexpr std::string_view names[2][4] = {{"UInt8", "UInt16", "UInt32", "UInt64"},
                                            {"Int8", "Int16", "Int32", "Int64"}};
  return names[std::is_signed_v<T>][sizeof(T) == 1   ? 0
                                    : sizeof(T) == 2 ? 1
                                    : sizeof(T) == 4 ? 2
                                                     : 3];
}

/// One block: the same number of rows in every column, at most 127 columns. Adding a column copies
/// its values once. Memory: the bytes of the block; `clear` keeps them for the next one.
///
/// Every column must have `rows()` values: anything else is a mistake of the program and aborts.
class native_block {
public:
  using address16 = std::array<std::uint8_t, 16>;

  explicit native_block(std::size_t rows) { clear(rows); }

  /// Any array, vector or span of them.
  template <std::ranges::contiguous_range Numbers>
  requires native_number<std::ranges::range_value_t<Numbers>>
  void add(std::string_view name, Numbers const& values) {
    using number = std::ranges::range_value_t<Numbers>;
    std::span<number const> const all{std::ranges::data(values), std::ranges::size(values)};
    add_raw(name, native_type_of<number>(), std::as_bytes(all), sizeof(number));
  }
  /// The same value in every row.
  template <native_number T>
  void fill(std::string_view name, T value) {
    begin_column(name, native_type_of<T>());
    for (std::size_t i = 0; i < rows_; ++i) put(std::as_bytes(std::span{&value, 1}));
  }
  /// Times since 1970 in UTC in units of 10^-`precision` seconds (0..9).
  void add_datetime64(std::string_view name, std::span<std::int64_t const> values,
                      unsigned precision);
  /// Seconds since 1970 in UTC.
  void add_datetime(std::string_view name, std::span<std::uint32_t const> values);
  /// Addresses in host order.
  void add_ipv4(std::string_view name, std::span<std::uint32_t const> values);
  /// Addresses in network order. IPv6 where the engine has it, FixedString(16) where not: the
  /// bytes are the same.
  void add_ipv6(std::string_view name, std::span<address16 const> values);
  void add_fixed_string(std::string_view name, std::span<address16 const> values);
  void add_strings(std::string_view name, std::span<std::string_view const> values);
  /// Lists of numbers: row i has the values from `ends[i - 1]` (0 for the first row) to `ends[i]`.
  template <native_number T>
  void add_lists(std::string_view name, std::span<std::uint64_t const> ends,
                 std::span<T const> values) {
    add_list_bytes(name, native_type_of<T>(), ends, std::as_bytes(values), sizeof(T));
  }
  /// Lists of addresses as `add_fixed_string` has them, and of texts.
  void add_lists(std::string_view name, std::span<std::uint64_t const> ends,
                 std::span<address16 const> values);
  void add_lists(std::string_view name, std::span<std::uint64_t const> ends,
                 std::span<std::string_view const> values);
  /// Values of `width` bytes each of any other type of fixed width.
  void add_raw(std::string_view name, std::string_view type, std::span<std::byte const> values,
               std::size_t width);

  /// Begins a new block.
  void clear(std::size_t rows);

  [[nodiscard]] auto rows() const noexcept -> std::size_t { return rows_; }
  [[nodiscard]] auto columns() const noexcept -> std::size_t { return names_.size(); }
  [[nodiscard]] auto names() const noexcept -> std::span<std::string const> { return names_; }
  /// The block as it stands.
  [[nodiscard]] auto bytes() const noexcept -> std::span<std::uint8_t const> { return bytes_; }

private:
  void begin_column(std::string_view name, std::string_view type);
  void add_list_bytes(std::string_view name, std::string_view type,
                      std::span<std::uint64_t const> ends, std::span<std::byte const> values,
                      std::size_t width);
  void put(std::span<std::byte const> bytes);
  void put_text(std::string_view text);
  void put_length(std::uint64_t length);

  std::vector<std::uint8_t> bytes_;
  std::vector<std::string> names_;
  std::size_t rows_ = 0;
};

}  // namespace kizashi::store
