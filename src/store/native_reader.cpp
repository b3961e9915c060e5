#include "kizashi/store/native_reader.hpp"

#include <bit>
#include <cstring>

#include <fmt/format.h>

namespace kizashi::store {
namespace {

constexpr std::uint64_t most_columns = 4096;
constexpr std::uint64_t longest_name = 65536;

auto as_text(std::span<std::uint8_t const> bytes) -> std::string_view {
  return {reinterpret_cast<char const*>(bytes.data()), bytes.size()};
}

auto little(std::span<std::uint8_t const> values, std::size_t at, std::size_t width)
    -> std::uint64_t {
  std::uint64_t number = 0;
  std::memcpy(&number, values.data() + at * width, width);
  return number;
}

}  // namespace

// --- columns ----------------------------------------------------------------------------------

auto native_column::raw(std::size_t row) const -> std::uint64_t {
  KIZASHI_ASSERT(row < size_);
  return little(values_, row, type.width);
}

auto native_column::unsigned_at(std::size_t row) const -> std::uint64_t {
  KIZASHI_ASSERT(type.kind == native_kind::unsigned_number);
  return raw(row);
}

auto native_column::signed_at(std::size_t row) const -> std::int64_t {
  KIZASHI_ASSERT(type.kind == native_kind::signed_number);
  auto const unused = 64 - 8 * type.width;
  return static_cast<std::int64_t>(raw(row) << unused) >> unused;
}

auto native_column::real_at(std::size_t row) const -> double {
  KIZASHI_ASSERT(type.kind == native_kind::real_number);
  if (type.width == 8) return std::bit_cast<double>(raw(row));
  return static_cast<double>(std::bit_cast<float>(static_cast<std::uint32_t>(raw(row))));
}

auto native_column::values() const -> std::span<std::uint8_t const> {
  KIZASHI_ASSERT(type.kind != native_kind::text && type.kind != native_kind::list);
  return values_;
}

auto native_column::text_at(std::size_t row) const -> std::string_view {
  KIZASHI_ASSERT(row < size_);
  if (type.kind == native_kind::text) return texts_[row];
  KIZASHI_ASSERT(type.kind == native_kind::bytes);
  return as_text(values_.subspan(row * type.width, type.width));
}

auto native_column::list_at(std::size_t row) const -> range {
  KIZASHI_ASSERT(type.kind == native_kind::list && row < size_);
  auto const begin = row == 0 ? 0 : little(values_, row - 1, 8);
  return {static_cast<std::size_t>(begin), static_cast<std::size_t>(little(values_, row, 8))};
}

auto native_column::elements() const -> native_column const& {
  KIZASHI_ASSERT(type.kind == native_kind::list);
  return elements_[0];
}

// --- blocks -----------------------------------------------------------------------------------

/// Reads one block. Bytes that are not there are left to the byte_reader, which remembers it; what
/// contradicts itself is kept in `wrong`.
class native_parser {
public:
  explicit native_parser(net::byte_reader& in) : in_{in} {}

  auto block() -> result<std::optional<native_rows>> {
    native_rows rows;
    auto const columns = length();
    auto const count = length();
    if (!is_good()) return outcome(std::nullopt);
    if (columns > most_columns || (columns == 0 && count != 0))
      return fail(errc::parse_error, fmt::format("it has {} columns and {} rows", columns, count));
    rows.count = static_cast<std::size_t>(count);
    for (std::uint64_t i = 0; i < columns && is_good(); ++i) {
      KIZASHI_TRY(auto read, column(count));
      rows.columns.push_back(std::move(read));
    }
    return outcome(std::move(rows));
  }

private:
  [[nodiscard]] auto is_good() const -> bool { return !in_.is_exhausted() && !wrong_; }

  auto outcome(std::optional<native_rows> rows) -> result<std::optional<native_rows>> {
    if (wrong_) return tl::unexpected<error>{*wrong_};
    if (in_.is_exhausted()) return std::nullopt;
    return rows;
  }
  void refuse(std::string what) {
    if (!wrong_) wrong_ = error{errc::parse_error, std::move(what)};
  }

  auto length() -> std::uint64_t {
    std::uint64_t number = 0;
    for (unsigned shift = 0; shift < 64; shift += 7) {
      auto const byte = in_.u8();
      number |= std::uint64_t{byte & 127U} << shift;
      if (byte < 128) return number;
    }
    refuse("a length has more than ten bytes");
    return 0;
  }

