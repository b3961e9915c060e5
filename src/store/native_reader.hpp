// Reads answers in ClickHouse's Native format, block by block, whatever the pieces they come in.
//
//   native_reader reader{[](native_rows const& rows) -> status {
//     for (std::size_t row = 0; row < rows.count; ++row) use(rows.columns[0].unsigned_at(row));
//     return {};
//   }};
//   KIZASHI_TRY(engine.ask(asked, [&](auto piece) { return reader.feed(piece); }));
//   KIZASHI_TRY(reader.finish());
//
// The bytes may come from another machine, so nothing in them is believed: no length decides how
// much memory is asked for, and a type that is not known here is a failure, not a guess.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "kizashi/base/error.hpp"
#include "kizashi/net/byte_reader.hpp"

namespace kizashi::store {

/// What the values of a column are, as far as reading them goes.
enum class native_kind : std::uint8_t {
  unsigned_number,  ///< UInt8..64, Bool, Date, DateTime, IPv4
  signed_number,    ///< Int8..64, Date32, DateTime64, Enum8, Enum16
  real_number,      ///< Float32, Float64
  bytes,            ///< FixedString(n), IPv6, UUID: always `width` of them
  text,             ///< String
  list,             ///< Array of any of the others
};

/// A type of the subset: its kind, the bytes of one value (0 for text and lists), and whether a
/// value may be missing (Nullable).
struct native_type {
  native_kind kind = native_kind::unsigned_number;
  std::size_t width = 0;
  bool is_nullable = false;
  std::vector<native_type> element;  ///< of a list: one

  /// Reads "UInt16", "DateTime64(6, 'UTC')", "Array(Nullable(String))". Fails on what is not listed
  /// in `native_kind`.
  [[nodiscard]] static auto parse(std::string_view name) -> result<native_type>;
};

/// The values of one column. Points into the bytes it was read from.
class native_column {
public:
  std::string_view name;
  std::string_view type_name;
  native_type type;

  /// Rows, or in the column of a list's elements all elements of all rows.
  [[nodiscard]] auto size() const noexcept -> std::size_t { return size_; }
  [[nodiscard]] auto is_null(std::size_t row) const noexcept -> bool {
    return !nulls_.empty() && nulls_[row] != 0;
  }
  /// Of a column of that kind only; anything else is a mistake of the program and aborts.
  [[nodiscard]] auto unsigned_at(std::size_t row) const -> std::uint64_t;
  [[nodiscard]] auto signed_at(std::size_t row) const -> std::int64_t;
  [[nodiscard]] auto real_at(std::size_t row) const -> double;
  /// All values of a column of fixed width, `type.width` bytes each; numbers in this machine's
  /// order.
  [[nodiscard]] auto values() const -> std::span<std::uint8_t const>;
  /// Of texts and of bytes.
  [[nodiscard]] auto text_at(std::size_t row) const -> std::string_view;
  struct range {
    std::size_t begin;
    std::size_t end;
  };
  /// Which of `elements()` row `row` of a list has.
  [[nodiscard]] auto list_at(std::size_t row) const -> range;
  [[nodiscard]] auto elements() const -> native_column const&;

private:
  friend class native_parser;
  [[nodiscard]] auto raw(std::size_t row) const -> std::uint64_t;

  std::size_t size_ = 0;
  std::span<std::uint8_t const> values_;  // fixed width; of a list: the ends, 8 bytes each
  std::span<std::uint8_t const> nulls_;
  std::vector<std::string_view> texts_;
  std::vector<native_column> elements_;
};

/// One block of an answer.
struct native_rows {
  std::size_t count = 0;
  std::vector<native_column> columns;
};

/// Puts the pieces of an answer together and hands on its blocks. Memory: one block as it came.
class native_reader {
public:
  using sink = std::function<status(native_rows const&)>;
  static constexpr std::size_t most_block_bytes = std::size_t{256} << 20;

  explicit native_reader(sink to) : sink_{std::move(to)} {}
  /// Takes the next bytes. Fails with the place when they are no Native blocks, when a block is
  /// larger than `most_block_bytes`, and with the sink's failure.
  [[nodiscard]] auto feed(std::span<std::uint8_t const> bytes) -> status;
  /// Fails when the answer ended in the middle of a block.
  [[nodiscard]] auto finish() -> status;

private:
  [[nodiscard]] auto drain(std::span<std::uint8_t const> bytes) -> result<std::size_t>;

  sink sink_;
  std::vector<std::uint8_t> waiting_;  // the begin of a block whose end has not come
  std::size_t try_again_at_ = 0;       // bytes; so that small pieces do not cost the square
  std::uint64_t offset_ = 0;           // of the first byte that is not yet read, in the answer
};

/// Reads one block. Nothing when the bytes end before the block does; fails with the offset in
/// `in` on what can be no block.
[[nodiscard]] auto read_native_block(net::byte_reader& in) -> result<std::optional<native_rows>>;

}  // namespace kizashi::store
