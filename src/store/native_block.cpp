#include "kizashi/store/native_block.hpp"

#include <bit>

#include <fmt/format.h>

namespace kizashi::store {

static_assert(std::endian::native == std::endian::little, "columns are copied as they lie");

void native_block::clear(std::size_t rows) {
  rows_ = rows;
  names_.clear();
  bytes_.clear();
  bytes_.push_back(0);  // the number of columns: one byte below 128, counted as they are added
  put_length(rows);
}

void native_block::put(std::span<std::byte const> bytes) {
  auto const* const first = reinterpret_cast<std::uint8_t const*>(bytes.data());
  bytes_.insert(bytes_.end(), first, first + bytes.size());
}

void native_block::put_length(std::uint64_t length) {
  for (; length > 127; length >>= 7)
    bytes_.push_back(static_cast<std::uint8_t>((length & 127) | 128));
  bytes_.push_back(static_cast<std::uint8_t>(length));
}

void native_block::put_text(std::string_view text) {
  put_length(text.size());
  put(std::as_bytes(std::span{text}));
}

void native_block::begin_column(std::string_view name, std::string_view type) {
  KIZASHI_ASSERT(names_.size() < 127);
  names_.emplace_back(name);
  bytes_[0] = static_cast<std::uint8_t>(names_.size());
  put_text(name);
  put_text(type);
}

void native_block::add_raw(std::string_view name, std::string_view type,
                           std::span<std::byte const> values, std::size_t width) {
  KIZASHI_ASSERT(values.size() == rows_ * width);
  begin_column(name, type);
  put(values);
}

void native_block::add_datetime64(std::string_view name, std::span<std::int64_t const> values,
                                  unsigned precision) {
  KIZASHI_ASSERT(precision <= 9);
  add_raw(name, fmt::format("DateTime64({}, 'UTC')", precision), std::as_bytes(values), 8);
}

void native_block::add_datetime(std::string_view name, std::span<std::uint32_t const> values) {
  add_raw(name, "DateTime('UTC')", std::as_bytes(values), 4);
}

void native_block::add_ipv4(std::string_view name, std::span<std::uint32_t const> values) {
  add_raw(name, "IPv4", std::as_bytes(values), 4);
}

void native_block::add_ipv6(std::string_view name, std::span<address16 const> values) {
  add_raw(name, "IPv6", std::as_bytes(values), 16);
}

void native_block::add_fixed_string(std::string_view name, std::span<address16 const> values) {
  add_raw(name, "FixedString(16)", std::as_bytes(values), 16);
}

void native_block::add_strings(std::string_view name, std::span<std::string_view const> values) {
  KIZASHI_ASSERT(values.size() == rows_);
  begin_column(name, "String");
  for (auto const value : values) put_text(value);
}

void native_block::add_lists(std::string_view name, std::span<std::uint64_t const> ends,
                             std::span<address16 const> values) {
  add_list_bytes(name, "FixedString(16)", ends, std::as_bytes(values), sizeof(address16));
}

void native_block::add_lists(std::string_view name, std::span<std::uint64_t const> ends,
                             std::span<std::string_view const> values) {
  KIZASHI_ASSERT(ends.size() == rows_);
  KIZASHI_ASSERT(values.size() == (ends.empty() ? 0 : ends.back()));
  begin_column(name, "Array(String)");
  put(std::as_bytes(ends));
  for (auto const value : values) put_text(value);
}

void native_block::add_list_bytes(std::string_view name, std::string_view type,
                                  std::span<std::uint64_t const> ends,
                                  std::span<std::byte const> values, std::size_t width) {
  KIZASHI_ASSERT(ends.size() == rows_);
  KIZASHI_ASSERT(values.size() == (ends.empty() ? 0 : ends.back()) * width);
  begin_column(name, fmt::format("Array({})", type));
  put(std::as_bytes(ends));
  put(values);
}

}  // namespace kizashi::store