  auto text(std::uint64_t longest) -> std::string_view {
    auto const size = length();
    if (size > longest) refuse(fmt::format("a name of {} bytes", size));
    return as_text(in_.bytes(wrong_ ? 0 : static_cast<std::size_t>(size)));
  }

  auto column(std::uint64_t count) -> result<native_column> {
    native_column read;
    read.name = text(longest_name);
    read.type_name = text(longest_name);
    if (!is_good()) return read;
    KIZASHI_TRY(read.type, native_type::parse(read.type_name));
    fill(read, count);
    return read;
  }

  /// `count` values of `width` bytes, or nothing when they are not there.
  auto fixed(std::uint64_t count, std::size_t width) -> std::span<std::uint8_t const> {
    if (count <= in_.left() / width) return in_.bytes(static_cast<std::size_t>(count) * width);
    in_.skip(in_.left() + 1);
    return {};
  }

  void fill(native_column& column, std::uint64_t count) {
    auto const& type = column.type;
    if (type.is_nullable) column.nulls_ = fixed(count, 1);
    if (type.kind == native_kind::list) {
      fill_list(column, count);
    } else if (type.kind == native_kind::text) {
      for (std::uint64_t i = 0; i < count && is_good(); ++i)
        column.texts_.push_back(as_text(in_.bytes(static_cast<std::size_t>(length()))));
    } else {
      column.values_ = fixed(count, type.width);
    }
    column.size_ = static_cast<std::size_t>(count);
  }

  void fill_list(native_column& column, std::uint64_t count) {
    column.values_ = fixed(count, 8);
    std::uint64_t end = 0;
    for (std::size_t row = 0; row < column.values_.size() / 8; ++row) {
      auto const next = little(column.values_, row, 8);
      if (next < end) return refuse("the lists of a column end before they begin");
      end = next;
    }
    if (in_.is_exhausted()) return;
    auto& elements = column.elements_.emplace_back();
    elements.type = column.type.element[0];
    fill(elements, end);
  }

  net::byte_reader& in_;
  std::optional<error> wrong_;
};

auto read_native_block(net::byte_reader& in) -> result<std::optional<native_rows>> {
  return native_parser{in}.block();
}

// --- answers ----------------------------------------------------------------------------------

/// Hands on the blocks that `bytes` begin with. Returns how many bytes they have.
auto native_reader::drain(std::span<std::uint8_t const> bytes) -> result<std::size_t> {
  std::size_t done = 0;
  while (done < bytes.size()) {
    net::byte_reader in{bytes.subspan(done)};
    auto const rows = read_native_block(in);
    if (!rows && rows.error().code != errc::parse_error) return tl::unexpected{rows.error()};
    if (!rows)
      return fail(errc::parse_error, fmt::format("the answer's block at byte {} cannot be read: {}",
                                                 offset_ + done, rows.error().message));
    if (!*rows) break;
    KIZASHI_TRY(sink_(**rows));
    done += in.offset();
  }
  offset_ += done;
  return done;
}

auto native_reader::feed(std::span<std::uint8_t const> bytes) -> status {
  if (waiting_.empty()) {
    KIZASHI_TRY(auto const done, drain(bytes));
    bytes = bytes.subspan(done);
    if (bytes.empty()) return {};
    try_again_at_ = 2 * bytes.size();
  }
  if (bytes.size() > most_block_bytes - waiting_.size())
    return fail(errc::limit_reached,
                fmt::format("the answer's block at byte {} has more than {} bytes", offset_,
                            most_block_bytes));
  waiting_.insert(waiting_.end(), bytes.begin(), bytes.end());
  if (waiting_.size() < try_again_at_) return {};
  KIZASHI_TRY(auto const done, drain(waiting_));
  waiting_.erase(waiting_.begin(), waiting_.begin() + static_cast<std::ptrdiff_t>(done));
  try_again_at_ = 2 * waiting_.size();
  return {};
}

auto native_reader::finish() -> status {
  KIZASHI_TRY(auto const done, drain(waiting_));
  auto const left = waiting_.size() - done;
  waiting_.clear();
  if (left == 0) return {};
  return fail(errc::parse_error, fmt::format("the answer ends in the middle of a block: {} bytes "
                                             "behind byte {} are the begin of one",
                                             left, offset_));
}

}  // namespace kizashi::store
